/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watch: tells when a file of a directory has come, gone or changed, in an event loop; and again and again whether the
 * directory is there, where it is not.
 */
#pragma once

#include <event2/event.h>
#include <stdbool.h>

struct watch;

/* changed is called some time after the first of several changes. path must stay. */
struct watch *watch_start(struct event_base *base, const char *path, void (*changed)(void *context), void *context);
void watch_free(struct watch *watch); /* takes NULL */

/* Watches a directory that was not there, or is another by now. True if it was not watched before. */
bool watch_renew(struct watch *watch);
