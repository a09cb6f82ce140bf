/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * check_server_key: the key that httpd shows to agents, for check-config.
 *
 * Agents make a new TLS connection for each upload, and httpd signs each with its key. With a long RSA key that is most
 * of what a run costs the server. Stock relays know this server by the key of its agent alone.
 */
#pragma once

#include "relay/relay_config.h"

/* Prints a note to standard error if the certificate has a long RSA key, or, where others pin keys, not that of this
 * server's certificate in the node index. One that cannot be read is no fault: not
 * everybody may, and httpd can stand on another machine. */
void check_server_key_tell(const struct relay_config *config);
