/* SPDX-License-Identifier: Apache-2.0 */
/* org.freedesktop.DBus.Properties and Introspectable, for both interfaces */
#include <stdio.h>
#include <string.h>

#include "daemon/config.h"
#include "daemon/dbus-bus.h"
#include "daemon/dbus-xml.h"

struct property {
    const char *interface, *name;
    bool (*append)(const struct frontend_dbus *bus, DBusMessageIter *to); /* a variant */
};

/* --- values ----------------------------------------------------------------------------------- */

static bool append_variant(DBusMessageIter *to, int type, const void *value)
{
    const char signature[] = {(char)type, 0};
    DBusMessageIter variant;

    return dbus_message_iter_open_container(to, DBUS_TYPE_VARIANT, signature, &variant) &&
           dbus_message_iter_append_basic(&variant, type, value) &&
           dbus_message_iter_close_container(to, &variant);
}

static bool append_name(const struct frontend_dbus *bus, DBusMessageIter *to)
{
    const char *name = "Sori";

    return append_variant(to, DBUS_TYPE_STRING, &name);
}

static bool append_version(const struct frontend_dbus *bus, DBusMessageIter *to)
{
    const char *version = PACKAGE_VERSION;

    return append_variant(to, DBUS_TYPE_STRING, &version);
}

static bool append_paused(const struct frontend_dbus *bus, DBusMessageIter *to)
{
    dbus_bool_t paused = queue_paused(bus->daemon->queue);

    return append_variant(to, DBUS_TYPE_BOOLEAN, &paused);
}

static bool append_info(DBusMessageIter *list, const struct voice_info *info, bool model)
{
    const char *texts[] = {bus_text(info->id), bus_text(info->name),
                           bus_text(model ? info->licence : info->language),
                           bus_text(info->gender)};
    dbus_uint32_t rate = info->sample_rate;
    DBusMessageIter tuple;
    bool fine = dbus_message_iter_open_container(list, DBUS_TYPE_STRUCT, NULL, &tuple);

    for (size_t i = 0; fine && i < (model ? 3 : 4); i++)
        fine = dbus_message_iter_append_basic(&tuple, DBUS_TYPE_STRING, &texts[i]);
    if (fine && !model)
        fine = dbus_message_iter_append_basic(&tuple, DBUS_TYPE_UINT32, &rate);
    return fine && dbus_message_iter_close_container(list, &tuple);
}

static bool append_list(const struct frontend_dbus *bus, DBusMessageIter *to, bool models)
{
    const struct voices *voices = bus->daemon->voices;
    size_t n = models ? models_count(voices) : voices_count(voices);
    DBusMessageIter variant, list;
    bool fine = dbus_message_iter_open_container(to, DBUS_TYPE_VARIANT,
                                                 models ? "a(sss)" : "a(ssssu)", &variant) &&
                dbus_message_iter_open_container(&variant, DBUS_TYPE_ARRAY,
                                                 models ? "(sss)" : "(ssssu)", &list);

    for (size_t i = 0; fine && i < n; i++)
        fine = append_info(&list, models ? models_get(voices, i) : voices_get(voices, i), models);
    return fine && dbus_message_iter_close_container(&variant, &list) &&
           dbus_message_iter_close_container(to, &variant);
}

static bool append_voices(const struct frontend_dbus *bus, DBusMessageIter *to)
{
    return append_list(bus, to, false);
}

static bool append_models(const struct frontend_dbus *bus, DBusMessageIter *to)
{
    return append_list(bus, to, true);
}

