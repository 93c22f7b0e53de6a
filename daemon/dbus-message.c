/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: answers, errors, and the dictionaries of options. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "daemon/dbus-bus.h"
#include "worker/error.h"

const char *bus_text(const char *text)
{
    return !text ? "" : dbus_validate_utf8(text, NULL) ? text : "(not UTF-8)";
}

/* --- answers ---------------------------------------------------------------------------------- */

void bus_send(struct frontend_dbus *bus, DBusMessage *message)
{
    if (!message)
        return;
    dbus_connection_send(bus->connection, message, NULL);
    dbus_message_unref(message);
}

void bus_reply(struct frontend_dbus *bus, DBusMessage *call, int first_type, ...)
{
    DBusMessage *reply;
    va_list arguments;

    if (dbus_message_get_no_reply(call))
        return;
    reply = dbus_message_new_method_return(call);
    va_start(arguments, first_type);
    if (reply && !dbus_message_append_args_valist(reply, first_type, arguments)) {
        dbus_message_unref(reply);
        reply = dbus_message_new_error(call, DBUS_ERROR_NO_MEMORY, "out of memory");
    }
    va_end(arguments);
    bus_send(bus, reply);
}

void bus_error(struct frontend_dbus *bus, DBusMessage *call, const char *name, const char *format,
               ...)
{
    char text[512];
    va_list arguments;

    if (dbus_message_get_no_reply(call))
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    bus_send(bus, dbus_message_new_error(call, name, bus_text(text)));
}

void bus_fail(struct frontend_dbus *bus, DBusMessage *call, int error)
{
    const char *name = DBUS_ERROR_FAILED;

    if (error == -EINVAL || error == -ENOENT || error == -EILSEQ)
        name = DBUS_ERROR_INVALID_ARGS;
    else if (error == -EMSGSIZE || error == -EDQUOT || error == -EUSERS)
        name = DBUS_ERROR_LIMITS_EXCEEDED;
    else if (error == -ENOMEM)
        name = DBUS_ERROR_NO_MEMORY;
    bus_error(bus, call, name, "%s", fail_message());
}

bool bus_append_entry(DBusMessageIter *dictionary, const char *key, int type, const void *value)
{
    const char signature[] = {(char)type, 0};
    DBusMessageIter entry, variant;

    return dbus_message_iter_open_container(dictionary, DBUS_TYPE_DICT_ENTRY, NULL, &entry) &&
           dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &key) &&
           dbus_message_iter_open_container(&entry, DBUS_TYPE_VARIANT, signature, &variant) &&
           dbus_message_iter_append_basic(&variant, type, value) &&
           dbus_message_iter_close_container(&entry, &variant) &&
           dbus_message_iter_close_container(dictionary, &entry);
}

/* --- options ---------------------------------------------------------------------------------- */

/* Where an option goes: a member of struct request_options, or a function for the rest. */
struct option {
    const char *name;
    int type;
    size_t offset;
    int (*set)(const DBusBasicValue *value, struct request_options *options,
               enum stream_format *format);
    double min, max; /* of numbers */
};

static int set_priority(const DBusBasicValue *value, struct request_options *options,
                        enum stream_format *format)
{
    enum priority priority = priority_from_name(value->str);

    if (!priority)
        return fail(-EINVAL, "option 'priority': '%.60s' is not a priority", value->str);
    options->priority = priority;
    return 0;
}

static int set_format(const DBusBasicValue *value, struct request_options *options,
                      enum stream_format *format)
{
    if (!strcmp(value->str, "raw"))
        *format = STREAM_RAW;
    else if (!strcmp(value->str, "spiel"))
        *format = STREAM_SPIEL;
    else
        return fail(-EINVAL, "option 'format': neither 'raw' nor 'spiel'");
    return 0;
}

static int set_flag(bool yes, unsigned flag, struct request_options *options)
{
    options->flags = yes ? options->flags | flag : options->flags & ~flag;
    return 0;
}

static int set_ssml(const DBusBasicValue *value, struct request_options *options,
                    enum stream_format *format)
{
    return set_flag(value->bool_val, REQUEST_SSML, options);
}

