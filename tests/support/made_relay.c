/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/made_relay.h"

#include <zlib.h>

#include "support/certificate.h"
#include "util/xmalloc.h"

const struct backoff made_relay_backoff = {.first_ms = 3600000, .ceiling_ms = 3600000};

#define MADE_NODES                                                                                                     \
    MADE_NODE("n1", "n1.example.com", "root")                                                                          \
    ", " MADE_NODE("n2", "n2.example.com", "root") ", " MADE_NODE("bare", "bare.example.com", "root")

static char *no_event_types[] = {NULL};

static void made_directory(struct made_relay *relay, const char *name)
{
    ck_assert_int_eq(mkdirat(relay->directory.fd, name, 0700), 0);
}

/* The defaults of a root server; the test's values come after them and override them. */
static void made_config(struct made_relay *relay)
{
    struct err err;
    char *path = xasprintf("%s/relay.conf", relay->directory.path);
    tmpdir_write(relay->directory.fd, "relay.conf", "general: { node_id = \"root\"; };\n");
    relay->loaded = relay_config_load(path, &err);
    ck_assert_msg(relay->loaded != NULL, "%s", err.text);
    free(path);
    relay->config = *relay->loaded;
    relay->config.general.node_index_file = xasprintf("%s/index", relay->index.directory.path);
    relay->config.reporting.directory = xasprintf("%s/reports", relay->directory.path);
    relay->config.reporting.output = RELAY_OUTPUT_UPSTREAM;
    relay->config.reporting.catchup_frequency = 3600;
    relay->config.reporting.skip_event_types = no_event_types;
    relay->config.reporting.batch_runs = 10;
    relay->config.reporting.batch_interval_ms = 0;
    relay->config.reporting.unknown_node_grace = 0;
    relay->config.inventory.directory = xasprintf("%s/inventories", relay->directory.path);
    relay->config.inventory.output = RELAY_OUTPUT_UPSTREAM;
    relay->config.inventory.catchup_frequency = 3600;
}

static struct buffer made_certificates(const struct made_relay *relay, X509 *another)
{
    struct buffer pem = {0};
    certificate_add_pem(&pem, relay->n1.certificate);
    certificate_add_pem(&pem, relay->n2.certificate);
    if (another != NULL) {
        certificate_add_pem(&pem, another);
    }
    buffer_cstr(&pem);
    return pem;
}

