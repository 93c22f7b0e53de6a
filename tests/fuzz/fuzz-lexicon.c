/* SPDX-License-Identifier: Apache-2.0 */
/* The lexicon file, with a text that makes use of all of its sections. */
#include <errno.h>

#include "english/normalise.h"
#include "english/pronounce.h"
#include "english/tagger.h"
#include "fuzz/fuzz.h"

static void use(const struct lexicon *lexicon)
{
    static const char text[] = "A b's \xe2\x82\xac, rats' ratrat xyz don't a-b CD.";
    struct unknown unknown = {0};
    struct items items = {0};

    normalise(lexicon, text, sizeof text - 1, &items);
    tagger_run(lexicon, &items);
    pronounce(lexicon, &unknown, &items);
    FUZZ_ASSERT(!items.failed);
    for (size_t i = 0; i < items.n; i++) {
        const struct item *item = &items.list[i];
        FUZZ_ASSERT(item->start <= item->end && item->end <= sizeof text - 1);
        fuzz_touch(item_text(&items, item), item->size);
        if (item->n_phones)
            fuzz_touch(items.phones.data + item->phones, item->n_phones);
    }
    items_free(&items);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *copy = fuzz_copy(data, size);
    struct lexicon lexicon;
    const char *why = NULL;
    int r = lexicon_open((struct sori_span){copy, size}, &lexicon, &why);

    if (r < 0)
        FUZZ_ASSERT((r == -EBADMSG || r == -ENOTSUP) && why);
    else
        use(&lexicon);
    free(copy);
    return 0;
}
