/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/relay_config_check.h"

#include <stdlib.h>
#include <string.h>

#include "relay/node_id.h"
#include "util/http_url.h"
#include "util/xmalloc.h"
#include "util/safe_file.h"

const char relay_config_twice[] = "the password is given elsewhere, too";

void relay_config_replace(char **text, char *by)
{
    free(*text);
    *text = by;
}

static struct slice relay_config_check_trimmed(struct slice text)
{
    static const char white[] = " \t\r\n\f\v";
    while (text.len > 0 && memchr(white, text.at[0], sizeof white - 1) != NULL) {
        text.at++;
        text.len--;
    }
    while (text.len > 0 && memchr(white, text.at[text.len - 1], sizeof white - 1) != NULL) {
        text.len--;
    }
    return text;
}

struct slice relay_config_first_line(const struct buffer *content)
{
    const char *end = content->len > 0 ? memchr(content->at, '\n', content->len) : NULL;
    return (struct slice){content->at, end != NULL ? (size_t)(end - content->at) : content->len};
}

static bool take_node_id(struct relay_config *config, const struct config_file *file, struct err *err)
{
    struct slice id = slice_from_str(config->general.node_id);
    struct buffer content = {0};
    struct err why;
    const char *key = "general.node_id";
    bool done = true;
    if (id.len == 0) {
        key = "general.node_id_file";
        done = safe_file_read_followed(config->general.node_id_file, RELAY_CONFIG_SHORT_FILE, &content, &why) ||
               config_file_fault(file, key, err, "%s (there is no general.node_id either)", why.text);
        id = relay_config_check_trimmed(relay_config_first_line(&content));
    }
    if (done && !node_id_valid(id.at, id.len)) {
        done = config_file_fault(file, key, err, "\"%.*s\" is not a node id", (int)id.len, id.len > 0 ? id.at : "");
    }
    if (done) {
        relay_config_replace(&config->general.node_id, xstrndup(id.at, id.len));
    }
    buffer_free(&content);
    return done;
}

static bool relay_config_check_is_root(const struct relay_config *config)
{
    return strcmp(config->general.node_id, "root") == 0;
}

static void settle_defaults(struct relay_config *config)
{
    static const char on_root[] = "/var/rudder/lib/ssl/shared/allnodescerts.pem";
    static const char on_relay[] = "/var/rudder/lib/ssl/nodescerts.pem";
    if (config->general.nodes_certs_file[0] == '\0') {
        relay_config_replace(&config->general.nodes_certs_file,
                             xstrdup(relay_config_check_is_root(config) ? on_root : on_relay));
    }
}

/* Is the host empty, or can it be part of a URL? */
static bool is_host(const char *host)
{
    struct buffer url = {0};
    bool is = host[0] == '\0' || http_url_server(&url, slice_from_str(host), 443, NULL);
    buffer_free(&url);
    return is;
}

/* If this key chooses the upstream as output, is the upstream configured completely? */
static bool check_upstream_output(const struct relay_config *config, const struct config_file *file, const char *key,
                                  enum relay_output output, struct err *err)
{
    if (output != RELAY_OUTPUT_UPSTREAM) {
        return true;
    }
    if (config->upstream.host[0] == '\0') {
        return config_file_fault(file, key, err, "\"upstream\" needs output.upstream.host");
    }
    if (config->upstream.password[0] == '\0' && config->upstream.password_file[0] == '\0') {
        return config_file_fault(file, key, err, "\"upstream\" needs output.upstream.password or password_file");
    }
    return true;
}

static bool check_upstream(const struct relay_config *config, const struct config_file *file, struct err *err)
{
    if (!is_host(config->upstream.host)) {
        return config_file_fault(file, "output.upstream.host", err,
                                 "\"%s\" is not a host name or address (the port is general.https_port)",
                                 config->upstream.host);
    }
    if (!relay_config_check_is_root(config) && config->upstream.host[0] == '\0') {
        return config_file_fault(file, "output.upstream.host", err, "is needed, since this server (%s) is not root",
                                 config->general.node_id);
    }
    if (config->upstream.password[0] != '\0' && config->upstream.password_file[0] != '\0') {
        return config_file_fault(file, "output.upstream.password_file", err, "%s", relay_config_twice);
    }
    if (config->upstream.default_password_file[0] != '\0' &&
        config_file_find(file, "output.upstream.default_password", NULL) != NULL) {
        return config_file_fault(file, "output.upstream.default_password_file", err, "%s", relay_config_twice);
    }
    return check_upstream_output(config, file, "processing.reporting.output", config->reporting.output, err) &&
           check_upstream_output(config, file, "processing.inventory.output", config->inventory.output, err);
}

static bool check_filter(const struct relay_config *config, const struct config_file *file, struct err *err)
{
    struct err why;
    return log_filter_check(config->logging.filter, &why) ||
           config_file_fault(file, "logging.filter", err, "%s", why.text);
}

bool relay_config_check(struct relay_config *config, const struct config_file *file, struct err *err)
{
    if (!take_node_id(config, file, err)) {
        return false;
    }
    settle_defaults(config);
    return check_upstream(config, file, err) && check_filter(config, file, err);
}
