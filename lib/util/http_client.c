/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/close_fd.h"
#include "util/http_client_private.h"
#include "util/xmalloc.h"

enum { EVENTS = 32 };

static void init_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* Called by libcurl: watch this socket for these events. libcurl does not say whether the socket is new. */
static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *nothing)
{
    const struct http_client *client = context;
    struct epoll_event event = {.data.fd = fd};
    (void)easy;
    (void)nothing;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(client->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }
    event.events = (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0) | (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0);
    if (epoll_ctl(client->epoll_fd, EPOLL_CTL_MOD, fd, &event) != 0 && errno == ENOENT) {
        epoll_ctl(client->epoll_fd, EPOLL_CTL_ADD, fd, &event);
    }
    return 0;
}

static int set_timer(CURLM *multi, long timeout_ms, void *context)
{
    struct http_client *client = context;
    (void)multi;
    client->timer_ms = timeout_ms < 0 ? INT64_MAX : clock_ms() + timeout_ms;
    return 0;
}

static bool open_multi(struct http_client *client, struct err *err)
{
    client->timer_ms = INT64_MAX;
    client->used = false;
    client->multi = curl_multi_init();
    if (client->multi == NULL) {
        return err_set(err, "libcurl gives no handle");
    }
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    return true;
}

static char *text_or_null(const char *text)
{
    return text != NULL && text[0] != '\0' ? xstrdup(text) : NULL;
}

static bool file_readable(const char *path, struct err *err)
{
    return path == NULL || access(path, R_OK) == 0 || err_set_errno(err, errno, "%s", path);
}

struct http_client *http_client_new(const struct http_client_settings *settings, struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_curl);
    struct http_client *client = xcalloc(1, sizeof *client);
    client->trust = settings->trust;
    client->ca_file = text_or_null(settings->ca_file);
    client->certificate_file = text_or_null(settings->certificate_file);
    client->key_file = text_or_null(settings->key_file);
    client->unix_socket = text_or_null(settings->unix_socket);
    client->plain = settings->plain || client->unix_socket != NULL;
    client->proxy = text_or_null(settings->proxy);
    if (client->proxy != NULL && strcmp(client->proxy, "none") == 0) {
        client->proxy[0] = '\0';
    }
    client->idle_timeout_ms = settings->idle_timeout_ms;
    client->limits = settings->limits;
    client->no_expect = curl_slist_append(NULL, "Expect:");
    client->bare = curl_slist_append(curl_slist_append(NULL, "Expect:"), "Content-Type:");
    client->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (client->epoll_fd < 0) {
        err_set_errno(err, errno, "epoll");
    } else if (client->no_expect == NULL || client->bare == NULL || client->bare->next == NULL) {
        err_set(err, "libcurl has no memory");
    } else if (file_readable(client->ca_file, err) && file_readable(client->certificate_file, err) &&
               file_readable(client->key_file, err) && open_multi(client, err)) {
        return client;
    }
    http_client_free(client);
    return NULL;
}

static void free_spare(struct http_client *client)
{
    while (!LIST_EMPTY(&client->spare)) {
        struct http_transfer *transfer = LIST_FIRST(&client->spare);
        LIST_REMOVE(transfer, link);
        curl_easy_cleanup(transfer->easy);
        buffer_free(&transfer->body);
        free(transfer);
    }
}

void http_client_free(struct http_client *client)
{
    if (client == NULL) {
        return;
    }
    while (!LIST_EMPTY(&client->running)) {
        http_transfer_cancel(LIST_FIRST(&client->running));
    }
    if (client->multi != NULL) {
        curl_multi_cleanup(client->multi);
    }
    free_spare(client);
    curl_slist_free_all(client->no_expect);
    curl_slist_free_all(client->bare);
    close_fd(&client->epoll_fd);
    free(client->ca_file);
    free(client->certificate_file);
    free(client->key_file);
    free(client->unix_socket);
    free(client->proxy);
    free(client);
}

