/* SPDX-License-Identifier: Apache-2.0 */
/* queue-rules.h: what a request must be, and whom it interrupts (queue.h) */
#ifndef DAEMON_QUEUE_RULES_H
#define DAEMON_QUEUE_RULES_H

#include "daemon/request-private.h"

/* -EINVAL or -EMSGSIZE with fail_message(). */
int rules_check_options(const struct request_options *options, const char *text, size_t size);
/* A request with its voice chosen and its strings copied. -ENOENT, -ENOMEM. */
int rules_make_request(struct queue *queue, const struct request_options *options, const char *text,
                       size_t size, struct request **ret_request);
/* What a new request for the loudspeaker does to those that are there, and they to it. */
void rules_apply(struct queue *queue, struct request *request);

#endif
