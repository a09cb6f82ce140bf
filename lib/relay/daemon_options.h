/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * daemon_options: the command line of a program that takes nothing but the path of its configuration: -c FILE, -h, -V.
 * (FastCGI programs have more: endpoint/endpoint_options.h.)
 */
#pragma once

enum { DAEMON_EXIT_USAGE = 2 };

/* name: as in rudder-relay-NAME. summary: what the program does, for its help. *path becomes the configuration's, the
 * default one unless -c says another. Returns the exit status when there is nothing more to do, else -1. */
int daemon_options_read(const char *name, const char *summary, int argc, char **argv, const char **path);
