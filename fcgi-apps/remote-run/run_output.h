/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run_output: where the lines of a remote-run go: to the client as they come, into the answer's body, or nowhere.
 *
 * Sources hand in bytes; whole lines come out (line_merge.h). What the relay itself has to say are lines that
 * begin with "rudder-relay: ".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "endpoint/response.h"
#include "util/buffer.h"
#include "util/line_merge.h"

enum run_output_kind { RUN_OUTPUT_NONE, RUN_OUTPUT_GATHERED, RUN_OUTPUT_STREAMED };

struct run_output {
    enum run_output_kind kind;
    struct response *response; /* NULL for RUN_OUTPUT_NONE */
    int64_t limit;             /* bytes, of RUN_OUTPUT_GATHERED */
    struct buffer lines;       /* not yet given to the response */
    bool cut;
};

void run_output_add(struct run_output *output, struct line_merge *merge, const char *bytes, size_t len);

/* The source has ended. */
void run_output_end(struct run_output *output, struct line_merge *merge);

/* A line of our own; what it quotes is made printable. */
void run_output_say(struct run_output *output, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Hands on what has gathered. False when the client is gone. */
bool run_output_flush(struct run_output *output);

void run_output_free(struct run_output *output);