static struct http_transfer *transfer_new(struct http_client *client)
{
    struct http_transfer *transfer = LIST_FIRST(&client->spare);
    struct buffer body = {0};
    CURL *easy;
    if (transfer != NULL) {
        LIST_REMOVE(transfer, link);
        easy = transfer->easy;
        body = transfer->body;
        curl_easy_reset(easy);
    } else {
        easy = curl_easy_init();
        if (easy == NULL) {
            return NULL;
        }
        transfer = xmalloc(sizeof *transfer);
    }
    *transfer = (struct http_transfer){.client = client, .easy = easy, .body = body};
    return transfer;
}

static void make_spare(struct http_transfer *transfer)
{
    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
    LIST_INSERT_HEAD(&transfer->client->spare, transfer, link);
}

static void take_out_of_running(struct http_transfer *transfer)
{
    struct http_client *client = transfer->client;
    curl_multi_remove_handle(client->multi, transfer->easy);
    LIST_REMOVE(transfer, link);
    client->busy--;
    client->idle_since_ms = clock_ms();
}

struct http_transfer *http_client_start(struct http_client *client, const struct http_request *request, struct err *err)
{
    struct http_transfer *transfer = transfer_new(client);
    if (transfer == NULL) {
        err_set(err, "libcurl gives no handle");
        return NULL;
    }
    if (!http_transfer_set_up(transfer, request, err)) {
        make_spare(transfer);
        return NULL;
    }
    CURLMcode code = curl_multi_add_handle(client->multi, transfer->easy);
    if (code != CURLM_OK) {
        err_set(err, "libcurl: %s", curl_multi_strerror(code));
        make_spare(transfer);
        return NULL;
    }
    client->used = true;
    LIST_INSERT_HEAD(&client->running, transfer, link);
    client->busy++;
    return transfer;
}

void http_transfer_cancel(struct http_transfer *transfer)
{
    take_out_of_running(transfer);
    make_spare(transfer);
}

static int64_t close_idle_at(const struct http_client *client)
{
    return client->used && client->busy == 0 ? client->idle_since_ms + client->idle_timeout_ms : INT64_MAX;
}

int http_client_polls(const struct http_client *client, struct pollfd *poll)
{
    *poll = (struct pollfd){.fd = client->epoll_fd, .events = POLLIN};
    int64_t idle_ms = close_idle_at(client);
    int64_t next_ms = idle_ms < client->timer_ms ? idle_ms : client->timer_ms;
    if (next_ms == INT64_MAX) {
        return -1;
    }
    int64_t left = next_ms - clock_ms();
    return left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}

static void act_on_sockets(struct http_client *client)
{
    struct epoll_event events[EVENTS];
    int running;
    int count = epoll_wait(client->epoll_fd, events, EVENTS, 0);
    for (int i = 0; i < count; i++) {
        int what = (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLRDHUP) ? CURL_CSELECT_IN : 0) |
                   (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                   (events[i].events & EPOLLERR ? CURL_CSELECT_ERR : 0);
        curl_multi_socket_action(client->multi, events[i].data.fd, what, &running);
    }
    if (client->timer_ms <= clock_ms()) {
        client->timer_ms = INT64_MAX;
        curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
}

/* Reports the transfers that have ended. A callback may start other transfers, and cancel some that have ended. */
static void report_the_ended(struct http_client *client)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
        struct http_transfer *transfer = NULL;
        CURLcode code = message->data.result;
        if (message->msg == CURLMSG_DONE &&
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer) == CURLE_OK) {
            take_out_of_running(transfer);
            http_transfer_report(transfer, code);
            make_spare(transfer);
        }
    }
}

/* Closes all connections, and gives their memory back. */
static void close_idle(struct http_client *client)
{
    struct err err;
    curl_multi_cleanup(client->multi);
    free_spare(client);
    if (!open_multi(client, &err)) {
        abort(); /* out of memory, see xmalloc.h */
    }
}

void http_client_step(struct http_client *client)
{
    act_on_sockets(client);
    report_the_ended(client);
    if (close_idle_at(client) <= clock_ms()) {
        close_idle(client);
    }
}

size_t http_client_busy(const struct http_client *client)
{
    return client->busy;
}

void http_client_finish(struct http_client *client)
{
    while (client->busy > 0) {
        struct pollfd polls;
        int timeout_ms = http_client_polls(client, &polls);
        poll(&polls, 1, timeout_ms);
        http_client_step(client);
    }
}
