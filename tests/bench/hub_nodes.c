/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hub_nodes: many nodes that wait at a hub, in one process, each with a certificate and a TLS connection of its own.
 *
 *     hub_nodes DIRECTORY NODES PORT SOCKET
 *
 * writes DIRECTORY/nodeslist.json and DIRECTORY/certificates.pem, says "made" and reads commands, a line each:
 *
 *     connect N     all connect; says "waiting <milliseconds>" when N of them wait
 *     all           orders a run of all at the hub's SOCKET; "all <milliseconds until the last had it> <how many>"
 *     one N         orders a run of one node, N times one after the other; "one <median> <99th percentile> <worst>", in
 *                   microseconds from the request to the node's having it
 *     again N       waits until N wait (the hub was started again): "waiting <milliseconds> <refusals>"
 *
 * A node whose connection ends comes again after a second or two, one that is told to come later (503) then. Nodes
 * share four P-256 keys, since what is measured is the hub.
 */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/signing.h"
#include "util/clock.h"
#include "util/random.h"
#include "util/xmalloc.h"

enum { SHARED_KEYS = 4, ID_SIZE = 40, AN_ADDRESS = 20000 /* connections from one */, LINE_MAX_SIZE = 256 };

struct bench_node {
    struct bufferevent *bev;
    struct event again;
    unsigned number;
    X509 *certificate;
    char after[24];
    bool asked; /* its request is out, and not answered */
    int64_t got_us;
};

static struct event_base *base;
static SSL_CTX *tls;
static EVP_PKEY *keys[SHARED_KEYS];
static struct bench_node *nodes;
static size_t node_count, waiting, got, refused;
static int port;
static const char *local_socket;

static void node_connect(struct bench_node *node);

static void hub_nodes_need(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "hub_nodes: %s\n", what);
        exit(3);
    }
}

static void hub_nodes_id(char out[ID_SIZE], unsigned number)
{
    snprintf(out, ID_SIZE, "%08x-40bc-4b86-b6dc-%012x", number * 2654435761u, number);
}

/* ---- the site ---- */

static FILE *hub_nodes_create(const char *directory, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    hub_nodes_need(file != NULL, path);
    return file;
}

static void make_site(const char *directory)
{
    FILE *list = hub_nodes_create(directory, "nodeslist.json");
    FILE *pem = hub_nodes_create(directory, "certificates.pem");
    char id[ID_SIZE];
    fputs("{\"root\": {\"hostname\": \"root\", \"policy-server\": \"root\"}", list);
    for (int i = 0; i < SHARED_KEYS; i++) {
        keys[i] = signing_ec_key();
    }
    for (unsigned i = 0; i < node_count; i++) {
        hub_nodes_id(id, i);
        EVP_PKEY_up_ref(keys[i % SHARED_KEYS]);
        struct identity identity = signing_identity(keys[i % SHARED_KEYS], id, (long)i + 1);
        X509_up_ref(identity.certificate);
        nodes[i].certificate = identity.certificate;
        fprintf(list, ",\n\"%s\": {\"hostname\": \"h%u\", \"policy-server\": \"root\"}", id, i);
        hub_nodes_need(PEM_write_X509(pem, identity.certificate) == 1, "writing a certificate");
        signing_identity_free(&identity);
    }
    fputs("}\n", list);
    hub_nodes_need(fclose(list) == 0 && fclose(pem) == 0, "writing the site");
}

/* ---- a node ---- */

static void node_ask(struct bench_node *node)
{
    char id[ID_SIZE];
    hub_nodes_id(id, node->number);
    evbuffer_add_printf(bufferevent_get_output(node->bev),
                        "GET /rudder/relay-api/1/wait/%s?after=%s HTTP/1.1\r\nHost: hub\r\n\r\n", id, node->after);
    node->asked = true;
    waiting++;
}

static void node_answered(struct bench_node *node)
{
    waiting -= node->asked;
    node->asked = false;
}