static bool append_setting(DBusMessageIter *list, const struct config *config,
                           const struct config_row *row)
{
    const void *member = (const char *)config + row->offset;
    char key[64];
    const char *text;
    dbus_bool_t yes;

    snprintf(key, sizeof key, "%s.%s", row->section, row->key);
    switch (row->type) {
    case CONFIG_TEXT:
        text = bus_text(*(char *const *)member);
        return bus_append_entry(list, key, DBUS_TYPE_STRING, &text);
    case CONFIG_COUNT:
        return bus_append_entry(list, key, DBUS_TYPE_UINT32, member);
    case CONFIG_SWITCH:
        yes = *(const bool *)member;
        return bus_append_entry(list, key, DBUS_TYPE_BOOLEAN, &yes);
    case CONFIG_NUMBER:
    case CONFIG_SECONDS:
        return bus_append_entry(list, key, DBUS_TYPE_DOUBLE, member);
    }
    return true;
}

static bool append_settings(const struct frontend_dbus *bus, DBusMessageIter *to)
{
    DBusMessageIter variant, list;
    bool fine = dbus_message_iter_open_container(to, DBUS_TYPE_VARIANT, "a{sv}", &variant) &&
                dbus_message_iter_open_container(&variant, DBUS_TYPE_ARRAY, "{sv}", &list);

    for (size_t i = 0; fine && i < config_n_rows; i++)
        fine = append_setting(&list, bus->daemon->config, &config_rows[i]);
    return fine && dbus_message_iter_close_container(&variant, &list) &&
           dbus_message_iter_close_container(to, &variant);
}

static const struct property properties[] = {
    {PROVIDER_INTERFACE, "Name", append_name},
    {PROVIDER_INTERFACE, "Voices", provider_append_voices},
    {SPEECH_INTERFACE, "Version", append_version},
    {SPEECH_INTERFACE, "Voices", append_voices},
    {SPEECH_INTERFACE, "Models", append_models},
    {SPEECH_INTERFACE, "Settings", append_settings},
    {SPEECH_INTERFACE, "Paused", append_paused},
};
enum { N_PROPERTIES = sizeof properties / sizeof *properties };

/* --- Properties ------------------------------------------------------------------------------- */

static const struct property *find(const char *interface, const char *name)
{
    for (size_t i = 0; i < N_PROPERTIES; i++)
        if (!strcmp(properties[i].name, name) &&
            (!*interface || !strcmp(properties[i].interface, interface)))
            return &properties[i];
    return NULL;
}

static void send_or_fail(struct frontend_dbus *bus, DBusMessage *call, DBusMessage *reply,
                         bool fine)
{
    if (fine) {
        bus_send(bus, reply);
        return;
    }
    if (reply)
        dbus_message_unref(reply);
    bus_error(bus, call, DBUS_ERROR_NO_MEMORY, "out of memory");
}

static void get(struct frontend_dbus *bus, DBusMessage *call)
{
    const char *interface, *name;
    const struct property *property;
    DBusMessageIter arguments;
    DBusMessage *reply;

    dbus_message_get_args(call, NULL, DBUS_TYPE_STRING, &interface, DBUS_TYPE_STRING, &name,
                          DBUS_TYPE_INVALID);
    property = find(interface, name);
    if (!property) {
        bus_error(bus, call, DBUS_ERROR_UNKNOWN_PROPERTY, "there is no property '%.60s'", name);
        return;
    }
    reply = dbus_message_new_method_return(call);
    if (reply)
        dbus_message_iter_init_append(reply, &arguments);
    send_or_fail(bus, call, reply, reply && property->append(bus, &arguments));
}

/* Appends NAME: VALUE for each property that fits. */
static bool append_dictionary(const struct frontend_dbus *bus, DBusMessageIter *to,
                              const char *interface, const char *only)
{
    DBusMessageIter list, entry;
    bool fine = dbus_message_iter_open_container(to, DBUS_TYPE_ARRAY, "{sv}", &list);

    for (size_t i = 0; fine && i < N_PROPERTIES; i++) {
        const struct property *property = &properties[i];
        if (strcmp(property->interface, interface) || (only && strcmp(property->name, only)))
            continue;
        fine = dbus_message_iter_open_container(&list, DBUS_TYPE_DICT_ENTRY, NULL, &entry) &&
               dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &property->name) &&
               property->append(bus, &entry) && dbus_message_iter_close_container(&list, &entry);
    }
    return fine && dbus_message_iter_close_container(to, &list);
}

