/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upload/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "endpoint/body.h"
#include "relay/relay_metrics.h"
#include "upload/admission.h"
#include "upload/receive.h"
#include "upload/upload_name.h"
#include "util/log.h"
#include "util/xmalloc.h"
#include "util/safe_file.h"

#define LOG_COMPONENT "upload"

/* No upload rests this long between two pieces of its body: httpd's own time-outs are shorter. */
enum { STALE_SECONDS = 600 };

enum directory_kind { DIRECTORY_REPORTS, DIRECTORY_INVENTORIES, DIRECTORY_INVENTORY_UPDATES, DIRECTORY_COUNT };

struct directory {
    char *path;
    struct admission admission;
};

struct upload {
    const struct relay_config *config;
    struct directory directories[DIRECTORY_COUNT];
};

/* What the lines and the answers about one upload have in common. */
struct arrival {
    const struct upload *upload;
    struct request *request;
    struct response *response;
    struct upload_name name;
};

/* The directory is opened for each upload: it may have been made anew, or a file system mounted there, since the last
 * one. */
static int upload_open_directory(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool prepare_directory(struct directory *directory, const struct relay_config *config, const char *parent,
                           const char *name, struct err *err)
{
    directory->path = xasprintf("%s/%s", parent, name);
    directory->admission = (struct admission){.max_waiting = (size_t)config->upload.max_waiting_files,
                                           .min_free_space = config->upload.min_free_space};
    int fd = upload_open_directory(directory->path);
    if (fd < 0) {
        return err_set_errno(err, errno, "spool directory %s", directory->path);
    }
    bool usable = faccessat(fd, ".", R_OK | W_OK | X_OK, AT_EACCESS) == 0;
    if (!usable) {
        err_set_errno(err, errno, "spool directory %s", directory->path);
    } else {
        size_t swept = safe_file_sweep(fd, STALE_SECONDS);
        if (swept > 0) {
            log_info("left by uploads that were cut, removed", log_text("directory", directory->path),
                     log_number("files", (int64_t)swept));
        }
    }
    close(fd);
    return usable;
}

void *upload_start(const struct relay_config *config, struct err *err)
{
    struct upload *upload = xcalloc(1, sizeof *upload);
    struct directory *directories = upload->directories;
    upload->config = config;
    if (prepare_directory(&directories[DIRECTORY_REPORTS], config, config->reporting.directory, "incoming", err) &&
        prepare_directory(&directories[DIRECTORY_INVENTORIES], config, config->inventory.directory, "incoming", err) &&
        prepare_directory(&directories[DIRECTORY_INVENTORY_UPDATES], config, config->inventory.directory,
                       "accepted-nodes-updates", err)) {
        return upload;
    }
    upload_stop(upload);
    return NULL;
}

void upload_stop(void *state)
{
    struct upload *upload = state;
    for (size_t i = 0; i < DIRECTORY_COUNT; i++) {
        free(upload->directories[i].path);
    }
    free(upload);
}

/* The reason goes to the log and to the client, who is a person with curl as often as an agent. */
static void upload_refuse(const struct arrival *arrival, int status, const char *reason)
{
    log_warn("upload refused", log_number("status", status), log_slice("name", arrival->name.raw),
             log_text("queue_id", arrival->name.queue_id), log_text("node", arrival->name.node_id),
             log_text("client", request_client(arrival->request)), log_text("reason", reason));
    response_text(arrival->response, status, "%s\n", reason);
    if (status == 503) {
        char seconds[16];
        snprintf(seconds, sizeof seconds, "%d", arrival->upload->config->upload.retry_after);
        response_header(arrival->response, "Retry-After", seconds);
    }
}

/* What went wrong on our side is for the log alone. */
static void upload_fail(const struct arrival *arrival, int status, const char *reason)
{
    log_error("upload failed", log_number("status", status), log_slice("name", arrival->name.raw),
              log_text("queue_id", arrival->name.queue_id), log_text("node", arrival->name.node_id),
              log_text("client", request_client(arrival->request)), log_text("reason", reason));
    if (status == 507) {
        response_no_space(arrival->response);
    } else {
        response_internal_error(arrival->response);
    }
}

static bool length_is_good(const struct arrival *arrival)
{
    if (body_check_length(arrival->request, arrival->upload->config->upload.max_body_size, arrival->response)) {
        return true;
    }
    struct response *response = arrival->response;
    char reason[128];
    snprintf(reason, sizeof reason, "%.*s", (int)strcspn(buffer_cstr(&response->body), "\n"), response->body.at);
    upload_refuse(arrival, response->status, reason);
    return false;
}

static bool is_admitted(const struct arrival *arrival, struct directory *directory, int dir_fd)
{
    struct err err = {0};
    switch (admission_check(&directory->admission, dir_fd, arrival->request->length, &err)) {
    case ADMISSION_GRANTED:
        return true;
    case ADMISSION_TOO_MANY:
        upload_refuse(arrival, 503, err.text);
        return false;
    case ADMISSION_NO_SPACE:
        upload_fail(arrival, 507, err.text);
        return false;
    }
    return false;
}

static void upload_store(const struct arrival *arrival, struct directory *directory, int dir_fd)
{
    struct err err = {0};
    enum receive_result result = receive_file(arrival->request, dir_fd, arrival->name.text, &err);
    switch (result) {
    case RECEIVE_NEW:
    case RECEIVE_REPLACED:
        admission_stored(&directory->admission);
        log_info("stored", log_text("name", arrival->name.text), log_text("queue_id", arrival->name.queue_id),
                 log_text("node", arrival->name.node_id), log_text("client", request_client(arrival->request)),
                 log_number("bytes", arrival->request->body_read),
                 log_text("replaced", result == RECEIVE_REPLACED ? "yes" : "no"));
        response_empty(arrival->response, result == RECEIVE_REPLACED ? 204 : 201);
        break;
    case RECEIVE_BROKEN: /* nobody may be there to read it */
        upload_refuse(arrival, 400, err.text);
        break;
    case RECEIVE_NO_SPACE:
        upload_fail(arrival, 507, err.text);
        break;
    case RECEIVE_FAILED:
        upload_fail(arrival, 500, err.text);
        break;
    }
}

static void upload_put(struct upload *upload, struct arrival *arrival, enum directory_kind kind)
{
    struct directory *directory = &upload->directories[kind];
    if (!length_is_good(arrival)) {
        return;
    }
    int dir_fd = upload_open_directory(directory->path);
    if (dir_fd < 0) {
        struct err err;
        err_set_errno(&err, errno, "opening %s", directory->path);
        upload_fail(arrival, 500, err.text);
        return;
    }
    if (is_admitted(arrival, directory, dir_fd)) {
        upload_store(arrival, directory, dir_fd);
    }
    close(dir_fd);
}

/* May this client send this node's reports? */
static bool node_is_allowed(const struct arrival *arrival)
{
    struct node_index *index = arrival->request->index;
    const char *uid;
    if (index == NULL) {
        upload_refuse(arrival, 503, "the relay does not know its nodes yet");
        return false;
    }
    if (!node_index_find(index, arrival->name.node_id, NULL)) {
        relay_metrics_report(arrival->request->relay_state, RELAY_REPORT_INVALID);
        upload_refuse(arrival, 403, "the node is not known to this relay");
        return false;
    }
    if (request_certificate_uid(arrival->request, &uid) && !node_index_is_above(index, uid, arrival->name.node_id)) {
        upload_refuse(arrival, 403,
                      "the client certificate is neither the node's nor that of a policy server above it");
        return false;
    }
    return true;
}

static void upload_count(const struct request *request, const struct response *response, enum relay_kind kind)
{
    bool stored = response->status == 201 || response->status == 204;
    relay_metrics_upload(request->relay_state, kind, response->status, stored ? (uint64_t)request->body_read : 0);
    if (stored) {
        relay_state_count_activity(request->relay_state, RELAY_ACTIVITY_UPLOADED, time(NULL));
    }
}

void upload_put_report(void *state, struct request *request, struct response *response)
{
    struct upload *upload = state;
    struct arrival arrival = {.upload = upload, .request = request, .response = response};
    struct err err = {0};
    if (!upload_name_report(request->args[0], &arrival.name, &err)) {
        upload_refuse(&arrival, 400, err.text);
    } else if (node_is_allowed(&arrival)) {
        upload_put(upload, &arrival, DIRECTORY_REPORTS);
    }
    upload_count(request, response, RELAY_KIND_REPORT);
}

static void put_inventory(struct upload *upload, struct request *request, struct response *response,
                          enum directory_kind kind)
{
    struct arrival arrival = {.upload = upload, .request = request, .response = response};
    struct err err = {0};
    if (!upload_name_inventory(request->args[0], &arrival.name, &err)) {
        upload_refuse(&arrival, 400, err.text);
    } else {
        upload_put(upload, &arrival, kind);
    }
}

void upload_put_inventory(void *state, struct request *request, struct response *response)
{
    put_inventory(state, request, response, DIRECTORY_INVENTORIES);
    upload_count(request, response, RELAY_KIND_INVENTORY);
}

/* Root's own configuration uploads its uuid.hive to see whether the password is right, and sets a new password when the
 * answer is not a 201 or 204, whatever the reason: so neither the spool nor the disk has a say. */
static void answer_password_check(const struct upload *upload, struct request *request, struct response *response)
{
    struct arrival arrival = {.upload = upload, .request = request, .response = response};
    arrival.name.raw = request->args[0];
    if (length_is_good(&arrival)) {
        log_info("password check answered", log_text("client", request_client(request)));
        response_empty(response, 204);
    }
}

void upload_put_inventory_update(void *state, struct request *request, struct response *response)
{
    if (slice_eq_str(request->args[0], "uuid.hive")) {
        answer_password_check(state, request, response);
    } else {
        put_inventory(state, request, response, DIRECTORY_INVENTORY_UPDATES);
        upload_count(request, response, RELAY_KIND_INVENTORY_UPDATE);
    }
}
