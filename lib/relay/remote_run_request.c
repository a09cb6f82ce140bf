/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/remote_run_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/ascii.h"
#include "util/compare.h"
#include "util/printable.h"
#include "util/xmalloc.h"

#define CONDITION "^[a-zA-Z0-9][a-zA-Z0-9_]*$"

enum { QUOTED_SIZE = 200 };

/* ---- fields ---- */

static bool parse_bool(const struct url_form *form, const char *name, bool *value, struct err *err)
{
    const char *text = url_form_get(form, name);
    *value = text != NULL && strcmp(text, "true") == 0;
    return text == NULL || *value || strcmp(text, "false") == 0 || err_set(err, "%s should be true or false", name);
}

static bool condition_valid(struct slice condition)
{
    bool valid = condition.len > 0 && condition.len <= REMOTE_RUN_MAX_CONDITION &&
                 ascii_is_alphanumeric(condition.at[0]);
    for (size_t i = 1; valid && i < condition.len; i++) {
        valid = ascii_is_alphanumeric(condition.at[i]) || condition.at[i] == '_';
    }
    return valid;
}

/* Takes the text up to the comma, which goes too, off the front. False when the list is at its end. */
static bool next_item(const char **list, struct slice *item)
{
    if (*list == NULL) {
        return false;
    }
    *item = (struct slice){*list, strcspn(*list, ",")};
    *list = item->at[item->len] == ',' ? item->at + item->len + 1 : NULL;
    return true;
}

bool remote_run_request_conditions_valid(const char *list, struct err *err)
{
    struct slice condition;
    if (*list == '\0') {
        return true;
    }
    if (strlen(list) > REMOTE_RUN_MAX_CONDITIONS) {
        return err_set(err, "conditions of more than %d bytes together", REMOTE_RUN_MAX_CONDITIONS);
    }
    while (next_item(&list, &condition)) {
        if (!condition_valid(condition)) {
            char quoted[QUOTED_SIZE];
            printable_copy(quoted, sizeof quoted, condition.at, condition.len);
            snprintf(err->text, sizeof err->text, "invalid condition: %s, should match " CONDITION, quoted);
            return false;
        }
    }
    return true;
}

bool remote_run_conditions_valid(struct slice list)
{
    if (list.len > REMOTE_RUN_MAX_CONDITIONS || (list.len > 0 && list.at[list.len - 1] == ',')) {
        return false;
    }
    while (list.len > 0) {
        if (!condition_valid(slice_take_until(&list, ','))) {
            return false;
        }
    }
    return true;
}

bool remote_run_request_parse(struct remote_run_request *request, struct slice form, struct err *err)
{
    request->conditions_name = "conditions";
    request->conditions = "";
    if (!url_form_parse(&request->form, form, err) ||
        !parse_bool(&request->form, "asynchronous", &request->asynchronous, err) ||
        !parse_bool(&request->form, "keep_output", &request->keep_output, err)) {
        return false;
    }
    const char *conditions = url_form_get(&request->form, "conditions");
    if (conditions == NULL || conditions[0] == '\0') {
        conditions = url_form_get(&request->form, "classes");
        request->conditions_name = conditions != NULL ? "classes" : "conditions";
    }
    request->conditions = conditions != NULL ? conditions : "";
    return remote_run_request_conditions_valid(request->conditions, err);
}

/* ---- nodes ---- */

static size_t count_commas(const char *list)
{
    size_t count = 0;
    for (; *list != '\0'; list++) {
        count += *list == ',';
    }
    return count;
}

bool remote_run_request_nodes(struct remote_run_request *request, const char *list, struct err *err)
{
    struct slice item;
    size_t count = 0;
    list = list != NULL ? list : url_form_get(&request->form, "nodes");
    list = list != NULL ? list : "";
    request->nodes = xreallocarray(request->nodes, count_commas(list) + 1, sizeof *request->nodes);
    while (next_item(&list, &item)) {
        if (item.len > 0) {
            request->nodes[count++] = item;
        }
    }
    qsort(request->nodes, count, sizeof *request->nodes, compare_slices);
    request->node_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !slice_eq(request->nodes[i], request->nodes[i - 1])) {
            request->nodes[request->node_count++] = request->nodes[i];
        }
    }
    return count > 0 || err_set(err, "Missing nodes");
}

void remote_run_request_free(struct remote_run_request *request)
{
    free(request->nodes);
    url_form_free(&request->form);
    *request = (struct remote_run_request){0};
}

/* ---- a form again ---- */

static void add_encoded(struct buffer *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (ascii_is_alphanumeric(c) || (c != '\0' && strchr("-._,", c) != NULL)) {
            buffer_add(out, &c, 1);
        } else {
            buffer_add_format(out, "%%%02X", (unsigned char)c);
        }
    }
}

void remote_run_request_format(const struct remote_run_request *request, const struct slice *nodes, size_t count,
                               struct buffer *out)
{
    buffer_add_format(out, "asynchronous=%s&keep_output=%s", request->asynchronous ? "true" : "false",
                      request->keep_output ? "true" : "false");
    if (request->conditions[0] != '\0') {
        buffer_add_format(out, "&%s=", request->conditions_name);
        add_encoded(out, slice_from_str(request->conditions));
    }
    for (size_t i = 0; i < count; i++) {
        buffer_add_text(out, i == 0 ? "&nodes=" : ",");
        add_encoded(out, nodes[i]);
    }
}
