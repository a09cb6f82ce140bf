/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remote-run/tcp_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "util/close_fd.h"
#include "util/xmalloc.h"

struct query {
    struct nlmsghdr header;
    struct inet_diag_req_v2 body;
};

struct tcp_peer {
    int netlink;
    struct query query;
};

enum state { STATE_ESTABLISHED, STATE_CLOSED, STATE_UNKNOWN };

static bool parse_port(const char *text, __be16 *port)
{
    char *end;
    unsigned long number = text != NULL ? strtoul(text, &end, 10) : 0;
    *port = htons((uint16_t)number);
    return number > 0 && number <= UINT16_MAX && *end == '\0';
}

static bool fill_query(struct query *query, const char *server_address, const char *server_port,
                       const char *client_address, const char *client_port)
{
    struct inet_diag_sockid *id = &query->body.id;
    if (server_address == NULL || client_address == NULL || !parse_port(server_port, &id->idiag_sport) ||
        !parse_port(client_port, &id->idiag_dport)) {
        return false;
    }
    query->body.sdiag_family = strchr(client_address, ':') != NULL ? AF_INET6 : AF_INET;
    query->body.sdiag_protocol = IPPROTO_TCP;
    query->body.idiag_states = ~0U;
    memset(id->idiag_cookie, 0xff, sizeof id->idiag_cookie); /* INET_DIAG_NOCOOKIE */
    query->header =
        (struct nlmsghdr){.nlmsg_len = sizeof *query, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST};
    return inet_pton(query->body.sdiag_family, server_address, id->idiag_src) == 1 &&
           inet_pton(query->body.sdiag_family, client_address, id->idiag_dst) == 1;
}

static enum state state_of(const struct nlmsghdr *header, size_t len)
{
    if (!NLMSG_OK(header, len)) {
        return STATE_UNKNOWN;
    }
    if (header->nlmsg_type == NLMSG_ERROR && header->nlmsg_len >= NLMSG_LENGTH(sizeof(struct nlmsgerr))) {
        const struct nlmsgerr *error = NLMSG_DATA(header);
        return error->error == -ENOENT ? STATE_CLOSED : STATE_UNKNOWN;
    }
    if (header->nlmsg_type == SOCK_DIAG_BY_FAMILY && header->nlmsg_len >= NLMSG_LENGTH(sizeof(struct inet_diag_msg))) {
        const struct inet_diag_msg *found = NLMSG_DATA(header);
        return found->idiag_state == TCP_ESTABLISHED ? STATE_ESTABLISHED : STATE_CLOSED;
    }
    return STATE_UNKNOWN;
}

/* The kernel answers while it takes the question: there is nothing to wait for. */
static enum state tcp_peer_ask(const struct tcp_peer *peer)
{
    union {
        struct nlmsghdr header;
        char bytes[8192];
    } answer;
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    if (sendto(peer->netlink, &peer->query, sizeof peer->query, 0, (const struct sockaddr *)&kernel, sizeof kernel) <
        0) {
        return STATE_UNKNOWN;
    }
    ssize_t got = recv(peer->netlink, &answer, sizeof answer, MSG_DONTWAIT);
    return got > 0 ? state_of(&answer.header, (size_t)got) : STATE_UNKNOWN;
}

struct tcp_peer *tcp_peer_open(const char *server_address, const char *server_port, const char *client_address,
                               const char *client_port)
{
    struct tcp_peer *peer = xcalloc(1, sizeof *peer);
    peer->netlink = -1;
    if (fill_query(&peer->query, server_address, server_port, client_address, client_port)) {
        peer->netlink = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    }
    if (peer->netlink < 0 || tcp_peer_ask(peer) != STATE_ESTABLISHED) {
        tcp_peer_close(peer);
        return NULL;
    }
    return peer;
}

bool tcp_peer_present(struct tcp_peer *peer)
{
    return tcp_peer_ask(peer) != STATE_CLOSED;
}

void tcp_peer_close(struct tcp_peer *peer)
{
    if (peer != NULL) {
        close_fd(&peer->netlink);
        free(peer);
    }
}