static void get_all(struct frontend_dbus *bus, DBusMessage *call)
{
    DBusMessage *reply = dbus_message_new_method_return(call);
    DBusMessageIter arguments;
    const char *interface;

    dbus_message_get_args(call, NULL, DBUS_TYPE_STRING, &interface, DBUS_TYPE_INVALID);
    if (reply)
        dbus_message_iter_init_append(reply, &arguments);
    send_or_fail(bus, call, reply, reply && append_dictionary(bus, &arguments, interface, NULL));
}

static void set(struct frontend_dbus *bus, DBusMessage *call)
{
    bus_error(bus, call, DBUS_ERROR_PROPERTY_READ_ONLY, "all properties are read-only");
}

static void changed(struct frontend_dbus *bus, const char *interface, const char *name)
{
    DBusMessage *signal =
        dbus_message_new_signal(BUS_PATH, DBUS_INTERFACE_PROPERTIES, "PropertiesChanged");
    DBusMessageIter arguments, invalidated;

    if (!signal)
        return;
    dbus_message_iter_init_append(signal, &arguments);
    if (dbus_message_iter_append_basic(&arguments, DBUS_TYPE_STRING, &interface) &&
        append_dictionary(bus, &arguments, interface, name) &&
        dbus_message_iter_open_container(&arguments, DBUS_TYPE_ARRAY, "s", &invalidated) &&
        dbus_message_iter_close_container(&arguments, &invalidated))
        bus_send(bus, signal);
    else
        dbus_message_unref(signal);
}

void bus_voices_changed(struct frontend_dbus *bus)
{
    changed(bus, PROVIDER_INTERFACE, "Voices");
    changed(bus, SPEECH_INTERFACE, "Voices");
    changed(bus, SPEECH_INTERFACE, "Models");
}

void bus_paused_changed(struct frontend_dbus *bus)
{
    bool paused = queue_paused(bus->daemon->queue);

    if (paused != bus->paused)
        changed(bus, SPEECH_INTERFACE, "Paused");
    bus->paused = paused;
}

/* --- Introspectable --------------------------------------------------------------------------- */

/* The next component of the object's path below `path`; for those who walk down from the root. */
static bool child_of(const char *path, char ret_name[static 64])
{
    size_t n = strcmp(path, "/") ? strlen(path) : 0;
    const char *rest = &BUS_PATH[n];

    if (n >= sizeof BUS_PATH || strncmp(BUS_PATH, path, n) || *rest != '/')
        return false;
    snprintf(ret_name, 64, "%.*s", (int)strcspn(rest + 1, "/"), rest + 1);
    return true;
}

static void introspect(struct frontend_dbus *bus, DBusMessage *call)
{
    static const char object[] =
        DBUS_INTROSPECT_1_0_XML_DOCTYPE_DECL_NODE "<node>\n" INTROSPECTION_XML "</node>\n";
    const char *path = dbus_message_get_path(call), *answer = object;
    char parent[512], name[64];

    if (child_of(path, name)) {
        snprintf(parent, sizeof parent,
                 DBUS_INTROSPECT_1_0_XML_DOCTYPE_DECL_NODE
                 "<node>\n  <node name=\"%s\"/>\n</node>\n",
                 name);
        answer = parent;
    }
    bus_reply(bus, call, DBUS_TYPE_STRING, &answer, DBUS_TYPE_INVALID);
}

const struct dbus_method property_methods[] = {
    {DBUS_INTERFACE_PROPERTIES, "Get", "ss", get},
    {DBUS_INTERFACE_PROPERTIES, "GetAll", "s", get_all},
    {DBUS_INTERFACE_PROPERTIES, "Set", "ssv", set},
    {DBUS_INTERFACE_INTROSPECTABLE, "Introspect", "", introspect},
};
const size_t n_property_methods = sizeof property_methods / sizeof *property_methods;
