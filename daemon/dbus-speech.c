/* SPDX-License-Identifier: Apache-2.0 */
/* Sori's own interface, org.sori.Speech1: sori-dbus(7) */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "daemon/dbus-bus.h"
#include "worker/error.h"

/* --- starting --------------------------------------------------------------------------------- */

static void start(struct frontend_dbus *bus, DBusMessage *call, DBusMessageIter *arguments,
                  struct request_options *options, struct job_order *order)
{
    struct request *request = NULL;
    dbus_uint32_t id;
    int r;

    dbus_message_iter_get_basic(arguments, &order->text);
    dbus_message_iter_next(arguments);
    r = bus_read_options(arguments, options, &order->format);
    if (r < 0)
        cleanup_close(&order->fd);
    else
        r = job_start(bus, call, order, &request);
    if (r < 0) {
        bus_fail(bus, call, r);
        return;
    }
    id = request_id(request);
    bus_reply(bus, call, DBUS_TYPE_UINT32, &id, DBUS_TYPE_INVALID);
}

static void sound(struct frontend_dbus *bus, DBusMessage *call, enum request_kind kind)
{
    struct request_options options;
    struct job_order order = {.options = &options, .fd = -1, .signals = true};
    DBusMessageIter arguments;

    request_options_init(&options);
    options.kind = kind;
    options.flags = REQUEST_PLAY;
    dbus_message_iter_init(call, &arguments);
    start(bus, call, &arguments, &options, &order);
}

static void speak(struct frontend_dbus *bus, DBusMessage *call)
{
    sound(bus, call, REQUEST_SPEAK);
}

static void ask(struct frontend_dbus *bus, DBusMessage *call)
{
    sound(bus, call, REQUEST_ASK);
}

static void render(struct frontend_dbus *bus, DBusMessage *call)
{
    struct request_options options;
    struct job_order order = {.options = &options, .fd = -1, .format = STREAM_RAW, .signals = true};
    DBusMessageIter arguments;

    dbus_message_iter_init(call, &arguments);
    dbus_message_iter_get_basic(&arguments, &order.fd); /* a copy of our own */
    dbus_message_iter_next(&arguments);
    if (order.fd < 0) {
        bus_error(bus, call, DBUS_ERROR_LIMITS_EXCEEDED, "the descriptor could not be received");
        return;
    }
    request_options_init(&options);
    options.kind = REQUEST_SPEAK;
    options.flags = REQUEST_AUDIO;
    start(bus, call, &arguments, &options, &order);
}

/* --- jobs that are there ---------------------------------------------------------------------- */

/* The job that the first argument names; NULL after an error was sent. */
static struct request *find(struct frontend_dbus *bus, DBusMessage *call)
{
    DBusMessageIter arguments;
    struct request *request;
    dbus_uint32_t id;

    dbus_message_iter_init(call, &arguments);
    dbus_message_iter_get_basic(&arguments, &id);
    request = queue_find(bus->daemon->queue, id);
    if (!request)
        bus_error(bus, call, DBUS_ERROR_INVALID_ARGS, "there is no job %u", id);
    return request;
}

static void append(struct frontend_dbus *bus, DBusMessage *call)
{
    struct request *request = find(bus, call);
    const char *text;
    dbus_uint32_t id;
    int r;

    if (!request)
        return;
    dbus_message_get_args(call, NULL, DBUS_TYPE_UINT32, &id, DBUS_TYPE_STRING, &text,
                          DBUS_TYPE_INVALID);
    r = request_append(request, text, strlen(text));
    if (r < 0)
        bus_fail(bus, call, r);
    else
        bus_reply(bus, call, DBUS_TYPE_INVALID);
}

static void end_text(struct frontend_dbus *bus, DBusMessage *call)
{
    struct request *request = find(bus, call);

    if (!request)
        return;
    request_end_text(request);
    bus_reply(bus, call, DBUS_TYPE_INVALID);
}

static void cancel(struct frontend_dbus *bus, DBusMessage *call)
{
    struct request *request = find(bus, call);

    if (!request)
        return;
    request_cancel(request);
    bus_reply(bus, call, DBUS_TYPE_INVALID);
}

static void cancel_all(struct frontend_dbus *bus, DBusMessage *call)
{
    queue_cancel(bus->daemon->queue);
    bus_reply(bus, call, DBUS_TYPE_INVALID);
}

