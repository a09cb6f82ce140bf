/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/http_url.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "util/ascii.h"

enum { HOST_MAX = 253 };

static bool is_host_name(struct slice host)
{
    for (size_t i = 0; i < host.len; i++) {
        char c = host.at[i];
        if (!ascii_is_alphanumeric(c) && c != '-' && c != '.' && c != '_') {
            return false;
        }
    }
    return host.len > 0 && host.len <= HOST_MAX && host.at[0] != '-';
}

static bool is_ipv6(struct slice host)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;
    if (host.len == 0 || host.len >= sizeof text) {
        return false;
    }
    memcpy(text, host.at, host.len);
    text[host.len] = '\0';
    return inet_pton(AF_INET6, text, &address) == 1;
}

bool http_url_is_host(struct slice host)
{
    return is_host_name(host) || is_ipv6(host);
}

bool http_url_server(struct buffer *url, struct slice host, int port, struct err *err)
{
    bool brackets = host.len > 2 && slice_starts_with(host, "[") && slice_ends_with(host, "]");
    if (brackets) {
        host = (struct slice){host.at + 1, host.len - 2};
    }
    bool ipv6 = is_ipv6(host);
    if (!ipv6 && (brackets || !is_host_name(host))) {
        return err_set(err, "no host name and no address: \"%.*s\"", (int)(host.len < 300 ? host.len : 300), host.at);
    }
    buffer_add_format(url, ipv6 ? "https://[%.*s]:%d" : "https://%.*s:%d", (int)host.len, host.at, port);
    return true;
}

void http_url_escape(struct buffer *url, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (ascii_is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            buffer_add(url, &c, 1);
        } else {
            buffer_add_format(url, "%%%02X", (unsigned)(unsigned char)c);
        }
    }
}
