/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * https_serve: starts and stops tests/support/https_server, a real TLS server that misbehaves as it is told, for unit
 * tests. A function that fails makes the test fail.
 */
#pragma once

#include <sys/types.h>

#include "support/tmpdir.h"
#include "util/buffer.h"

struct https_serve {
    struct tmpdir directory; /* in it: cert, key, mode, log */
    pid_t pid;
    int port;
};

/* Makes the directory, with a self-signed certificate that expired in 1970 and names nobody, and starts the server. */
void https_serve_start(struct https_serve *server, const char *mode);

/* Starts the server anew, on another port. option: an option of https_server, may be NULL. */
void https_serve_restart(struct https_serve *server, const char *option);

/* Sets what the server does with requests from now on. */
void https_serve_mode(struct https_serve *server, const char *mode);

/* Appends its log of requests. */
void https_serve_log(const struct https_serve *server, struct buffer *log);

void https_serve_stop(struct https_serve *server);