static void pause_all(struct frontend_dbus *bus, DBusMessage *call)
{
    queue_pause(bus->daemon->queue);
    bus_reply(bus, call, DBUS_TYPE_INVALID);
    bus_paused_changed(bus);
}

static void resume(struct frontend_dbus *bus, DBusMessage *call)
{
    queue_resume(bus->daemon->queue);
    bus_reply(bus, call, DBUS_TYPE_INVALID);
    bus_paused_changed(bus);
}

/* --- Status ----------------------------------------------------------------------------------- */

static int append_job(void *opaque, const struct request_status *status)
{
    const char *texts[] = {bus_text(client_name(request_client(status->request))),
                           request_state_name(status->state), priority_name(status->priority)};
    dbus_uint32_t numbers[] = {request_id(status->request), (dbus_uint32_t)status->spoken,
                               (dbus_uint32_t)status->size};
    DBusMessageIter tuple;
    bool fine = dbus_message_iter_open_container(opaque, DBUS_TYPE_STRUCT, NULL, &tuple) &&
                dbus_message_iter_append_basic(&tuple, DBUS_TYPE_UINT32, &numbers[0]);

    for (size_t i = 0; fine && i < 3; i++)
        fine = dbus_message_iter_append_basic(&tuple, DBUS_TYPE_STRING, &texts[i]);
    for (size_t i = 1; fine && i < 3; i++)
        fine = dbus_message_iter_append_basic(&tuple, DBUS_TYPE_UINT32, &numbers[i]);
    return fine && dbus_message_iter_close_container(opaque, &tuple) ? 0 : -ENOMEM;
}

static bool append_figures(const struct frontend_dbus *bus, DBusMessageIter *to)
{
    const char *warning = bus_text(queue_warning(bus->daemon->queue));
    struct queue_figures figures;
    DBusMessageIter list;
    bool fine = dbus_message_iter_open_container(to, DBUS_TYPE_ARRAY, "{sv}", &list);

    queue_figures(bus->daemon->queue, &figures);
    const struct {
        const char *name;
        dbus_uint64_t value;
    } rows[] = {
        {"waiting", figures.waiting},
        {"running", figures.running},
        {"clients", figures.clients},
        {"done", figures.done},
        {"cancelled", figures.cancelled},
        {"interrupted", figures.interrupted},
        {"failed", figures.failed},
        {"worker-starts", figures.worker_starts},
        {"worker-deaths", figures.worker_deaths},
    };
    for (size_t i = 0; fine && i < sizeof rows / sizeof *rows; i++)
        fine = bus_append_entry(&list, rows[i].name, DBUS_TYPE_UINT64, &rows[i].value);
    if (fine && *warning)
        fine = bus_append_entry(&list, "warning", DBUS_TYPE_STRING, &warning);
    return fine && dbus_message_iter_close_container(to, &list);
}

static void status(struct frontend_dbus *bus, DBusMessage *call)
{
    DBusMessage *reply = dbus_message_new_method_return(call);
    DBusMessageIter arguments, jobs;

    if (!reply)
        return;
    dbus_message_iter_init_append(reply, &arguments);
    if (!dbus_message_iter_open_container(&arguments, DBUS_TYPE_ARRAY, "(usssuu)", &jobs) ||
        queue_each(bus->daemon->queue, append_job, &jobs) < 0 ||
        !dbus_message_iter_close_container(&arguments, &jobs) || !append_figures(bus, &arguments)) {
        dbus_message_unref(reply);
        bus_error(bus, call, DBUS_ERROR_NO_MEMORY, "out of memory");
        return;
    }
    bus_send(bus, reply);
}

const struct dbus_method speech_methods[] = {
    {SPEECH_INTERFACE, "Speak", "sa{sv}", speak},    {SPEECH_INTERFACE, "Ask", "sa{sv}", ask},
    {SPEECH_INTERFACE, "Render", "hsa{sv}", render}, {SPEECH_INTERFACE, "Append", "us", append},
    {SPEECH_INTERFACE, "EndText", "u", end_text},    {SPEECH_INTERFACE, "Cancel", "u", cancel},
    {SPEECH_INTERFACE, "CancelAll", "", cancel_all}, {SPEECH_INTERFACE, "Pause", "", pause_all},
    {SPEECH_INTERFACE, "Resume", "", resume},        {SPEECH_INTERFACE, "Status", "", status},
};
const size_t n_speech_methods = sizeof speech_methods / sizeof *speech_methods;
