/* SPDX-License-Identifier: Apache-2.0 */
/* sori.conf: wrong lines are told and passed over, and no value is ever out of its range. */
#include "base/limits.h"
#include "daemon/config.h"
#include "fuzz/fuzz.h"

static void count(void *opaque, const char *message)
{
    FUZZ_ASSERT(*message);
    ++*(unsigned *)opaque;
}

static void check_row(const struct config *config, const struct config_row *row)
{
    const char *field = (const char *)config + row->offset;
    double number = row->type == CONFIG_COUNT ? *(const unsigned *)field : 0;

    if (row->type == CONFIG_TEXT) {
        fuzz_touch(*(char *const *)field, strlen(*(char *const *)field));
        return;
    }
    if (row->type == CONFIG_SWITCH)
        return;
    if (row->type != CONFIG_COUNT)
        number = *(const double *)field;
    FUZZ_ASSERT(number >= row->min && number <= row->max);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *config = NULL;
    unsigned complaints = 0;

    FUZZ_ASSERT(config_new(&config) == 0);
    FUZZ_ASSERT(config_read(config, fuzz_file(data, size), count, &complaints) == 0);
    FUZZ_ASSERT(complaints <= CONFIG_MAX_COMPLAINTS);
    for (size_t i = 0; i < config_n_rows; i++)
        check_row(config, &config_rows[i]);
    config_free(config);
    return 0;
}
