/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub_listen.h"

#include <errno.h>
#include <event2/event_struct.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "relay/hub_tls.h"
#include "util/close_fd.h"
#include "util/log.h"
#include "util/sd_listen.h"
#include "util/unix_socket.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "hub_listen"

enum {
    PASSED_MAX = 5,
    LISTEN_MAX = PASSED_MAX + 3, /* and of each kind one of our own */
    BACKLOG = 4096,
    SOCKET_MODE = 0660,
    ACCEPT_AT_ONCE = 32, /* then other events have their turn */
    PAUSE_MS = 1000, /* without descriptors */
    FULL_PAUSE_MS = 50,
    /* A lost network is noticed after KEEP_IDLE_S + KEEP_PROBES * KEEP_EACH_S. */
    KEEP_IDLE_S = 60,
    KEEP_EACH_S = 10,
    KEEP_PROBES = 5
};

struct hub_listener {
    struct hub_listeners *all;
    struct event event;
    struct event pause;
    int fd;
    enum http_conn_from from;
};

struct hub_listeners {
    struct event_base *base;
    struct http_conn_set *conns;
    SSL_CTX *tls;
    size_t count;
    struct hub_listener at[LISTEN_MAX];
};

/* ---- accepting ---- */

static void notice_lost_networks(int fd)
{
    const int options[][2] = {{TCP_KEEPIDLE, KEEP_IDLE_S},
                              {TCP_KEEPINTVL, KEEP_EACH_S},
                              {TCP_KEEPCNT, KEEP_PROBES},
                              {TCP_NODELAY, 1},
                              {TCP_USER_TIMEOUT, (KEEP_IDLE_S + KEEP_EACH_S * KEEP_PROBES) * 1000}};
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        setsockopt(fd, IPPROTO_TCP, options[i][0], &options[i][1], sizeof options[i][1]);
    }
}

static void take_connection(struct hub_listener *listener, int fd)
{
    SSL *ssl = NULL;
    if (listener->from == HTTP_CONN_TLS) {
        notice_lost_networks(fd);
        ssl = SSL_new(listener->all->tls);
        if (ssl == NULL) {
            abort(); /* out of memory, see xmalloc.h */
        }
    }
    http_conn_accept(listener->all->conns, fd, listener->from, ssl);
}

static void pause_accepting(struct hub_listener *listener, int64_t pause_ms)
{
    event_del(&listener->event);
    event_add(&listener->pause,
              &(const struct timeval){.tv_sec = pause_ms / 1000, .tv_usec = pause_ms % 1000 * 1000});
}

static void lack_descriptors(struct hub_listener *listener, int errnum)
{
    struct err err;
    err_set_errno(&err, errnum, "accepting a connection");
    log_error("connections have to wait", log_text("reason", err.text));
    pause_accepting(listener, PAUSE_MS);
}

static void on_accept(evutil_socket_t listening, short what, void *context)
{
    struct hub_listener *listener = context;
    (void)what;
    for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
        if (listener->from == HTTP_CONN_TLS && http_conn_set_is_full(listener->all->conns)) {
            pause_accepting(listener, FULL_PAUSE_MS);
            return;
        }
        int fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            take_connection(listener, fd);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            lack_descriptors(listener, errno);
            return;
        } else if (errno == EAGAIN) {
            return;
        }
    }
}

static void on_pause_over(evutil_socket_t fd, short what, void *context)
{
    struct hub_listener *listener = context;
    (void)fd;
    (void)what;
    event_add(&listener->event, NULL);
}

static void add_listener(struct hub_listeners *listeners, int fd, enum http_conn_from from)
{
    struct hub_listener *listener = &listeners->at[listeners->count++];
    *listener = (struct hub_listener){.all = listeners, .fd = fd, .from = from};
    const int data_within_s = 5; /* how long the kernel waits for a client to send, before it gives up the connection */
    if (from == HTTP_CONN_TLS) {
        setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &data_within_s, sizeof data_within_s);
    }
    evutil_make_socket_nonblocking(fd);
    evutil_make_socket_closeonexec(fd);
    event_assign(&listener->event, listeners->base, fd, EV_READ | EV_PERSIST, on_accept, listener);
    event_assign(&listener->pause, listeners->base, -1, 0, on_pause_over, listener);
    event_add(&listener->event, NULL);
}

/* ---- sockets that systemd passes ---- */

/* Who comes by it is believed in another way each time, so a path that the configuration does not name is refused: with
 * a wrong guess httpd could give orders. */
