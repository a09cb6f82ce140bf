/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fuzz_order_text: an order from a file or from the server above (hub/order_text.h). What is accepted, written again,
 * is the same.
 */
#include <stdint.h>

#include "fuzz/fuzz.h"
#include "hub/order_text.h"
#include "relay/remote_run_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_same(const struct order_text *a, const struct order_text *b)
{
    fuzz_require(a->ticket == b->ticket && a->above == b->above && a->output == b->output);
    fuzz_require(a->seconds == b->seconds && a->expires_ms == b->expires_ms && a->written == b->written);
    fuzz_require(slice_eq(a->conditions, b->conditions) && slice_eq(a->boot, b->boot) && slice_eq(a->nodes, b->nodes));
    fuzz_require(a->target_count == b->target_count);
    for (size_t i = 0; i < a->target_count; i++) {
        fuzz_require(slice_eq(a->targets[i].key, b->targets[i].key));
        fuzz_require(slice_eq(a->targets[i].nodes, b->targets[i].nodes));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct order_text order, again;
    struct buffer text = {0};
    struct err err = {""};
    if (order_text_parse(&order, (struct slice){(const char *)data, size}, &err)) {
        fuzz_require(remote_run_conditions_valid(order.conditions));
        fuzz_require(order.seconds <= ORDER_TEXT_SECONDS_MAX);
        order_text_format(&order, &text);
        fuzz_require(order_text_parse(&again, buffer_slice(&text), &err));
        require_same(&order, &again);
        order_text_free(&again);
    } else {
        fuzz_require(err.text[0] != '\0');
    }
    order_text_free(&order);
    buffer_free(&text);
    return 0;
}
