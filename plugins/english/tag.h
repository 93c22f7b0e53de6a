/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tag.h: parts of speech
 *
 * The Penn Treebank's tags, and behind them the coarse ones by which the lexicon tells readings
 * apart. The order is that of the lexicon file (voices/english.py).
 */
#ifndef ENGLISH_TAG_H
#define ENGLISH_TAG_H

#include <stdbool.h>

enum tag {
    TAG_DOLLAR,
    TAG_CLOSE_QUOTE,
    TAG_COMMA,
    TAG_LRB,
    TAG_RRB,
    TAG_PERIOD,
    TAG_COLON,
    TAG_ADD,
    TAG_AFX,
    TAG_CC,
    TAG_CD,
    TAG_DT,
    TAG_EX,
    TAG_FW,
    TAG_HYPH,
    TAG_IN,
    TAG_JJ,
    TAG_JJR,
    TAG_JJS,
    TAG_LS,
    TAG_MD,
    TAG_NFP,
    TAG_NN,
    TAG_NNP,
    TAG_NNPS,
    TAG_NNS,
    TAG_PDT,
    TAG_POS,
    TAG_PRP,
    TAG_PRPS,
    TAG_RB,
    TAG_RBR,
    TAG_RBS,
    TAG_RP,
    TAG_SYM,
    TAG_TO,
    TAG_UH,
    TAG_VB,
    TAG_VBD,
    TAG_VBG,
    TAG_VBN,
    TAG_VBP,
    TAG_VBZ,
    TAG_WDT,
    TAG_WP,
    TAG_WPS,
    TAG_WRB,
    TAG_XX,
    TAG_SP,
    TAG_OPEN_QUOTE,
    TAGS_FINE, /* the tagger gives only those above */

    TAG_NOUN = TAGS_FINE,
    TAG_VERB,
    TAG_ADJ,
    TAG_ADV,
    TAG_LAST,    /* before a pause or the end */
    TAG_DEFAULT, /* whatever the tag */
    TAGS
};

static inline bool tag_is_noun(enum tag tag)
{
    return tag >= TAG_NN && tag <= TAG_NNS;
}

/* The coarse tag of a fine one, or the tag itself. */
static inline enum tag tag_parent(enum tag tag)
{
    if (tag >= TAG_VB && tag <= TAG_VBZ)
        return TAG_VERB;
    if (tag_is_noun(tag))
        return TAG_NOUN;
    if (tag >= TAG_RB && tag <= TAG_RBS)
        return TAG_ADV;
    if (tag >= TAG_JJ && tag <= TAG_JJS)
        return TAG_ADJ;
    return tag;
}

#endif
