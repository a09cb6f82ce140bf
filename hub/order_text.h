/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * order_text: an order in the form in which it is stored, handed to a node, and handed to a relay's hub: lines
 * `key = value`, as in agent.conf.
 *
 *     ticket = 00001764374794123456   20 digits
 *     above = 00001764374794000001    in a file: the ticket at the server above, where the order came from there
 *     conditions = a,b                may be empty
 *     output = yes                    or no
 *     seconds = 583                   how long a node may still begin it; in a file: counted from `written`
 *     boot = <id>                     in a file, with these two: which boot of the machine, when it expires by
 *     expires = 1234567               CLOCK_BOOTTIME in ms, and
 *     written = 1764374794            when it was written, in seconds since 1970
 *     nodes = id,id                   for a relay: its nodes, or `all`
 *     target = id                     in a file, for each: who gets it; with a space and a value of `nodes` behind it
 *                                     where that is a relay's hub
 *
 * An unknown key is ignored, so that later servers may send more of them. A key that comes twice (other than `target`)
 * is refused, and so is a control character.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"

enum {
    ORDER_TEXT_NODES_MAX = 1 << 20, /* bytes */
    ORDER_TEXT_MAX = 16 << 20,
    ORDER_TEXT_SECONDS_MAX = 7 * 24 * 3600
};

struct order_text_target {
    struct slice key;   /* as hub_path.h has it */
    struct slice nodes; /* "": it is a node */
};

/* All zero bytes is a valid empty one. Slices point into what was parsed, or are the caller's. */
struct order_text {
    uint64_t ticket;
    uint64_t above; /* 0: none */
    struct slice conditions;
    bool output;
    int64_t seconds;
    struct slice boot;
    int64_t expires_ms;
    int64_t written;
    struct slice nodes;
    struct order_text_target *targets;
    size_t target_count, target_room;
};

/* False with err. order_text_free in any case. */
bool order_text_parse(struct order_text *order, struct slice text, struct err *err);
void order_text_free(struct order_text *order);

/* The form for a file, and that for an answer: a relay's hub gets it with nodes. */
void order_text_format(const struct order_text *order, struct buffer *out);
void order_text_format_answer(const struct order_text *order, struct buffer *out);

/* Walks a comma-separated list. False at its end. */
bool order_text_next_id(struct slice *list, struct slice *id);