static bool take_one_passed(struct hub_listeners *listeners, const struct relay_config *config, int fd, struct err *err)
{
    union {
        struct sockaddr any;
        struct sockaddr_un local;
        struct sockaddr_storage room;
    } address = {0};
    socklen_t len = sizeof address.room - 1;
    if (getsockname(fd, &address.any, &len) != 0) {
        return err_set_errno(err, errno, "what systemd passes is no socket");
    }
    const char *path = address.local.sun_path;
    if (address.any.sa_family != AF_UNIX) {
        add_listener(listeners, fd, HTTP_CONN_TLS);
    } else if (path[0] != '\0' && strcmp(path, config->hub.proxy_socket) == 0) {
        add_listener(listeners, fd, HTTP_CONN_PROXY);
    } else if (strcmp(path, config->hub.socket) == 0) {
        add_listener(listeners, fd, HTTP_CONN_LOCAL);
    } else {
        return err_set(err, "systemd passes a socket that is neither hub.socket nor hub.proxy_socket: %s", path);
    }
    return true;
}

static bool take_passed(struct hub_listeners *listeners, const struct relay_config *config, struct err *err)
{
    const long count = sd_listen_take();
    bool taken = count <= PASSED_MAX || err_set(err, "systemd passes more than %d sockets", PASSED_MAX);
    for (int fd = SD_LISTEN_FIRST; taken && fd < SD_LISTEN_FIRST + count; fd++) {
        taken = take_one_passed(listeners, config, fd, err);
    }
    return taken;
}

static bool have(const struct hub_listeners *listeners, enum http_conn_from from)
{
    for (size_t i = 0; i < listeners->count; i++) {
        if (listeners->at[i].from == from) {
            return true;
        }
    }
    return false;
}

/* ---- sockets of our own ---- */

static int bind_tcp(const struct addrinfo *address)
{
    const int on = 1, off = 0;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address->ai_family == AF_INET6) {
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    }
    if (bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        close_fd(&fd);
    }
    return fd;
}

/* Without an address: IPv6, which takes IPv4, too; IPv4 on a machine without IPv6. */
static bool open_tcp(struct hub_listeners *listeners, const struct relay_config *config, struct err *err)
{
    const char *candidates[] = {config->hub.address[0] != '\0' ? config->hub.address : "::", NULL, NULL};
    char port[16];
    int fd = -1;
    candidates[1] = config->hub.address[0] != '\0' ? NULL : "0.0.0.0";
    snprintf(port, sizeof port, "%d", config->hub.port);
    for (size_t i = 0; fd < 0 && candidates[i] != NULL; i++) {
        const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_PASSIVE, .ai_socktype = SOCK_STREAM};
        struct addrinfo *found = NULL;
        if (getaddrinfo(candidates[i], port, &hints, &found) != 0) {
            return err_set(err, "hub.address: \"%s\" is no address", candidates[i]);
        }
        fd = bind_tcp(found);
        int errnum = errno;
        freeaddrinfo(found);
        errno = errnum;
    }
    if (fd < 0) {
        return err_set_errno(err, errno, "hub.port: %s", port);
    }
    add_listener(listeners, fd, HTTP_CONN_TLS);
    return true;
}

static bool open_local(struct hub_listeners *listeners, const char *path, enum http_conn_from from, struct err *err)
{
    int fd = unix_socket_listen(path, SOCKET_MODE, BACKLOG, err);
    if (fd >= 0) {
        add_listener(listeners, fd, from);
    }
    return fd >= 0;
}

struct hub_listeners *hub_listen(struct event_base *base, struct http_conn_set *conns,
                                 const struct relay_config *config, struct err *err)
{
    struct hub_listeners *listeners = xcalloc(1, sizeof *listeners);
    listeners->base = base;
    listeners->conns = conns;
    listeners->tls = hub_tls_new(config, err);
    bool opened = listeners->tls != NULL;
    if (opened) {
        opened =
            take_passed(listeners, config, err) &&
            (have(listeners, HTTP_CONN_TLS) || open_tcp(listeners, config, err)) &&
            (have(listeners, HTTP_CONN_LOCAL) || open_local(listeners, config->hub.socket, HTTP_CONN_LOCAL, err)) &&
            (have(listeners, HTTP_CONN_PROXY) || config->hub.proxy_socket[0] == '\0' ||
             open_local(listeners, config->hub.proxy_socket, HTTP_CONN_PROXY, err));
    }
    if (!opened) {
        hub_listen_close(listeners);
        return NULL;
    }
    return listeners;
}

void hub_listen_close(struct hub_listeners *listeners)
{
    if (listeners == NULL) {
        return;
    }
    for (size_t i = 0; i < listeners->count; i++) {
        event_del(&listeners->at[i].event);
        event_del(&listeners->at[i].pause);
        close_fd(&listeners->at[i].fd);
    }
    SSL_CTX_free(listeners->tls);
    free(listeners);
}

bool hub_listen_reload(struct hub_listeners *listeners, const struct relay_config *config, struct err *err)
{
    SSL_CTX *tls = hub_tls_new(config, err);
    if (tls != NULL) {
        SSL_CTX_free(listeners->tls); /* connections that are there keep it */
        listeners->tls = tls;
    }
    return tls != NULL;
}

long hub_listen_raise_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return -1;
    }
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur == RLIM_INFINITY ? -1 : (long)limit.rlim_cur;
}
