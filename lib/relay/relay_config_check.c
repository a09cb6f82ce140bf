/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/relay_config_check.h"

#include <stdlib.h>
#include <string.h>

#include "relay/node_id.h"
#include "util/http_url.h"
#include "util/ip_network.h"
#include "util/safe_file.h"
#include "util/xmalloc.h"

const char relay_config_twice[] = "the password is given elsewhere, too";

void relay_config_replace(char **text, char *by)
{
    free(*text);
    *text = by;
}

static struct slice relay_config_check_trimmed(struct slice text)
{
    static const char white[] = " \t\r\n\f\v";
    slice_skip(&text, white);
    while (text.len > 0 && memchr(white, text.at[text.len - 1], sizeof white - 1) != NULL) {
        text.len--;
    }
    return text;
}

struct slice relay_config_first_line(const struct buffer *content)
{
    struct slice rest = buffer_slice(content);
    return slice_take_until(&rest, '\n');
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

static void settle_defaults(struct relay_config *config, const struct config_file *file)
{
    static const char on_root[] = "/var/rudder/lib/ssl/shared/allnodescerts.pem";
    static const char on_relay[] = "/var/rudder/lib/ssl/nodescerts.pem";
    if (config->general.nodes_certs_file[0] == '\0') {
        relay_config_replace(&config->general.nodes_certs_file,
                             xstrdup(relay_config_check_is_root(config) ? on_root : on_relay));
    }
    if (config->general.client_certificates == RELAY_CLIENTS_CA &&
        config_file_find(file, "shared_files.require_certificate", NULL) == NULL) {
        config->shared_files.require_certificate = true;
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
    if (config->upstream.password[0] == '\0' && config->upstream.password_file[0] == '\0' &&
        config->upstream.client_certificate_file[0] == '\0') {
        return config_file_fault(file, key, err,
                                 "\"upstream\" needs output.upstream.password, password_file or "
                                 "client_certificate_file");
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
    if ((config->upstream.client_certificate_file[0] == '\0') != (config->upstream.client_key_file[0] == '\0')) {
        return config_file_fault(file, "output.upstream.client_certificate_file", err,
                                 "and client_key_file are given both or not at all");
    }
    if (config->upstream.default_password_file[0] != '\0' &&
        config_file_find(file, "output.upstream.default_password", NULL) != NULL) {
        return config_file_fault(file, "output.upstream.default_password_file", err, "%s", relay_config_twice);
    }
    return check_upstream_output(config, file, "processing.reporting.output", config->reporting.output, err) &&
           check_upstream_output(config, file, "processing.inventory.output", config->inventory.output, err);
}

/* "<node id>=sha256//<base64 of 32 bytes>" */
static bool is_additional_pin(const char *text)
{
    static const char kind[] = "=sha256//";
    const char *at = strstr(text, kind);
    const char *pin = at != NULL ? at + strlen(kind) : "";
    return at != NULL && node_id_valid(text, (size_t)(at - text)) && strlen(pin) == 44 && pin[43] == '=' &&
           strspn(pin, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") == 43;
}

static bool check_pins(const struct relay_config *config, const struct config_file *file, struct err *err)
{
    for (char **pin = config->general.additional_pins; *pin != NULL; pin++) {
        if (!is_additional_pin(*pin)) {
            return config_file_fault(file, "general.additional_pins", err, "\"%s\" is not NODE-ID=sha256//BASE64",
                                     *pin);
        }
    }
    return true;
}

static bool check_decryption_keys(const struct relay_config *config, const struct config_file *file, struct err *err)
{
    for (char **path = config->reporting.decryption_key_files; *path != NULL; path++) {
        if ((*path)[0] != '/') {
            return config_file_fault(file, "processing.reporting.decryption_key_file", err,
                                     "\"%s\" is not an absolute path", *path);
        }
    }
    return true;
}

static bool check_smime(const struct relay_config *config, const struct config_file *file, struct err *err)
{
    return !config->inventory.smime || config->inventory.output == RELAY_OUTPUT_DISABLED ||
           config_file_fault(file, "processing.inventory.smime", err,
                             "is for the server whose web application takes the inventories (processing.inventory."
                             "output = \"disabled\"); a relay passes them on without it");
}

static bool check_syslog_nodes(const struct config_file *file, const char *key, char *const *ids, struct err *err)
{
    for (char *const *id = ids; *id != NULL; id++) {
        if (!node_id_valid(*id, strlen(*id))) {
            return config_file_fault(file, key, err, "\"%s\" is not a node id", *id);
        }
    }
    return true;
}

static bool check_syslog(const struct relay_config *config, const struct config_file *file, struct err *err)
{
    const struct relay_config_syslog *syslog = &config->syslog;
    struct ip_network network;
    struct err why;
    for (char **text = syslog->networks; *text != NULL; text++) {
        if (!ip_network_parse(*text, &network, &why)) {
            return config_file_fault(file, "syslog.networks", err, "%s", why.text);
        }
    }
    if (!check_syslog_nodes(file, "syslog.nodes", syslog->nodes, err) ||
        !check_syslog_nodes(file, "syslog.readmitted_nodes", syslog->readmitted_nodes, err)) {
        return false;
    }
    if (syslog->enabled && config->reporting.output != RELAY_OUTPUT_DATABASE) {
        return config_file_fault(file, "syslog.enabled", err,
                                 "needs processing.reporting.output = \"database\" (on a relay, rsyslog passes on "
                                 "what comes by syslog)");
    }
    if (syslog->enabled && (syslog->networks[0] == NULL || syslog->nodes[0] == NULL)) {
        return config_file_fault(file, "syslog.enabled", err, "needs syslog.networks and syslog.nodes");
    }
    return true;
}

static bool check_clients(const struct relay_config *config, const struct config_file *file, struct err *err)
{
    const char *domain = config->general.node_id_domain;
    const char *above = config->upstream.node_id;
    if (domain[0] != '\0' && config->general.client_certificates != RELAY_CLIENTS_CA) {
        return config_file_fault(file, "general.node_id_domain", err, "needs general.client_certificates = \"ca\"");
    }
    if (domain[0] != '\0' && (domain[0] == '.' || !http_url_is_host(slice_from_str(domain)))) {
        return config_file_fault(file, "general.node_id_domain", err, "\"%s\" is not a domain", domain);
    }
    return node_id_valid(above, strlen(above)) ||
           config_file_fault(file, "output.upstream.node_id", err, "\"%s\" is not a node id", above);
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
    settle_defaults(config, file);
    return check_clients(config, file, err) && check_pins(config, file, err) && check_upstream(config, file, err) &&
           check_decryption_keys(config, file, err) && check_smime(config, file, err) &&
           check_syslog(config, file, err) &&
           check_filter(config, file, err);
}
