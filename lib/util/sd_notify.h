/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sd_notify: tells systemd the state of the service, as sd_notify(3) does, but without libsystemd. The function has
 * another name than the library's, because a library that we use may one day bring libsystemd into the process.
 */
#pragma once

/* state: for example "READY=1". Does nothing if the service was not started by systemd. Failures are ignored, since
 * nothing can be done about them. */
void sd_notify_send(const char *state);