static int set_open(const DBusBasicValue *value, struct request_options *options,
                    enum stream_format *format)
{
    return set_flag(value->bool_val, REQUEST_OPEN, options);
}

static int set_play(const DBusBasicValue *value, struct request_options *options,
                    enum stream_format *format)
{
    return set_flag(value->bool_val, REQUEST_PLAY, options);
}

#define MEMBER(name) offsetof(struct request_options, name)
static const struct option options_known[] = {
    {"format", DBUS_TYPE_STRING, 0, set_format},
    {"language", DBUS_TYPE_STRING, MEMBER(language)},
    {"max-tokens", DBUS_TYPE_UINT32, MEMBER(max_tokens)},
    {"model", DBUS_TYPE_STRING, MEMBER(model)},
    {"open", DBUS_TYPE_BOOLEAN, 0, set_open},
    {"pitch", DBUS_TYPE_DOUBLE, MEMBER(pitch), NULL, PITCH_MIN, PITCH_MAX},
    {"play", DBUS_TYPE_BOOLEAN, 0, set_play},
    {"priority", DBUS_TYPE_STRING, 0, set_priority},
    {"rate", DBUS_TYPE_DOUBLE, MEMBER(rate), NULL, RATE_MIN, RATE_MAX},
    {"seed", DBUS_TYPE_UINT64, MEMBER(seed)},
    {"ssml", DBUS_TYPE_BOOLEAN, 0, set_ssml},
    {"system", DBUS_TYPE_STRING, MEMBER(system)},
    {"temperature", DBUS_TYPE_DOUBLE, MEMBER(temperature), NULL, 0, TEMPERATURE_MAX},
    {"voice", DBUS_TYPE_STRING, MEMBER(voice)},
    {"volume", DBUS_TYPE_DOUBLE, MEMBER(volume), NULL, 0, VOLUME_MAX},
};
#undef MEMBER

static const struct option *find_option(const char *name)
{
    for (size_t i = 0; i < sizeof options_known / sizeof *options_known; i++)
        if (!strcmp(options_known[i].name, name))
            return &options_known[i];
    return NULL;
}

static int set_option(const struct option *option, const DBusBasicValue *value,
                      struct request_options *options, enum stream_format *format)
{
    char *member = (char *)options + option->offset;

    if (option->set)
        return option->set(value, options, format);
    switch (option->type) {
    case DBUS_TYPE_STRING:
        *(const char **)member = value->str;
        break;
    case DBUS_TYPE_UINT32:
        *(unsigned *)member = value->u32;
        break;
    case DBUS_TYPE_UINT64:
        *(uint64_t *)member = value->u64;
        break;
    default:
        if (!(value->dbl >= option->min && value->dbl <= option->max)) /* NaN is neither */
            return fail(-EINVAL, "option '%s': %g is not from %g to %g", option->name, value->dbl,
                        option->min, option->max);
        *(double *)member = value->dbl;
    }
    return 0;
}

int bus_read_options(DBusMessageIter *dictionary, struct request_options *options,
                     enum stream_format *format)
{
    DBusMessageIter entries, entry, variant;
    int r = 0;

    dbus_message_iter_recurse(dictionary, &entries);
    for (; r >= 0 && dbus_message_iter_get_arg_type(&entries) == DBUS_TYPE_DICT_ENTRY;
         dbus_message_iter_next(&entries)) {
        const struct option *option;
        DBusBasicValue value;
        const char *name;
        dbus_message_iter_recurse(&entries, &entry);
        dbus_message_iter_get_basic(&entry, &name);
        dbus_message_iter_next(&entry);
        dbus_message_iter_recurse(&entry, &variant);
        option = find_option(name);
        if (!option)
            return fail(-EINVAL, "there is no option '%.60s'", name);
        if (dbus_message_iter_get_arg_type(&variant) != option->type)
            return fail(-EINVAL, "option '%s' has the type '%c'", name, option->type);
        dbus_message_iter_get_basic(&variant, &value);
        r = set_option(option, &value, options, format);
    }
    return r;
}