static void node_later(struct bench_node *node, unsigned seconds)
{
    node_answered(node);
    if (node->bev == NULL) { /* a connection that fails at once is told twice */
        return;
    }
    bufferevent_free(node->bev);
    node->bev = NULL;
    event_add(&node->again, &(const struct timeval){.tv_sec = seconds, .tv_usec = random_number() % 1000000});
}

static void node_got_order(struct bench_node *node, const char *body)
{
    const char *ticket = strstr(body, "ticket = ");
    hub_nodes_need(ticket != NULL, "an order without ticket");
    snprintf(node->after, sizeof node->after, "%.20s", ticket + 9);
    node->got_us = clock_us();
    got++;
}

static void node_read(struct bufferevent *bev, void *context)
{
    struct bench_node *node = context;
    struct evbuffer *input = bufferevent_get_input(bev);
    struct evbuffer_ptr end = evbuffer_search(input, "\r\n\r\n", 4, NULL);
    if (end.pos < 0) {
        return;
    }
    size_t size = evbuffer_get_length(input);
    char *text = xstrndup((const char *)evbuffer_pullup(input, -1), size);
    const char *length = strstr(text, "Content-Length: ");
    size_t whole = (size_t)end.pos + 4 + (length != NULL ? strtoul(length + 16, NULL, 10) : 0);
    int status = atoi(text + 9);
    const char *retry = strstr(text, "Retry-After: ");
    if (size >= whole) {
        node_answered(node);
        evbuffer_drain(input, size);
        if (status == 200) {
            node_got_order(node, text + end.pos + 4);
        }
        if (status == 200 || status == 204) {
            node_ask(node);
        } else {
            refused++;
            node_later(node, retry != NULL ? (unsigned)atoi(retry + 13) : 5);
        }
    }
    free(text);
}

static void node_event(struct bufferevent *bev, short what, void *context)
{
    struct bench_node *node = context;
    (void)bev;
    if ((what & BEV_EVENT_CONNECTED) != 0) {
        node_ask(node);
    } else {
        node_later(node, 1);
    }
}

static void node_again(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    node_connect(context);
}

static void node_connect(struct bench_node *node)
{
    struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    hub_nodes_need(fd >= 0, "no more sockets");
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 0x100 * (1 + node->number / AN_ADDRESS));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    hub_nodes_need(bind(fd, (const struct sockaddr *)&from, sizeof from) == 0, "bind");
    SSL *ssl = SSL_new(tls);
    hub_nodes_need(SSL_use_certificate(ssl, node->certificate) == 1 &&
                       SSL_use_PrivateKey(ssl, keys[node->number % SHARED_KEYS]) == 1,
                   "a node's certificate");
    node->bev = bufferevent_openssl_socket_new(base, fd, ssl, BUFFEREVENT_SSL_CONNECTING,
                                               BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
    bufferevent_openssl_set_allow_dirty_shutdown(node->bev, 1);
    bufferevent_setcb(node->bev, node_read, NULL, node_event, node);
    bufferevent_enable(node->bev, EV_READ | EV_WRITE);
    if (bufferevent_socket_connect(node->bev, (const struct sockaddr *)&to, sizeof to) != 0) {
        node_later(node, 1);
    }
}

/* ---- orders ---- */

static int order(const char *form)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char text[512];
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", local_socket);
    hub_nodes_need(fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0, "the hub's socket");
    int len = snprintf(text, sizeof text, "POST /orders HTTP/1.1\r\nHost: hub\r\nContent-Length: %zu\r\n\r\n%s",
                       strlen(form), form);
    hub_nodes_need(write(fd, text, (size_t)len) == len, "an order");
    return fd;
}

static void on_bench_tick(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    (void)context;
}

/* Until so many have got an order since, or a minute has passed. */
static void loop_until(const size_t *number, size_t wanted)
{
    const int64_t until_ms = clock_ms() + 300000;
    struct event *tick = event_new(base, -1, EV_PERSIST, on_bench_tick, NULL); /* the loop looks at the clock */
    event_add(tick, &(const struct timeval){.tv_usec = 100000});
    while (*number < wanted && clock_ms() < until_ms) {
        event_base_loop(base, EVLOOP_ONCE);
    }
    event_free(tick);
    hub_nodes_need(*number >= wanted, "not within 5 minutes");
}

