/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub_path.h"

#include <inttypes.h>
#include <stdio.h>

#include "util/ascii.h"
#include "util/url_form.h"

static bool hub_path_number(struct slice text, size_t digits, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!ascii_is_digit(text.at[i]) || __builtin_mul_overflow(*number, UINT64_C(10), number) ||
            __builtin_add_overflow(*number, (uint64_t)(text.at[i] - '0'), number)) {
            return false;
        }
    }
    return text.len > 0 && text.len <= digits;
}

bool hub_path_ticket(struct slice text, uint64_t *ticket)
{
    return hub_path_number(text, TICKET_DIGITS, ticket);
}

const char *hub_path_ticket_text(char text[TICKET_SIZE], uint64_t ticket)
{
    snprintf(text, TICKET_SIZE, "%020" PRIu64, ticket);
    return text;
}

/* Takes "<node>[/below]" off the front of the path. */
static bool take_node(struct hub_path *path, struct slice *rest, struct err *err)
{
    static const char below[] = HUB_BELOW;
    struct slice id = slice_take_until(rest, '/');
    if (!node_id_valid(id.at, id.len)) {
        return err_set(err, "this is not a node id");
    }
    memcpy(path->node, id.at, id.len);
    path->node[id.len] = '\0';
    path->below = slice_eq_str(*rest, below + 1) || slice_starts_with(*rest, "below/");
    if (path->below) {
        slice_take_until(rest, '/');
    }
    snprintf(path->key, sizeof path->key, "%s%s", path->node, path->below ? below : "");
    return true;
}

static bool parse_wait(struct hub_path *path, struct slice rest, const struct url_form *query, struct err *err)
{
    const char *after = url_form_get(query, "after");
    const char *told = url_form_get(query, "told");
    if (!take_node(path, &rest, err)) {
        return false;
    }
    if (rest.len > 0) {
        path->kind = HUB_PATH_NONE;
        return true;
    }
    if (!hub_path_ticket(slice_from_str(after != NULL ? after : "0"), &path->ticket)) {
        return err_set(err, "after should be a ticket");
    }
    return hub_path_ticket(slice_from_str(told != NULL ? told : "0"), &path->told) ||
           err_set(err, "told should be a ticket");
}

static bool parse_output(struct hub_path *path, struct slice rest, const struct url_form *query, struct err *err)
{
    const char *offset = url_form_get(query, "offset");
    const char *end = url_form_get(query, "end");
    uint64_t number = 0;
    if (!take_node(path, &rest, err)) {
        return false;
    }
    if (!hub_path_ticket(rest, &path->ticket)) {
        return err_set(err, "this is not a ticket");
    }
    if (!hub_path_number(slice_from_str(offset != NULL ? offset : ""), 15, &number)) {
        return err_set(err, "offset should be a number of bytes");
    }
    path->offset = (int64_t)number;
    path->has_end = end != NULL;
    if (path->has_end && (!hub_path_number(slice_from_str(end), 3, &number) || number > 255)) {
        return err_set(err, "end should be an exit status");
    }
    path->end = path->has_end ? (int)number : 0;
    return true;
}

static bool hub_path_take(struct slice *rest, const char *prefix)
{
    bool there = slice_starts_with(*rest, prefix);
    if (there) {
        slice_take(rest, strlen(prefix));
    }
    return there;
}

static bool parse_known(struct hub_path *path, struct slice rest, const struct url_form *query, struct err *err)
{
    if (hub_path_take(&rest, "/rudder/relay-api/1/wait/")) {
        path->kind = HUB_PATH_WAIT;
        return parse_wait(path, rest, query, err);
    }
    if (hub_path_take(&rest, "/rudder/relay-api/1/output/")) {
        path->kind = HUB_PATH_OUTPUT;
        return parse_output(path, rest, query, err);
    }
    path->kind = slice_eq_str(rest, "/orders")   ? HUB_PATH_ORDERS
                 : slice_eq_str(rest, "/status") ? HUB_PATH_STATUS
                                                 : HUB_PATH_NONE;
    return true;
}

bool hub_path_parse(struct hub_path *path, struct slice target, struct slice query, struct err *err)
{
    struct url_form form = {0};
    *path = (struct hub_path){0};
    bool parsed = url_form_parse(&form, query, err) && parse_known(path, target, &form, err);
    url_form_free(&form);
    return parsed;
}
