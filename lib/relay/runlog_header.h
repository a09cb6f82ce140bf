/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog_header: what a report has before its message. Private to runlog_parse.
 *
 * Source: PROTOCOL.md section 6:
 *     <policy>@@<event type>@@<rule id>@@<directive id>@@<report id>@@<component>@@<key>@@<start>##<node id>@#<message>
 * Component and key may span lines; a line end right before the `@@` that ends them is dropped. The component ends at
 * its first `@@`. The key goes on to the first `@@<start>##<node id>@#` with a start that is one, so that it may hold
 * `@@` and end in `@`.
 */
#ifndef RELAY_RUNLOG_HEADER_H
#define RELAY_RUNLOG_HEADER_H

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
    struct slice start_text; /* what start was read from, the same in all reports as a rule */
    struct slice node_id;
    struct slice message; /* its first line */
};

enum runlog_header_state {
    RUNLOG_HEADER_BROKEN,   /* it can never be whole: the fields up to the report id are not all on the first line */
    RUNLOG_HEADER_UNDERWAY, /* the next line may go on with it */
    RUNLOG_HEADER_WHOLE,
};

/* line: the first one, behind `R: @@`. */
enum runlog_header_state runlog_header_begin(struct runlog_header *header, struct slice line);

/* A line that goes on with it; never BROKEN. */
enum runlog_header_state runlog_header_add_line(struct runlog_header *header, struct slice line);

#endif
