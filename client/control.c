/* SPDX-License-Identifier: Apache-2.0 */
/* sori-stop(1): stop, pause, resume and status of the daemon */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "client/options.h"
#include "client/remote.h"
#include "worker/error.h"

/* Calls a method of the daemon that runs. *ret_reply may be NULL. */
static int ask_daemon(const struct command *command, int argc, char **argv, const char *method,
                      DBusMessage **ret_reply)
{
    struct remote *remote = NULL;
    int first, r = options_parse(command, argc, argv, NULL, &first);

    if (r)
        return r;
    if (first < argc) {
        fprintf(stderr, "sori: %s: no arguments, please\n", command->name);
        return EXIT_USAGE;
    }
    r = remote_open(true, -1, &remote);
    if (r >= 0)
        r = remote_call(remote, method, ret_reply);
    remote_close(remote);
    if (r < 0)
        fprintf(stderr, "sori: %s\n", fail_message());
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

static int run_stop(int argc, char **argv)
{
    return ask_daemon(&command_stop, argc, argv, "CancelAll", NULL);
}

static int run_pause(int argc, char **argv)
{
    return ask_daemon(&command_pause, argc, argv, "Pause", NULL);
}

static int run_resume(int argc, char **argv)
{
    return ask_daemon(&command_resume, argc, argv, "Resume", NULL);
}

/* --- status ----------------------------------------------------------------------------------- */

static void print_job(DBusMessageIter *jobs)
{
    DBusMessageIter tuple;
    dbus_uint32_t numbers[3] = {0};
    const char *texts[3] = {"", "", ""};

    dbus_message_iter_recurse(jobs, &tuple);
    dbus_message_iter_get_basic(&tuple, &numbers[0]);
    for (int i = 0; i < 3 && dbus_message_iter_next(&tuple); i++)
        dbus_message_iter_get_basic(&tuple, &texts[i]);
    for (int i = 1; i < 3 && dbus_message_iter_next(&tuple); i++)
        dbus_message_iter_get_basic(&tuple, &numbers[i]);
    printf("job %u: %s, %s, of %s: %u of %u bytes\n", numbers[0], texts[1], texts[2], texts[0],
           numbers[1], numbers[2]);
}

static void print_figure(DBusMessageIter *figures)
{
    DBusMessageIter entry, variant;
    const char *name, *text;
    dbus_uint64_t value;

    dbus_message_iter_recurse(figures, &entry);
    dbus_message_iter_get_basic(&entry, &name);
    dbus_message_iter_next(&entry);
    dbus_message_iter_recurse(&entry, &variant);
    if (dbus_message_iter_get_arg_type(&variant) == DBUS_TYPE_UINT64) {
        dbus_message_iter_get_basic(&variant, &value);
        printf("%s: %" PRIu64 "\n", name, (uint64_t)value);
    } else if (dbus_message_iter_get_arg_type(&variant) == DBUS_TYPE_STRING) {
        dbus_message_iter_get_basic(&variant, &text);
        printf("%s: %s\n", name, text);
    }
}

static void print_list(DBusMessageIter *list, int type, void (*print)(DBusMessageIter *item))
{
    DBusMessageIter items;

    dbus_message_iter_recurse(list, &items);
    for (; dbus_message_iter_get_arg_type(&items) == type; dbus_message_iter_next(&items))
        print(&items);
}

static int run_status(int argc, char **argv)
{
    DBusMessage *reply = NULL;
    DBusMessageIter arguments;
    int r = ask_daemon(&command_status, argc, argv, "Status", &reply);

    if (!reply)
        return r;
    if (dbus_message_has_signature(reply, "a(usssuu)a{sv}")) {
        dbus_message_iter_init(reply, &arguments);
        print_list(&arguments, DBUS_TYPE_STRUCT, print_job);
        dbus_message_iter_next(&arguments);
        print_list(&arguments, DBUS_TYPE_DICT_ENTRY, print_figure);
    }
    dbus_message_unref(reply);
    return r;
}

const struct command command_stop = {
    "stop", "", "Stop all speech of the daemon", NULL, 0, run_stop,
};
const struct command command_pause = {
    "pause", "", "Pause the speech of the daemon", NULL, 0, run_pause,
};
const struct command command_resume = {
    "resume", "", "Go on after a pause", NULL, 0, run_resume,
};
const struct command command_status = {
    "status", "", "Show what the daemon is doing", NULL, 0, run_status,
};
