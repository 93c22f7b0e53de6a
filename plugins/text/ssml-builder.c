/* SPDX-License-Identifier: Apache-2.0 */
#include "text/ssml-builder.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

/* Room for `more` things of `size` bytes behind `n`. */
static bool grow(struct ssml_builder *builder, void **data, size_t *capacity, size_t n, size_t more,
                 size_t size)
{
    size_t wanted = 0, larger, bytes;
    void *grown;

    if (builder->failed)
        return false;
    builder->failed = !checked_add(n, more, &wanted);
    if (!builder->failed && wanted <= *capacity)
        return true;
    if (builder->failed || !checked_mul(wanted, 2, &larger) || !checked_mul(larger, size, &bytes) ||
        !(grown = realloc(*data, bytes))) {
        builder->failed = true;
        return false;
    }
    *data = grown;
    *capacity = larger;
    return true;
}

size_t ssml_add_string(struct ssml_builder *builder, const char *string)
{
    struct ssml *ssml = builder->ssml;
    size_t n = strlen(string) + 1, at = ssml->n_strings;

    if (!grow(builder, (void **)&ssml->strings, &builder->strings_capacity, at, n, 1))
        return 0;
    memcpy(ssml->strings + at, string, n);
    ssml->n_strings += n;
    return at;
}

/* Does the text go on where the last span ends, byte by byte? */
static bool continues(const struct ssml *ssml, size_t n, size_t start, size_t end)
{
    const struct ssml_span *last;

    if (!ssml->n_spans || end - start != n)
        return false;
    last = &ssml->spans[ssml->n_spans - 1];
    return last->end == start && last->end - last->start == ssml->n - last->at;
}

void ssml_add_text(struct ssml_builder *builder, const char *text, size_t n, size_t start,
                   size_t end)
{
    struct ssml *ssml = builder->ssml;

    if (!n || !grow(builder, (void **)&ssml->text, &builder->text_capacity, ssml->n, n, 1) ||
        !grow(builder, (void **)&ssml->spans, &builder->spans_capacity, ssml->n_spans, 1,
              sizeof *ssml->spans))
        return;
    if (continues(ssml, n, start, end))
        ssml->spans[ssml->n_spans - 1].end = (uint32_t)end;
    else
        ssml->spans[ssml->n_spans++] =
            (struct ssml_span){(uint32_t)ssml->n, (uint32_t)start, (uint32_t)end};
    for (size_t i = 0; i < n; i++)
        ssml->text[ssml->n++] = strchr("\t\n\r", text[i]) && text[i] ? ' ' : text[i];
}

void ssml_add_point(struct ssml_builder *builder, struct ssml_point point, size_t start)
{
    struct ssml *ssml = builder->ssml;

    if (!grow(builder, (void **)&ssml->points, &builder->points_capacity, ssml->n_points, 1,
              sizeof *ssml->points))
        return;
    point.at = (uint32_t)ssml->n;
    point.start = (uint32_t)start;
    ssml->points[ssml->n_points++] = point;
}

void ssml_begin_region(struct ssml_builder *builder, enum ssml_reading reading, size_t detail)
{
    struct ssml *ssml = builder->ssml;

    if (!grow(builder, (void **)&ssml->regions, &builder->regions_capacity, ssml->n_regions, 1,
              sizeof *ssml->regions))
        return;
    ssml->regions[ssml->n_regions++] =
        (struct ssml_region){reading, (uint32_t)ssml->n, (uint32_t)ssml->n, detail};
}

void ssml_end_region(struct ssml_builder *builder)
{
    struct ssml *ssml = builder->ssml;
    struct ssml_region *region;

    if (builder->failed || !ssml->n_regions)
        return;
    region = &ssml->regions[ssml->n_regions - 1];
    region->end = (uint32_t)ssml->n;
    if (region->start == region->end)
        ssml->n_regions--; /* nothing in it */
}
