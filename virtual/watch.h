/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watch: tells when files of a directory have come, gone or changed, in an event loop. A directory that is missing or
 * was replaced is found by watch_renew, which its owner calls now and then.
 */
#pragma once

#include <event2/event.h>
#include <stdbool.h>

struct watch;

/* changed is called a moment after the first of several changes, once for them all. path must stay. */
struct watch *watch_start(struct event_base *base, const char *path, void (*changed)(void *context), void *context);
void watch_free(struct watch *watch); /* takes NULL */

/* Watches a directory that was not there, or is another by now. True if it was not watched before. */
bool watch_renew(struct watch *watch);
