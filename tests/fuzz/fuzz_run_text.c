/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fuzz_run_text: what a virtual node's command prints (virtual/run_text.h), the first byte says in which pieces it
 * comes. The run log that is made of it is one that root takes, or one that is found to be none; when it printed no
 * report it is always taken, with a verdict.
 */
#include <stdint.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "virtual/run_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct runlog_limits limits = {.reports = 1000000, .bytes = SIZE_MAX};

static void require_plain_is_taken(const struct run_text *text, struct slice log, struct slice printed)
{
    struct err err = {""};
    bool taken = run_text_check(log, text, &limits, &err);
    fuzz_require(taken || err.text[0] != '\0');
    if (memchr(printed.at, '@', printed.len) == NULL) { /* two become one @@ when what is between them is left out */
        fuzz_require(taken);
        fuzz_require(memmem(log.at, log.len, "@@result_error@@", 16) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err;
    struct virtual_node *node = virtual_node_parse(
        "fuzz.conf", slice_from_str("node_id = \"node\"; command = [ \"/bin/true\" ];"), &err);
    struct run_text text;
    struct buffer log = {0};
    const size_t piece = size > 0 ? data[0] + 1u : 1;
    struct slice printed = {(const char *)data + (size > 0), size > 0 ? size - 1 : 0};
    run_text_begin(&text, &node->settings, 1800000000);
    for (struct slice rest = printed; rest.len > 0;) {
        struct slice part = slice_take(&rest, rest.len < piece ? rest.len : piece);
        run_text_take(&text, part.at, part.len, 1800000001);
    }
    run_text_end(&text, RUN_VERDICT_FAILED, "exit status 1", 1800000002, &log);
    if (printed.len > 0) {
        require_plain_is_taken(&text, buffer_slice(&log), printed);
    }
    run_text_free(&text);
    buffer_free(&log);
    virtual_node_drop(node);
    return 0;
}
