/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * service_notify: tells systemd how the service is (sd_notify(3)), without its library.
 */
#ifndef RELAY_FORWARDER_SERVICE_NOTIFY_H
#define RELAY_FORWARDER_SERVICE_NOTIFY_H

/* state: for example "READY=1". Nothing happens when the service was not started by systemd; failures are ignored, for
 * nothing can be done about them. */
void service_notify(const char *state);

#endif
