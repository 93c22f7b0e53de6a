/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of weights files: it loads a file or says what is wrong, and gives out only what lies
 * inside the file. */
#include <errno.h>

#include "fuzz/fuzz.h"
#include "neural/gguf.h"

static void use_value(const struct gguf *gguf, const struct gguf_value *value)
{
    char key[257] = {0};
    struct sori_span string;
    uint32_t number;

    FUZZ_ASSERT(value->key.size > 0 && value->key.size < sizeof key);
    memcpy(key, value->key.data, value->key.size);
    FUZZ_ASSERT(gguf_find(gguf, key) == value);
    for (size_t i = 0; i < value->count; i++) {
        double real = gguf_value_f64(value, i);
        uint64_t whole = gguf_value_u64(value, i);
        fuzz_touch(&real, sizeof real);
        fuzz_touch(&whole, sizeof whole);
        string = gguf_value_string(value, i);
        fuzz_touch(string.data, string.size);
    }
    if (gguf_get_u32(gguf, key, 1, 100, &number, NULL) == 0)
        FUZZ_ASSERT(number >= 1 && number <= 100);
    if (gguf_get_string(gguf, key, &string, NULL) == 0)
        fuzz_touch(string.data, string.size);
}

static void use_tensor(const struct gguf *gguf, const struct tensor *tensor)
{
    size_t ne[4] = {tensor->ne[0], tensor->ne[1], tensor->ne[2], tensor->ne[3]};
    struct tensor bound;
    char name[64] = {0};

    FUZZ_ASSERT(tensor->name.size > 0 && tensor->name.size < sizeof name);
    memcpy(name, tensor->name.data, tensor->name.size);
    for (size_t row = 0; row < tensor_rows(tensor); row++)
        fuzz_touch(tensor_row(tensor, row), tensor_row_stride(tensor));
    FUZZ_ASSERT(gguf_bind(gguf, name, 1u << tensor->type, ne, 4, &bound, NULL) == 0);
    ne[0]++;
    FUZZ_ASSERT(gguf_bind(gguf, name, 1u << tensor->type, ne, 4, &bound, NULL) == -EBADMSG);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *copy = fuzz_copy(data, size);
    struct gguf_error error = {0};
    struct gguf *gguf = NULL;
    int r = gguf_open((struct sori_span){copy, size}, &gguf, &error);

    if (r < 0) {
        FUZZ_ASSERT(r == -EBADMSG || r == -ENOTSUP);
        FUZZ_ASSERT(error.rule != GGUF_OK && *error.message && error.offset <= size && !gguf);
    } else {
        for (size_t i = 0; i < gguf_value_count(gguf); i++)
            use_value(gguf, gguf_value_at(gguf, i));
        for (size_t i = 0; i < gguf_tensor_count(gguf); i++)
            use_tensor(gguf, gguf_tensor_at(gguf, i));
    }
    gguf_free(gguf);
    free(copy);
    return 0;
}
