/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upload/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "endpoint/client_certificate.h"
#include "endpoint/request_context.h"
#include "relay/inventory_name.h"
#include "relay/relay_metrics.h"
#include "upload/admission.h"
#include "upload/receive.h"
#include "upload/upload_name.h"
#include "util/ascii.h"
#include "util/log.h"
#include "util/safe_file.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "upload"

/* A temporary file that is older than this was left by a killed upload: no upload pauses this long, because httpd's
 * time-outs are shorter. */
enum { STALE_SECONDS = 600 };

/* How much room each kind leaves free, in multiples of upload.min_free_space. So inventories never take the room that
 * run logs need, and inventories of new nodes, whose password is public, never take that of the others. */
static const int reserves[RELAY_UPLOAD_KINDS] = {
    [RELAY_KIND_REPORT] = 1,
    [RELAY_KIND_INVENTORY_UPDATE] = 2,
    [RELAY_KIND_MESSAGE_UPDATE] = 2,
    [RELAY_KIND_INVENTORY] = 3,
    [RELAY_KIND_MESSAGE] = 3,
};

struct directory {
    char *path; /* NULL: the kind is not used */
    struct admission admission;
};

struct upload {
    const struct relay_config *config;
    struct directory directories[RELAY_UPLOAD_KINDS];
};

static const struct request_wording upload_wording = {LOG_COMPONENT, "upload refused", "upload failed", .bare = false};

struct upload_context {
    struct request_context base;
    struct upload_name name;
    bool certificate; /* the client showed one that is right for this node */
};

/* The directory is opened for each upload: it may have been made anew, or a file system mounted there, since the last
 * one. */