static void order_all(void)
{
    int64_t begin_us = clock_us(), last_us = 0;
    size_t wanted = waiting;
    got = 0;
    int fd = order("all=true&asynchronous=true&conditions=bench");
    loop_until(&got, wanted);
    close(fd);
    for (size_t i = 0; i < node_count; i++) {
        last_us = nodes[i].got_us > last_us ? nodes[i].got_us : last_us;
    }
    printf("all %.0f %zu\n", (double)(last_us - begin_us) / 1000, got);
}

static int compare_times(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static void order_one(size_t times)
{
    int64_t *took = xcalloc(times, sizeof *took);
    char form[128], id[ID_SIZE];
    for (size_t i = 0; i < times; i++) {
        struct bench_node *node = &nodes[random_number() % node_count];
        hub_nodes_id(id, node->number);
        snprintf(form, sizeof form, "nodes=%s&asynchronous=true", id);
        got = 0;
        int64_t begin_us = clock_us();
        int fd = order(form);
        loop_until(&got, 1);
        took[i] = node->got_us - begin_us;
        close(fd);
    }
    qsort(took, times, sizeof *took, compare_times);
    printf("one %lld %lld %lld\n", (long long)took[times / 2], (long long)took[times * 99 / 100],
           (long long)took[times - 1]);
    free(took);
}

/* ---- commands ---- */

static void wait_for_all(size_t wanted)
{
    int64_t begin_ms = clock_ms();
    loop_until(&waiting, wanted);
    printf("waiting %lld %zu\n", (long long)(clock_ms() - begin_ms), refused);
}

static void connect_all(size_t wanted)
{
    tls = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
    int64_t begin_ms = clock_ms();
    for (size_t i = 0; i < node_count; i++) {
        event_assign(&nodes[i].again, base, -1, 0, node_again, &nodes[i]);
        node_connect(&nodes[i]);
        event_base_loop(base, EVLOOP_NONBLOCK);
    }
    loop_until(&waiting, wanted);
    printf("waiting %lld %zu\n", (long long)(clock_ms() - begin_ms), refused);
}

static void on_command(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    (void)context;
    event_base_loopbreak(base);
}

/* Lives in the loop while there is no command, so that connections are served meanwhile. */
static bool next_command(char line[LINE_MAX_SIZE])
{
    struct event *readable = event_new(base, STDIN_FILENO, EV_READ, on_command, NULL);
    event_add(readable, NULL);
    event_base_dispatch(base);
    event_free(readable);
    size_t len = 0;
    while (len < LINE_MAX_SIZE - 1 && read(STDIN_FILENO, line + len, 1) == 1 && line[len] != '\n') {
        len++;
    }
    line[len] = '\0';
    return len > 0;
}

static void raise_files(void)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

int main(int argc, char **argv)
{
    char line[LINE_MAX_SIZE];
    if (argc != 5) {
        fprintf(stderr, "usage: hub_nodes DIRECTORY NODES PORT SOCKET\n");
        return 2;
    }
    node_count = strtoul(argv[2], NULL, 10);
    port = atoi(argv[3]);
    local_socket = argv[4];
    signal(SIGPIPE, SIG_IGN);
    raise_files();
    setvbuf(stdout, NULL, _IOLBF, 0);
    base = event_base_new();
    nodes = xcalloc(node_count, sizeof *nodes);
    for (unsigned i = 0; i < node_count; i++) {
        nodes[i].number = i;
        strcpy(nodes[i].after, "0");
    }
    make_site(argv[1]);
    puts("made");
    while (next_command(line)) {
        size_t number = strchr(line, ' ') != NULL ? strtoul(strchr(line, ' '), NULL, 10) : 0;
        if (strncmp(line, "connect", 7) == 0) {
            connect_all(number);
        } else if (strcmp(line, "all") == 0) {
            order_all();
        } else if (strncmp(line, "one", 3) == 0) {
            order_one(number);
        } else if (strncmp(line, "again", 5) == 0) {
            wait_for_all(number);
        }
    }
    return 0;
}