void made_relay_open(struct made_relay *relay)
{
    *relay = (struct made_relay){.directory = tmpdir_make()};
    char *state_file = xasprintf("%s/state", relay->directory.path);
    relay->state = relay_state_open(state_file, relay_metrics_fingerprint());
    free(state_file);
    relay->n1 = signing_identity(signing_ec_key(), "n1", 1);
    relay->n2 = signing_identity(signing_ec_key(), "n2", 2);
    struct buffer pem = made_certificates(relay, NULL);
    relay->index = made_index_new("{" MADE_NODES "}", buffer_cstr(&pem));
    buffer_free(&pem);
    made_directory(relay, "reports");
    made_directory(relay, "reports/incoming");
    made_directory(relay, "reports/failed");
    made_directory(relay, "inventories");
    made_directory(relay, "inventories/incoming");
    made_directory(relay, "inventories/accepted-nodes-updates");
    made_directory(relay, "inventories/incoming-smime");
    made_directory(relay, "inventories/accepted-nodes-updates-smime");
    made_directory(relay, "inventories/failed");
    made_config(relay);
    relay->reports_fd = openat(relay->directory.fd, "reports/incoming", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(relay->reports_fd, 0);
}

void made_relay_close(struct made_relay *relay)
{
    close(relay->reports_fd);
    free(relay->config.general.node_index_file);
    free(relay->config.reporting.directory);
    free(relay->config.inventory.directory);
    relay_config_free(relay->loaded);
    relay_state_close(relay->state);
    made_index_free(&relay->index);
    signing_identity_free(&relay->n1);
    signing_identity_free(&relay->n2);
    tmpdir_remove(&relay->directory);
}

void made_relay_add_node(struct made_relay *relay, const char *node_id, const struct identity *identity)
{
    const char *path = relay->index.directory.path;
    struct node_index_summary summary;
    struct err err;
    struct buffer pem = made_certificates(relay, identity->certificate);
    char *list = xasprintf("{" MADE_NODES ", \"%s\": {\"hostname\": \"x\", \"policy-server\": \"root\"}}", node_id);
    char *list_file = xasprintf("%s/list.json", path), *certs_file = xasprintf("%s/certs.pem", path);
    tmpdir_write(relay->index.directory.fd, "list.json", list);
    tmpdir_write(relay->index.directory.fd, "certs.pem", buffer_cstr(&pem));
    ck_assert_msg(node_index_build(list_file, certs_file, relay->config.general.node_index_file, &summary, &err), "%s",
                  err.text);
    free(list);
    free(list_file);
    free(certs_file);
    buffer_free(&pem);
}

struct spool_source made_relay_source(struct made_relay *relay, enum relay_kind kind)
{
    struct err err;
    struct spool_source source = {.kind = kind, .retry = &made_relay_backoff, .state = relay->state};
    ck_assert_msg(spool_source_open(&source, &relay->config, &err), "%s", err.text);
    return source;
}

void made_relay_put_at(int directory_fd, const char *name, struct slice bytes)
{
    int fd = openat(directory_fd, ".arriving", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_msg(fd >= 0, "%s: %s", name, strerror(errno));
    ck_assert_int_eq(write(fd, bytes.at, bytes.len), (ssize_t)bytes.len);
    ck_assert_int_eq(futimens(fd, (struct timespec[]){{.tv_nsec = UTIME_OMIT}, {.tv_sec = time(NULL)}}), 0);
    close(fd);
    ck_assert_int_eq(renameat(directory_fd, ".arriving", directory_fd, name), 0);
}

void made_relay_put(struct made_relay *relay, const char *name, struct slice bytes)
{
    made_relay_put_at(relay->reports_fd, name, bytes);
}

struct buffer made_relay_run(const struct identity *signer, const struct made_content *content)
{
    struct buffer text = {0}, message = {0};
    char *padding = xcalloc(content->message_len + 1, 1);
    memset(padding, 'x', content->message_len);
    buffer_add_text(&text, "Content-Type: text/plain\r\n\r\n");
    for (size_t i = 0; i < content->reports; i++) {
        buffer_add_format(&text,
                          "2018-08-24T15:55:02+00:00 R: @@Common@@%s@@rule@@directive@@0@@component@@key %zu@@"
                          "2018-08-24 15:55:%02d+00:00##%s@#%s\r\n",
                          content->event_type, i, content->start_s > 0 ? content->start_s : 1, content->node_id,
                          padding);
    }
    CMS_ContentInfo *cms = signing_sign(signer, EVP_sha256(), 0, buffer_slice(&text));
    signing_write(&message, buffer_slice(&text), cms, "\n");
    CMS_ContentInfo_free(cms);
    buffer_free(&text);
    free(padding);
    return message;
}

void made_relay_put_run(struct made_relay *relay, const struct identity *signer, const char *node_id, const char *name)
{
    struct buffer run = made_relay_run(signer, &(struct made_content){node_id, "result_success", 2, 10, 0});
    made_relay_put(relay, name, buffer_slice(&run));
    buffer_free(&run);
}

struct buffer made_relay_gzip(struct slice bytes)
{
    struct buffer image = {0};
    z_stream stream = {.next_in = (unsigned char *)bytes.at, .avail_in = (unsigned)bytes.len};
    ck_assert_int_eq(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&stream, bytes.len);
    stream.next_out = (unsigned char *)buffer_reserve(&image, room);
    stream.avail_out = (unsigned)room;
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    image.len = stream.total_out;
    deflateEnd(&stream);
    return image;
}

uint64_t made_relay_count(const struct made_relay *relay, enum relay_metric metric, size_t first, size_t second)
{
    return relay_state_get(relay->state, relay_metric_cell(metric, first, second));
}
