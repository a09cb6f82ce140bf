/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check_virtual.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "relay/decryption_keys.h"
#include "relay/node_index.h"
#include "relay/runlog_seal.h"
#include "relay/smime_encrypt.h"
#include "relay/virtual_node.h"
#include "user_access.h"
#include "util/duration.h"
#include "util/x509_key.h"
#include "util/xmalloc.h"

static const char virtual_user[] = "rudder-relay-virtual";
static const char command_user[] = "rudder-relay-virtual-command";

struct virtual_check {
    const struct command *command;
    const struct relay_config *config;
    struct node_index *index; /* NULL: there is none */
    struct user_access daemon;
    struct user_access runner;
    bool has_users;
    bool well;
};

__attribute__((format(printf, 3, 4))) static void virtual_fault(struct virtual_check *check, const char *file,
                                                                const char *format, ...)
{
    struct err err;
    va_list args;
    va_start(args, format);
    err_vset(&err, format, args);
    va_end(args);
    err_prefix(&err, "%s/%s", check->config->virtual_nodes.directory, file);
    command_failed(check->command, &err);
    check->well = false;
}

static void check_virtual_command(struct virtual_check *check, const struct virtual_node *node)
{
    const char *path = node->settings.command[0];
    struct stat status;
    if (stat(path, &status) != 0 && errno != EACCES) {
        virtual_fault(check, node->file, "command: %s: %s", path, strerror(errno));
    } else if (errno != EACCES && (!S_ISREG(status.st_mode) || (status.st_mode & 0111) == 0)) {
        virtual_fault(check, node->file, "command: %s is no program", path);
    } else if (check->has_users && !user_access_may(&check->runner, path, R_OK | X_OK)) {
        virtual_fault(check, node->file, "command: %s: the user %s may not run it", path, command_user);
    }
}

static void check_key_rights(struct virtual_check *check, const struct virtual_node *node, const char *key)
{
    if (!check->has_users || access(key, F_OK) != 0) {
        return;
    }
    if (!user_access_may(&check->daemon, key, R_OK)) {
        virtual_fault(check, node->file, "%s: the user %s may not read it", key, virtual_user);
    }
    if (user_access_may(&check->runner, key, R_OK)) {
        virtual_fault(check, node->file, "%s: the user %s may read it, and so the commands may", key, command_user);
    }
}

static void check_key(struct virtual_check *check, const struct virtual_node *node)
{
    const char *directory = check->config->virtual_nodes.keys_directory;
    const char *id = node->settings.node_id;
    const struct runlog_seal seal = {directory, id, ""};
    struct err err;
    char *key = xasprintf("%s/%s.key", directory, id);
    if (access(key, R_OK) != 0 && errno == EACCES) {
        fprintf(stderr, "note: %s: it cannot be looked at by this user.\n", key);
    } else if (!runlog_seal_check(&seal, &err)) {
        virtual_fault(check, node->file, "%s", err.text);
    }
    check_key_rights(check, node, key);
    free(key);
}

/* Root goes by the certificates that it knows of the node. */
static void check_known_certificate(struct virtual_check *check, const struct virtual_node *node)
{
    const char *id = node->settings.node_id;
    char *path = xasprintf("%s/%s.cert", check->config->virtual_nodes.keys_directory, id);
    X509 *certificate = x509_key_read_file(path);
    if (certificate != NULL && !node_index_has_key_of(check->index, id, certificate)) {
        virtual_fault(check, node->file, "%s: its key is none that is known of %s: was the node made again?", path, id);
    }
    X509_free(certificate);
    free(path);
}

/* It is not run twice at a time: what is due meanwhile is left out. */
static void note_schedule(const struct virtual_node *node)
{
    const struct virtual_node_settings *settings = &node->settings;
    char timeout[DURATION_TEXT_SIZE], period[DURATION_TEXT_SIZE];
    if (settings->timeout > settings->period) {
        duration_format(settings->timeout, timeout);
        duration_format(settings->period, period);
        fprintf(stderr, "note: %s: timeout (%s) is longer than period (%s): a command that hangs takes the place of "
                        "further runs.\n",
                node->file, timeout, period);
    }
}

static void check_virtual_node(struct virtual_check *check, const struct virtual_node *node)
{
    note_schedule(node);
    check_virtual_command(check, node);
    check_key(check, node);
    if (check->index != NULL && node_index_find(check->index, node->settings.node_id, NULL)) {
        check_known_certificate(check, node);
    } else if (check->index != NULL) {
        fprintf(stderr, "note: %s: %s is not in the node list yet, and is not run.\n", node->file,
                node->settings.node_id);
    }
}

/* Is it the certificate of a key that this server, which is root, decrypts with? Where there is none that can be read,
 * that is for has_decryption_keys of check-config to say. */
static bool is_decrypted_here(const struct relay_config *config, const X509 *certificate)
{
    struct decryption_keys *keys = decryption_keys_new(config->reporting.decryption_key_files);
    bool all = decryption_keys_refresh(keys, NULL);
    bool known = !all;
    for (size_t i = 0; i < decryption_keys_count(keys) && !known; i++) {
        const struct decryption_key *key = decryption_keys_at(keys, i);
        known = EVP_PKEY_eq(X509_get0_pubkey(key->certificate), X509_get0_pubkey(certificate)) == 1;
    }
    decryption_keys_free(keys);
    return known;
}

/* A reason in err, "" when nothing is wrong. */
static void look_at_recipient(const struct virtual_check *check, struct err *err)
{
    const char *path = check->config->virtual_nodes.encrypt_to;
    X509 *certificate = smime_encrypt_recipient(path, err);
    if (certificate == NULL) {
        return;
    }
    if (check->has_users && !user_access_may(&check->daemon, path, R_OK)) {
        err_set(err, "%s: the user %s may not read it", path, virtual_user);
    } else if (check->config->reporting.output == RELAY_OUTPUT_DATABASE &&
               !is_decrypted_here(check->config, certificate)) {
        err_set(err, "%s: its key is none of processing.reporting.decryption_key_file", path);
    }
    X509_free(certificate);
}

static void check_encryption(struct virtual_check *check)
{
    struct err err = {0};
    if (check->config->virtual_nodes.encrypt_to[0] != '\0') {
        look_at_recipient(check, &err);
    }
    if (err.text[0] != '\0') {
        err_prefix(&err, "%s: virtual.encrypt_to", check->config->path);
        command_failed(check->command, &err);
        check->well = false;
    }
}

bool check_virtual_is_well(const struct command *command, const struct relay_config *config)
{
    struct virtual_check check = {.command = command, .config = config, .well = true};
    struct virtual_nodes nodes;
    struct err err;
    if (!virtual_nodes_read(&nodes, config->virtual_nodes.directory, &err)) {
        command_failed(command, &err);
        return false;
    }
    if (!config->virtual_nodes.enabled) {
        fputs("note: virtual.enabled is not set: nothing is run.\n", stderr);
    }
    check.index = node_index_open(config->general.node_index_file, &err);
    check.has_users =
        user_access_get(&check.daemon, virtual_user) && user_access_get(&check.runner, command_user);
    check_encryption(&check);
    for (size_t i = 0; i < nodes.fault_count; i++) {
        command_failed(command, &nodes.faults[i].err);
        check.well = false;
    }
    for (size_t i = 0; i < nodes.count; i++) {
        check_virtual_node(&check, nodes.at[i]);
    }
    node_index_close(check.index);
    virtual_nodes_free(&nodes);
    return check.well;
}
