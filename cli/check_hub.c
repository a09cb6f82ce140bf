/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check_hub.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "relay/hub_tls.h"
#include "user_access.h"
#include "util/close_fd.h"
#include "util/unix_socket.h"
#include "util/xmalloc.h"

enum { UNIT_FILES = 262144 }; /* LimitNOFILE= of rudder-relay-hub.service */

static const char hub_user[] = "rudder-relay-hub";

struct hub_check {
    const struct command *command;
    const struct relay_config *config;
    struct user_access user;
    bool has_user;
    bool well;
    bool readable; /* by us: all that TLS needs */
};

__attribute__((format(printf, 2, 3))) static void hub_fault(struct hub_check *check, const char *format, ...)
{
    struct err err;
    va_list args;
    va_start(args, format);
    err_vset(&err, format, args);
    va_end(args);
    err_prefix(&err, "%s: the hub cannot start", check->config->path);
    command_failed(check->command, &err);
    check->well = false;
}

static void check_hub_file(struct hub_check *check, const char *key, const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0 && errno != EACCES) {
        if (check->has_user) {
            hub_fault(check, "%s: %s: %s", key, path, strerror(errno));
        } else {
            fprintf(stderr, "note: %s: %s: %s; the hub needs it where it runs.\n", key, path, strerror(errno));
        }
    } else if (check->has_user && !user_access_may(&check->user, path, R_OK)) {
        hub_fault(check, "%s: %s: the user %s may not read it", key, path, hub_user);
    }
    check->readable = check->readable && access(path, R_OK) == 0;
}

static void check_tls(struct hub_check *check)
{
    const struct relay_config *config = check->config;
    struct err err;
    check_hub_file(check, "general.httpd_certificate_file", config->general.httpd_certificate_file);
    check_hub_file(check, "hub.key_file", config->hub.key_file);
    if (config->general.client_certificates == RELAY_CLIENTS_CA) {
        check_hub_file(check, "hub.client_ca_file", config->hub.client_ca_file);
        if (config->general.crl_file[0] != '\0') {
            check_hub_file(check, "general.crl_file", config->general.crl_file);
        }
    }
    if (check->readable) {
        SSL_CTX *tls = hub_tls_new(config, &err);
        if (tls == NULL) {
            hub_fault(check, "%s", err.text);
        }
        SSL_CTX_free(tls);
    }
}

/* The hub makes the directory if what it is in is there. */
static void check_orders_directory(struct hub_check *check)
{
    const char *directory = check->config->hub.orders_directory;
    const char *last = strrchr(directory, '/');
    char *above = xasprintf("%.*s", last > directory ? (int)(last - directory) : 1, directory);
    struct stat status;
    const bool there = stat(directory, &status) == 0;
    if (there && !S_ISDIR(status.st_mode)) {
        hub_fault(check, "hub.orders_directory: %s is no directory", directory);
    } else if (!there && errno == ENOENT && access(above, F_OK) != 0 && errno == ENOENT) {
        hub_fault(check, "hub.orders_directory: there is neither %s nor the directory that it would be in", directory);
    } else if (check->has_user && !user_access_may(&check->user, there ? directory : above, R_OK | W_OK | X_OK)) {
        hub_fault(check, "hub.orders_directory: %s: the user %s may not write there", there ? directory : above,
                  hub_user);
    }
    free(above);
}

/* Somebody takes connections at hub.socket: the hub, or systemd for it. */
static bool hub_listens(const struct relay_config *config)
{
    int fd = unix_socket_connect(config->hub.socket, SOCK_NONBLOCK, NULL);
    bool listens = fd >= 0 || errno == EACCES || errno == EAGAIN;
    close_fd(&fd);
    return listens;
}

/* Whether the port could be had, at the address of the configuration. Nobody can connect: it does not listen. 0, or
 * errno. */
static int try_port(const struct relay_config *config)
{
    const int on = 1;
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons((uint16_t)config->hub.port)};
    struct sockaddr_in6 any6 = {.sin6_family = AF_INET6, .sin6_port = any.sin_port};
    const bool is_v4 = inet_pton(AF_INET, config->hub.address, &any.sin_addr) == 1;
    const bool is_v6 = !is_v4 && inet_pton(AF_INET6, config->hub.address, &any6.sin6_addr) == 1;
    int fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int reason = 0;
    if (fd < 0) {
        return 0; /* not known */
    }
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if ((is_v6 ? bind(fd, (const struct sockaddr *)&any6, sizeof any6)
               : bind(fd, (const struct sockaddr *)&any, sizeof any)) != 0) {
        reason = errno;
    }
    close_fd(&fd);
    return reason;
}

/* The port from which on anybody may listen (ip(7)). */
static int unprivileged_ports(void)
{
    int first = 1024;
    FILE *file = fopen("/proc/sys/net/ipv4/ip_unprivileged_port_start", "re");
    if (file != NULL) {
        if (fscanf(file, "%d", &first) != 1) {
            first = 1024;
        }
        fclose(file);
    }
    return first;
}

static void check_port(struct hub_check *check)
{
    const struct relay_config *config = check->config;
    if (config->hub.port == config->general.https_port && config->hub.address[0] == '\0') {
        hub_fault(check, "hub.port: %d is httpd's port (general.https_port)", config->hub.port);
    } else if (hub_listens(config)) {
        return;
    } else if (try_port(config) == EADDRINUSE) {
        fprintf(stderr, "note: hub.port: another program listens at %d, and the hub does not run.\n", config->hub.port);
    } else if (config->hub.port < unprivileged_ports()) {
        fprintf(stderr,
                "note: hub.port: %d is a privileged port: the hub cannot listen there by itself. systemd can"
                " (ListenStream= of rudder-relay-hub.socket).\n",
                config->hub.port);
    }
}

static void note_few_files(const struct relay_config *config)
{
    if (config->hub.max_waiting > UNIT_FILES - RELAY_CONFIG_HUB_OTHER_FILES) {
        fprintf(stderr,
                "note: hub.max_waiting is %d, but rudder-relay-hub.service lets the hub open %d files, unless its"
                " LimitNOFILE= was changed.\n",
                config->hub.max_waiting, UNIT_FILES);
    }
}

bool check_hub_is_well(const struct command *command, const struct relay_config *config)
{
    struct hub_check check = {.command = command, .config = config, .well = true, .readable = true};
    if (!config->hub.enabled) {
        return true;
    }
    check.has_user = user_access_get(&check.user, hub_user);
    check_tls(&check);
    check_orders_directory(&check);
    check_port(&check);
    note_few_files(config);
    return check.well;
}
