/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "remote-run/tcp_peer.h"
#include "support/suite.h"

struct pair {
    int server, client;
    char server_port[8], client_port[8];
};

static uint16_t port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof address;
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                               : ((struct sockaddr_in *)&address)->sin_port);
}

/* listening: an address to bind to; connecting: one to connect to. False when the machine has no IPv6. */
static bool connect_pair(struct pair *pair, struct sockaddr *listening, socklen_t listening_len,
                         struct sockaddr_in *connecting)
{
    int listener = socket(listening->sa_family, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, listening, listening_len) != 0) {
        return false;
    }
    ck_assert_int_eq(listen(listener, 1), 0);
    uint16_t port = port_of(listener);
    pair->client = socket(connecting != NULL ? AF_INET : listening->sa_family, SOCK_STREAM, 0);
    struct sockaddr *to = connecting != NULL ? (struct sockaddr *)connecting : listening;
    if (to->sa_family == AF_INET) {
        ((struct sockaddr_in *)to)->sin_port = htons(port);
    } else {
        ((struct sockaddr_in6 *)to)->sin6_port = htons(port);
    }
    ck_assert_int_eq(connect(pair->client, to, connecting != NULL ? sizeof *connecting : listening_len), 0);
    pair->server = accept(listener, NULL, NULL);
    ck_assert_int_ge(pair->server, 0);
    close(listener);
    snprintf(pair->server_port, sizeof pair->server_port, "%u", port);
    snprintf(pair->client_port, sizeof pair->client_port, "%u", port_of(pair->client));
    return true;
}

static void wait_until_gone(struct tcp_peer *peer)
{
    while (tcp_peer_present(peer)) { /* the suite has a limit */
        poll(NULL, 0, 1);
    }
}

static void tcp_peer_check(struct sockaddr *listening, socklen_t len, struct sockaddr_in *connecting,
                           const char *address)
{
    struct pair pair;
    if (!connect_pair(&pair, listening, len, connecting)) {
        return;
    }
    ck_assert_ptr_null(tcp_peer_open(address, pair.server_port, address, "1"));
    struct tcp_peer *peer = tcp_peer_open(address, pair.server_port, address, pair.client_port);
    ck_assert_ptr_nonnull(peer);
    ck_assert(tcp_peer_present(peer));
    ck_assert_int_eq(write(pair.client, "x", 1), 1);
    ck_assert(tcp_peer_present(peer));
    close(pair.client);
    wait_until_gone(peer);
    close(pair.server);
    ck_assert(!tcp_peer_present(peer));
    tcp_peer_close(peer);
}

START_TEST(a_peer_is_there_until_it_closes)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    tcp_peer_check((struct sockaddr *)&v4, sizeof v4, NULL, "127.0.0.1");
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    tcp_peer_check((struct sockaddr *)&v6, sizeof v6, NULL, "::1");
}
END_TEST

/* As httpd does on many systems: one socket for both families. */
START_TEST(a_client_of_ipv4_at_a_listener_of_ipv6)
{
    struct sockaddr_in6 any = {.sin6_family = AF_INET6};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    tcp_peer_check((struct sockaddr *)&any, sizeof any, &v4, "127.0.0.1");
}
END_TEST

START_TEST(what_is_no_connection_is_none)
{
    static const char *const cases[][4] = {
        {NULL, "1", "127.0.0.1", "1"},          {"127.0.0.1", NULL, "127.0.0.1", "1"}, {"127.0.0.1", "1", NULL, "1"},
        {"127.0.0.1", "1", "127.0.0.1", NULL},  {"127.0.0.1", "0", "127.0.0.1", "1"},
        {"127.0.0.1", "1", "127.0.0.1", "65536"},
        {"127.0.0.1", "1x", "127.0.0.1", "1"},  {"localhost", "1", "127.0.0.1", "1"},  {"::1", "1", "127.0.0.1", "1"},
        {"127.0.0.1", "1", "192.0.2.1", "1"},   {"", "", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_ptr_null(tcp_peer_open(cases[i][0], cases[i][1], cases[i][2], cases[i][3]));
    }
    tcp_peer_close(NULL);
}
END_TEST

SUITE_MAIN("tcp_peer", a_peer_is_there_until_it_closes, a_client_of_ipv4_at_a_listener_of_ipv6,
           what_is_no_connection_is_none)
