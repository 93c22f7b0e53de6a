/* SPDX-License-Identifier: Apache-2.0 */
/* What each element of SSML does. */
#include <string.h>

#include "text/ssml-builder.h"

static const char *attribute(const char *const *attributes, const char *name)
{
    for (; attributes[0] && attributes[1]; attributes += 2)
        if (!strcmp(attributes[0], name))
            return attributes[1];
    return NULL;
}

static bool is_any(const char *name, const char *names)
{
    size_t n = strlen(name);

    for (const char *at = names; n && (at = strstr(at, name)); at += n)
        if ((at == names || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
            return true;
    return false;
}

static void put_prosody(struct ssml_builder *builder, size_t start)
{
    ssml_add_point(
        builder,
        (struct ssml_point){.type = SSML_PROSODY, .prosody = builder->prosody[builder->depth]},
        start);
}

static void begin_say_as(struct ssml_builder *builder, const char *const *attributes)
{
    static const struct {
        const char *names;
        enum ssml_reading reading;
    } known[] = {{"characters spell-out letters verbatim digits digit", SSML_CHARACTERS},
                 {"cardinal number", SSML_CARDINAL},
                 {"ordinal", SSML_ORDINAL},
                 {"date", SSML_DATE},
                 {"time", SSML_TIME},
                 {"telephone", SSML_TELEPHONE},
                 {"currency", SSML_CURRENCY}};
    const char *what = attribute(attributes, "interpret-as"),
               *format = attribute(attributes, "format");

    for (size_t i = 0; what && !builder->read && i < sizeof known / sizeof *known; i++)
        if (is_any(what, known[i].names)) {
            builder->read = builder->depth;
            ssml_begin_region(builder, known[i].reading,
                              ssml_add_string(builder, format ? format : ""));
        }
}

static void begin_phoneme(struct ssml_builder *builder, const char *const *attributes)
{
    const char *alphabet = attribute(attributes, "alphabet"), *sounds = attribute(attributes, "ph");

    if (builder->read || !sounds || (alphabet && strcmp(alphabet, "ipa")))
        return;
    builder->read = builder->depth;
    ssml_begin_region(builder, SSML_PHONEME, ssml_add_string(builder, sounds));
}

static void begin_prosody(struct ssml_builder *builder, const char *name,
                          const char *const *attributes, size_t start)
{
    struct sori_prosody *prosody = &builder->prosody[builder->depth];

    if (!strcmp(name, "emphasis"))
        ssml_emphasis(prosody, attribute(attributes, "level"));
    else
        for (; attributes[0] && attributes[1]; attributes += 2)
            ssml_prosody(prosody, attributes[0], attributes[1]);
    put_prosody(builder, start);
}

static void add_mark(struct ssml_builder *builder, const char *const *attributes, size_t start)
{
    const char *name = attribute(attributes, "name");

    if (name)
        ssml_add_point(
            builder, (struct ssml_point){.type = SSML_MARK, .name = ssml_add_string(builder, name)},
            start);
}

static void add_break(struct ssml_builder *builder, const char *const *attributes, size_t start)
{
    uint32_t pause = ssml_pause(attribute(attributes, "time"), attribute(attributes, "strength"));

    if (pause)
        ssml_add_point(builder, (struct ssml_point){.type = SSML_BREAK, .pause_ms = pause}, start);
}

static void add_boundary(struct ssml_builder *builder, size_t start)
{
    ssml_add_point(builder, (struct ssml_point){.type = SSML_BOUNDARY}, start);
}

bool ssml_begin_element(struct ssml_builder *builder, const char *name,
                        const char *const *attributes, size_t start, size_t end)
{
    const char *alias;

    if (builder->depth == SSML_MAX_DEPTH)
        return false;
    builder->depth++;
    builder->prosody[builder->depth] = builder->prosody[builder->depth - 1];
    if (is_any(name, "mark"))
        add_mark(builder, attributes, start);
    if (builder->silent || builder->replaced)
        return true;
    if (is_any(name, "metadata desc")) {
        builder->silent = builder->depth;
    } else if (is_any(name, "p s paragraph sentence speak")) {
        add_boundary(builder, start);
    } else if (is_any(name, "break")) {
        add_break(builder, attributes, start);
    } else if (is_any(name, "say-as")) {
        begin_say_as(builder, attributes);
    } else if (is_any(name, "phoneme")) {
        begin_phoneme(builder, attributes);
    } else if (is_any(name, "prosody emphasis")) {
        begin_prosody(builder, name, attributes, start);
    } else if (is_any(name, "sub") && (alias = attribute(attributes, "alias"))) {
        builder->replaced = builder->depth;
        builder->alias = ssml_add_string(builder, alias);
        builder->content = end;
    }
    return true;
}

static void end_sub(struct ssml_builder *builder, size_t start)
{
    size_t at = builder->alias;

    builder->replaced = 0;
    if (!builder->failed)
        ssml_add_text(builder, builder->ssml->strings + at, strlen(builder->ssml->strings + at),
                      builder->content, start);
}

void ssml_end_element(struct ssml_builder *builder, const char *name, size_t start)
{
    bool said = !builder->silent && !builder->replaced;

    if (!builder->depth)
        return;
    if (builder->replaced == builder->depth)
        end_sub(builder, start);
    if (builder->silent == builder->depth)
        builder->silent = 0;
    if (builder->read == builder->depth) {
        builder->read = 0;
        ssml_end_region(builder);
    }
    builder->depth--;
    if (said && is_any(name, "prosody emphasis"))
        put_prosody(builder, start);
    if (said && is_any(name, "p s paragraph sentence"))
        add_boundary(builder, start);
}