static int upload_open_directory(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static struct admission_limits admission_limits_of(const struct relay_config *config, enum relay_kind kind)
{
    struct admission_limits limits = {
        .file_bytes = config->upload.max_body_size,
        .min_free_space = config->upload.min_free_space < INT64_MAX / reserves[kind]
                              ? config->upload.min_free_space * reserves[kind]
                              : INT64_MAX,
    };
    if (kind == RELAY_KIND_REPORT) {
        limits.files = (size_t)config->upload.max_waiting_files;
        limits.node_files = (size_t)config->upload.max_waiting_files_per_node;
        limits.node_bytes = config->upload.max_waiting_size_per_node;
    } else {
        limits.files = (size_t)config->upload.max_waiting_inventories;
        limits.bytes = config->upload.max_waiting_inventory_size;
    }
    return limits;
}

static bool prepare_directory(struct upload *upload, enum relay_kind kind, struct err *err)
{
    struct directory *directory = &upload->directories[kind];
    directory->path = xasprintf("%s/%s", upload_kind_directory(kind, upload->config), upload_kind(kind)->incoming);
    directory->admission = (struct admission){.limits = admission_limits_of(upload->config, kind)};
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
    upload->config = config;
    for (enum relay_kind kind = 0; kind < RELAY_UPLOAD_KINDS; kind++) {
        if (upload_kind_used(kind, config) && !prepare_directory(upload, kind, err)) {
            upload_stop(upload);
            return NULL;
        }
    }
    return upload;
}

void upload_stop(void *state)
{
    struct upload *upload = state;
    for (size_t i = 0; i < RELAY_UPLOAD_KINDS; i++) {
        free(upload->directories[i].path);
        admission_free(&upload->directories[i].admission);
    }
    free(upload);
}

static void begin_upload(struct upload_context *context, const struct upload *upload, struct request *request,
                         struct response *response)
{
    *context = (struct upload_context){
        .base = {.wording = &upload_wording,
                 .request = request,
                 .response = response,
                 .retry_after = upload->config->upload.retry_after,
                 .fields = {log_slice("name", request->args[0])}},
    };
}

/* Log lines show the queue id of any name, and the node if the name says one. */
static bool take_upload_name(struct upload_context *context, upload_name_rule *rule)
{
    struct upload_name *name = &context->name;
    struct err err = {0};
    bool good = rule(context->base.request->args[0], name, &err);
    context->base.fields[1] = log_text("queue_id", name->queue_id);
    context->base.fields[2] = log_text("node", name->node_id);
    return good || request_context_refuse(&context->base, 400, err.text);
}

static struct admission_ask ask_for(const struct upload_context *context)
{
    return (struct admission_ask){context->name.node_id, context->base.request->length, context->certificate};
}

/* Tells a relay that only this node is concerned, so that it goes on with the files of others. */
static bool refuse_node(const struct request_context *base, int status, const char *reason)
{
    request_context_refuse(base, status, reason);
    response_header(base->response, "Rudder-Relay-Scope", "node");
    return false;
}

static bool is_admitted(const struct upload_context *context, struct directory *directory, int dir_fd)
{
    const struct request_context *base = &context->base;
    const struct admission_ask ask = ask_for(context);
    struct err err = {0};
    switch (admission_check(&directory->admission, dir_fd, &ask, &err)) {
    case ADMISSION_GRANTED:
        return true;
    case ADMISSION_TOO_MANY:
        return request_context_refuse(base, 503, err.text);
    case ADMISSION_NODE_TOO_MANY:
        return refuse_node(base, 503, err.text);
    case ADMISSION_NODE_TOO_LARGE:
        return refuse_node(base, 507, err.text);
    case ADMISSION_NO_SPACE:
        break;
    }
    return request_context_fail(base, 507, err.text);
}

/* When the first of our servers took the file, as a relay says; 0: now. The header counts only with the certificate of
 * a policy server above the node, or of the node itself, which signs its runs anyway. Otherwise anybody who knows the
 * shared password could make an old run look young. */
static int64_t taken_at(const struct upload_context *context)
{
    const char *said = request_env(context->base.request, "HTTP_RUDDER_RELAY_RECEIVED");
    char *end;
    if (said == NULL || !ascii_is_digit(said[0]) || !context->certificate) {
        return 0;
    }
    long long seconds = strtoll(said, &end, 10);
    return *end == '\0' && seconds < time(NULL) ? seconds : 0;
}

static void accept_upload(const struct upload_context *context, struct directory *directory, enum receive_result result)
{
    static const char *const kept_as[] = {
        [RECEIVE_NEW] = "new", [RECEIVE_BESIDE] = "beside another of that name", [RECEIVE_SAME] = "there already"};
    const struct request_context *base = &context->base;
    const struct upload_name *name = &context->name;
    if (result != RECEIVE_SAME) {
        const struct admission_ask ask = ask_for(context);
        admission_stored(&directory->admission, &ask);
    }
    log_info("stored", log_text("name", name->text), log_text("queue_id", name->queue_id),
             log_text("node", name->node_id), log_text("client", request_client(base->request)),
             log_number("bytes", base->request->body_read), log_text("as", kept_as[result]));
    response_empty(base->response, result == RECEIVE_SAME ? 204 : 201);
}

static void store_upload(const struct upload_context *context, struct directory *directory, int dir_fd)
{
    const struct request_context *base = &context->base;
    struct err err = {0};
    enum receive_result result = receive_file(base->request, dir_fd, context->name.text, taken_at(context), &err);
    switch (result) {
    case RECEIVE_NEW:
    case RECEIVE_BESIDE:
    case RECEIVE_SAME:
        accept_upload(context, directory, result);
        break;
    case RECEIVE_FULL:
        refuse_node(base, 503, err.text);
        break;
    case RECEIVE_BROKEN: /* the client may be gone and not read this */
        request_context_refuse(base, 400, err.text);
        break;
    case RECEIVE_NO_SPACE:
        request_context_fail(base, 507, err.text);
        break;
    case RECEIVE_FAILED:
        request_context_fail(base, 500, err.text);
        break;
    }
}

static void put_upload(struct upload *upload, const struct upload_context *context, enum relay_kind kind)
{
    struct directory *directory = &upload->directories[kind];
    if (!request_context_takes_body(&context->base, upload->config->upload.max_body_size)) {
        return;
    }
    if (context->base.request->length == 0) {
        request_context_refuse(&context->base, 400, "the file is empty");
        return;
    }
    int dir_fd = upload_open_directory(directory->path);
    if (dir_fd < 0) {
        struct err err;
        err_set_errno(&err, errno, "opening %s", directory->path);
        request_context_fail(&context->base, 500, err.text);
        return;
    }
    if (is_admitted(context, directory, dir_fd)) {
        store_upload(context, directory, dir_fd);
    }
    close(dir_fd);
}

/* May this client send this node's reports? */
static bool node_is_allowed(struct upload_context *context)
{
    const struct request_context *base = &context->base;
    const char *node_id = context->name.node_id;
    if (!request_context_has_index(base)) {
        return false;
    }
    if (!node_index_find(base->request->index, node_id, NULL)) {
        relay_metrics_report(base->request->relay_state, RELAY_REPORT_INVALID);
        return request_context_refuse(base, 403, "the node is not known to this relay");
    }
    if (!client_certificate_shown(base->request)) {
        return request_context_logged_in(base);
    }
    context->certificate = request_context_client_above(base, node_id);
    return context->certificate;
}

/* Whoever knows the password may send any inventory. But httpd asks a client with a certificate for no password, so the
 * certificate must be that of some node. A new node is not known yet; where an authority has signed its certificate,
 * that is enough for its first inventory. */
static bool login_is_good(struct upload_context *context, enum relay_kind kind)
{
    const struct request_context *base = &context->base;
    const char *client;
    if (!client_certificate_shown(base->request)) {
        return request_context_logged_in(base);
    }
    if (!request_context_has_index(base)) {
        return false;
    }
    if (kind == RELAY_KIND_INVENTORY && client_certificate_is_new_node(base->request)) {
        return true;
    }
    context->certificate = request_context_client_node(base, &client);
    return context->certificate;
}

static void count_upload(const struct request *request, const struct response *response, enum relay_kind kind)
{
    bool stored = response->status == 201 || response->status == 204;
    relay_metrics_upload(request->relay_state, kind, response->status, stored ? (uint64_t)request->body_read : 0);
    if (stored) {
        relay_state_count_activity(request->relay_state, RELAY_ACTIVITY_UPLOADED, time(NULL));
    }
}

void upload_put_report(void *state, struct request *request, struct response *response)
{
    struct upload_context context;
    begin_upload(&context, state, request, response);
    if (take_upload_name(&context, upload_name_report) && node_is_allowed(&context)) {
        put_upload(state, &context, RELAY_KIND_REPORT);
    }
    count_upload(request, response, RELAY_KIND_REPORT);
}

/* A message has a kind of its own where it is unpacked. Where inventories are passed on it is one of them. Elsewhere
 * nobody could read it: the web application takes it for a broken inventory. */
static bool find_message_kind(const struct upload_context *context, const struct upload *upload, enum relay_kind *kind)
{
    if (!inventory_name_is_message(context->name.text)) {
        return true;
    }
    if (upload->config->inventory.smime) {
        *kind = *kind == RELAY_KIND_INVENTORY ? RELAY_KIND_MESSAGE : RELAY_KIND_MESSAGE_UPDATE;
        return true;
    }
    return upload->config->inventory.output == RELAY_OUTPUT_UPSTREAM ||
           request_context_refuse(&context->base, 400,
                                  "this server takes no inventories in messages (processing.inventory.smime)");
}

static void put_inventory(void *state, struct request *request, struct response *response, enum relay_kind kind)
{
    struct upload_context context;
    begin_upload(&context, state, request, response);
    if (take_upload_name(&context, upload_name_inventory) && login_is_good(&context, kind) &&
        find_message_kind(&context, state, &kind)) {
        put_upload(state, &context, kind);
    }
    count_upload(request, response, kind);
}

void upload_put_inventory(void *state, struct request *request, struct response *response)
{
    put_inventory(state, request, response, RELAY_KIND_INVENTORY);
}

/* Root's own configuration uploads its uuid.hive to see whether the password is right. It sets a new password after any
 * answer but 201 or 204. So a full spool or disk must not change the answer. */
static void answer_password_check(const struct upload *upload, struct request *request, struct response *response)
{
    struct upload_context context;
    begin_upload(&context, upload, request, response);
    if (request_context_takes_body(&context.base, upload->config->upload.max_body_size)) {
        log_info("password check answered", log_text("client", request_client(request)));
        response_empty(response, 204);
    }
}

void upload_put_inventory_update(void *state, struct request *request, struct response *response)
{
    if (slice_eq_str(request->args[0], "uuid.hive")) {
        answer_password_check(state, request, response);
    } else {
        put_inventory(state, request, response, RELAY_KIND_INVENTORY_UPDATE);
    }
}
