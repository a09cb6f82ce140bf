/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/virtual_status.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "util/close_fd.h"
#include "util/printable.h"
#include "util/safe_file.h"
#include "util/xmalloc.h"

enum { STATUS_FILE_MAX = 64 << 20 /* bytes */, STATUS_FILE_MODE = 0644 };

static const char status_file[] = "status.json";

static json_t *status_to_json(const struct virtual_status *status)
{
    return json_pack("{s:s, s:I, s:I, s:b, s:s, s:I, s:b}", "node", status->node_id, "last", (json_int_t)status->last,
                     "took_ms", (json_int_t)status->took_ms, "ok", status->ok, "reason", status->reason.text, "next",
                     (json_int_t)status->next, "running", status->running);
}

static char *statuses_to_text(const struct virtual_statuses *statuses)
{
    json_t *nodes = json_array();
    for (size_t i = 0; i < statuses->count; i++) {
        json_array_append_new(nodes, status_to_json(&statuses->at[i]));
    }
    json_t *root = json_pack("{s:o}", "nodes", nodes);
    char *text = json_dumps(root, JSON_INDENT(1));
    json_decref(root);
    return text;
}

bool virtual_statuses_write(const struct virtual_statuses *statuses, const char *directory, struct err *err)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return err_set_errno(err, errno, "%s", directory);
    }
    char *text = statuses_to_text(statuses);
    bool done = false;
    if (text == NULL) {
        err_set(err, "%s/%s: it cannot be written as JSON", directory, status_file);
    } else {
        done = safe_file_put(fd, status_file, STATUS_FILE_MODE, slice_from_str(text), err);
    }
    free(text);
    close_fd(&fd);
    return done;
}

static bool status_from_json(json_t *value, struct virtual_status *status)
{
    const char *node_id, *reason;
    json_int_t last, took_ms, next;
    int ok, running;
    if (json_unpack(value, "{s:s, s:I, s:I, s:b, s:s, s:I, s:b}", "node", &node_id, "last", &last, "took_ms", &took_ms,
                    "ok", &ok, "reason", &reason, "next", &next, "running", &running) != 0 ||
        !node_id_valid(node_id, strlen(node_id))) {
        return false;
    }
    *status = (struct virtual_status){
        .last = last, .took_ms = took_ms, .ok = ok != 0, .next = next, .running = running != 0};
    strcpy(status->node_id, node_id);
    printable_keep(status->reason.text, sizeof status->reason.text, reason, strlen(reason));
    return true;
}

static bool statuses_from_json(struct virtual_statuses *statuses, json_t *root)
{
    json_t *nodes = json_object_get(root, "nodes"), *value;
    size_t i;
    if (!json_is_array(nodes)) {
        return false;
    }
    statuses->at = xcalloc(json_array_size(nodes) + 1, sizeof *statuses->at);
    json_array_foreach(nodes, i, value)
    {
        if (!status_from_json(value, &statuses->at[statuses->count])) {
            return false;
        }
        statuses->count++;
    }
    return true;
}

bool virtual_statuses_read(struct virtual_statuses *statuses, const char *directory, struct err *err)
{
    struct buffer text = {0};
    char *path = xasprintf("%s/%s", directory, status_file);
    *statuses = (struct virtual_statuses){0};
    bool done = safe_file_read(AT_FDCWD, path, STATUS_FILE_MAX, &text, err);
    if (done) {
        json_t *root = json_loadb(text.at != NULL ? text.at : "", text.len, 0, NULL);
        done = statuses_from_json(statuses, root) || err_set(err, "%s: it is not what the daemon writes", path);
        json_decref(root);
    }
    if (!done) {
        virtual_statuses_free(statuses);
    }
    buffer_free(&text);
    free(path);
    return done;
}

void virtual_statuses_free(struct virtual_statuses *statuses)
{
    free(statuses->at);
    *statuses = (struct virtual_statuses){0};
}

const struct virtual_status *virtual_statuses_find(const struct virtual_statuses *statuses, const char *node_id)
{
    for (size_t i = 0; i < statuses->count; i++) {
        if (strcmp(statuses->at[i].node_id, node_id) == 0) {
            return &statuses->at[i];
        }
    }
    return NULL;
}
