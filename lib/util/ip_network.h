/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ip_network: networks of addresses, as an administrator writes them: 192.0.2.0/24, 2001:db8::/32, or one address.
 *
 * Source: RFC 4632 section 3.1 and RFC 4291 section 2.3. An IPv4 address and the same as an IPv4-mapped IPv6 address
 * (RFC 4291 section 2.5.5.2) are one address.
 */
#pragma once

#include <stdbool.h>

#include "util/err.h"

struct ip_network {
    unsigned char address[16]; /* IPv4 as mapped */
    unsigned bits;             /* how many of its first bits count, of 128 */
};

/* False with err. Bits of the address behind those that count may be set; they are ignored. */
bool ip_network_parse(const char *text, struct ip_network *network, struct err *err);

/* Is the address (its text, without port and zone) in the network? False for what is no address. */
bool ip_network_contains(const struct ip_network *network, const char *address);
