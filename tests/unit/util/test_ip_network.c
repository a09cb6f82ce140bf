/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/ip_network.h"

#include "support/suite.h"

static bool is_in(const char *network, const char *address)
{
    struct ip_network parsed;
    struct err err = {""};
    ck_assert_msg(ip_network_parse(network, &parsed, &err), "%s", err.text);
    return ip_network_contains(&parsed, address);
}

START_TEST(addresses_are_in_their_networks)
{
    ck_assert(is_in("192.0.2.0/24", "192.0.2.255"));
    ck_assert(!is_in("192.0.2.0/24", "192.0.3.0"));
    ck_assert(is_in("192.0.2.77/23", "192.0.3.1")); /* bits that do not count */
    ck_assert(is_in("192.0.2.1", "192.0.2.1"));
    ck_assert(!is_in("192.0.2.1", "192.0.2.2"));
    ck_assert(is_in("0.0.0.0/0", "255.255.255.255"));
    ck_assert(!is_in("0.0.0.0/0", "2001:db8::1"));
    ck_assert(is_in("2001:db8::/33", "2001:db8:7fff::1"));
    ck_assert(!is_in("2001:db8::/33", "2001:db8:8000::1"));
    ck_assert(is_in("::/0", "192.0.2.1"));
    ck_assert(is_in("192.0.2.0/24", "::ffff:192.0.2.9"));
    ck_assert(is_in("::ffff:192.0.2.0/120", "192.0.2.9"));
}
END_TEST

START_TEST(what_is_no_address_is_in_none)
{
    static const char *const wrong[] = {"", "localhost", "192.0.2", "192.0.2.1/24", "192.0.2.1:514", "fe80::1%eth0"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ck_assert(!is_in("0.0.0.0/0", wrong[i]));
        ck_assert(!is_in("::/0", wrong[i]));
    }
}
END_TEST

START_TEST(what_is_no_network_is_refused)
{
    static const char *const wrong[] = {"", "/", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/08x",
                                        "192.0.2.0/0024", "::/129", "192.0.2.0/24/24", "example.com", "*",
                                        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/8"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct ip_network network;
        struct err err = {""};
        ck_assert_msg(!ip_network_parse(wrong[i], &network, &err), "%s", wrong[i]);
        ck_assert_str_ne(err.text, "");
    }
}
END_TEST

SUITE_MAIN("ip_network", addresses_are_in_their_networks, what_is_no_address_is_in_none, what_is_no_network_is_refused)
