/* SPDX-License-Identifier: Apache-2.0 */
/* SSML: always a text, whose every byte and remark has a place in the markup. */
#include <errno.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "fuzz/fuzz.h"
#include "text/ssml.h"

static void check_points(const struct ssml *ssml, size_t size)
{
    for (size_t i = 0; i < ssml->n_points; i++) {
        const struct ssml_point *point = &ssml->points[i];
        FUZZ_ASSERT(point->at <= ssml->n && point->start <= size);
        FUZZ_ASSERT(!i || point->at >= point[-1].at);
        FUZZ_ASSERT(point->pause_ms <= SSML_MAX_PAUSE_MS);
        if (point->type == SSML_MARK)
            FUZZ_ASSERT(point->name + strlen(ssml->strings + point->name) < ssml->n_strings);
        if (point->type == SSML_PROSODY)
            FUZZ_ASSERT(point->prosody.rate >= RATE_MIN / RATE_MAX && point->prosody.volume >= 0 &&
                        point->prosody.pitch > 0);
    }
}

static void check_regions(const struct ssml *ssml)
{
    for (size_t i = 0; i < ssml->n_regions; i++) {
        const struct ssml_region *region = &ssml->regions[i];
        FUZZ_ASSERT(region->start <= region->end && region->end <= ssml->n);
        FUZZ_ASSERT(!i || region->start >= region[-1].start);
        FUZZ_ASSERT(region->detail + strlen(ssml->strings + region->detail) < ssml->n_strings);
    }
}

static void check_places(const struct ssml *ssml, size_t size)
{
    uint32_t last = 0;

    for (size_t i = 0; i < ssml->n_spans; i++)
        FUZZ_ASSERT(ssml->spans[i].at <= ssml->n &&
                    (!i || ssml->spans[i].at >= ssml->spans[i - 1].at));
    for (size_t at = 0; at < ssml->n; at++) {
        uint32_t start = ssml_start(ssml, at), end = ssml_end(ssml, at + 1);
        FUZZ_ASSERT(start >= last && start <= end && end <= size);
        last = start;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = (char *)fuzz_copy(data, size);
    struct ssml ssml;
    size_t bad;
    int r = ssml_read(copy, size, &ssml);

    if (r < 0) {
        FUZZ_ASSERT(r == -EMSGSIZE && size > TEXT_MAX_SIZE);
        free(copy);
        return 0;
    }
    FUZZ_ASSERT(!ssml.wrong || (*ssml.wrong && ssml.wrong_at <= size));
    if (utf8_is_valid(copy, size, &bad))
        FUZZ_ASSERT(utf8_is_valid(ssml.text, ssml.n, &bad));
    check_points(&ssml, size);
    check_regions(&ssml);
    check_places(&ssml, size);
    ssml_clear(&ssml);
    free(copy);
    return 0;
}
