/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * endpoint_options: the command line of a FastCGI program.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { ENDPOINT_EXIT_USAGE = 2 };

struct endpoint_options {
    const char *config; /* path of the configuration file */
    size_t processes;   /* 0: this process serves, without a supervisor */
    bool check;         /* end before the first request */
};

/* name and summary: those of the endpoint_program. False: there is nothing more to do, and *status is what to exit
 * with. */
bool endpoint_options_read(const char *name, const char *summary, int argc, char **argv,
                           struct endpoint_options *options, int *status);
