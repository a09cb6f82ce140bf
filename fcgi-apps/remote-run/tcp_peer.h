/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tcp_peer: is the other side of somebody else's TCP connection still there?
 *
 * httpd notices that a client is gone only when it has something to write to it. A program that works for the client
 * without output can ask the kernel: a connection that is no longer ESTABLISHED was closed by the client, or does not
 * exist any more.
 *
 * Source: sock_diag(7), which looks up one socket by its addresses and ports. It needs AF_NETLINK in the network
 * namespace of the connection, and no other right.
 */
#pragma once

#include <stdbool.h>

struct tcp_peer;

/* The connection between these, as in SERVER_ADDR, SERVER_PORT, REMOTE_ADDR and REMOTE_PORT of a request; each may be
 * NULL. NULL when there is no such connection (a proxy in between may tell of another), or it cannot be looked at. */
struct tcp_peer *tcp_peer_open(const char *server_address, const char *server_port, const char *client_address,
                               const char *client_port);

/* False once the peer has closed. In doubt true. */
bool tcp_peer_present(struct tcp_peer *peer);

/* Takes NULL. */
void tcp_peer_close(struct tcp_peer *peer);
