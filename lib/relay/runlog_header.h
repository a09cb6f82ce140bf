/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog_header: the fields of a report before its message. Private to runlog_parse.
 *
 * Source: PROTOCOL.md section 6:
 *     <policy>@@<event type>@@<rule id>@@<directive id>@@<report id>@@<component>@@<key>@@<start>##<node id>@#<message>
 * Component and key may span lines; a line end right before the `@@` that ends them is dropped. The component ends at
 * its first `@@`. The key ends at the first `@@<start>##<node id>@#` with a valid start, so it may contain `@@` and end
 * in `@`.
 */
#pragma once

#include <stdbool.h>

#include "relay/runlog_field.h"
#include "util/slice.h"
#include "util/timestamp.h"

/* All zero bytes are a valid one, used for one report after the other. */
struct runlog_header {
    struct slice policy;
    struct slice event_type;
    struct slice rule_id;
    struct slice directive_id;
    struct slice report_id;
    struct runlog_field component;
    struct runlog_field key;
    bool in_key; /* the component is whole */
    struct timestamp start;
    struct slice start_text; /* the text of start, usually the same in all reports */
    struct slice node_id;
    struct slice message; /* its first line */
};

enum runlog_header_state {
    RUNLOG_HEADER_BROKEN,   /* it cannot become whole: not all fields up to the report id are on the first line */
    RUNLOG_HEADER_UNDERWAY, /* the next line may continue it */
    RUNLOG_HEADER_WHOLE,
};

/* Begins a header. line: its first line, after `R: @@`. */
enum runlog_header_state runlog_header_begin(struct runlog_header *header, struct slice line);

/* Adds a line that continues the header. Never returns BROKEN. */
enum runlog_header_state runlog_header_add_line(struct runlog_header *header, struct slice line);
