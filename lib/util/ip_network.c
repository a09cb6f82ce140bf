/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/ip_network.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { ALL_BITS = 128, MAPPED_BITS = 96 };

/* *first is the number of the bit that the text's own first bit is. */
static bool ip_network_read_address(const char *text, unsigned char out[16], unsigned *first)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    *first = 0;
    if (inet_pton(AF_INET6, text, out) == 1) {
        return true;
    }
    *first = MAPPED_BITS;
    memcpy(out, mapped, sizeof mapped);
    return inet_pton(AF_INET, text, out + sizeof mapped) == 1;
}

/* One to three digits. */
static bool ip_network_read_bits(const char *text, unsigned most, unsigned *bits)
{
    size_t len = strspn(text, "0123456789");
    if (len == 0 || len > 3 || text[len] != '\0') {
        return false;
    }
    *bits = (unsigned)strtoul(text, NULL, 10);
    return *bits <= most;
}

bool ip_network_parse(const char *text, struct ip_network *network, struct err *err)
{
    char address[INET6_ADDRSTRLEN];
    size_t len = strcspn(text, "/");
    unsigned first, bits = 0;
    if (len < sizeof address) {
        memcpy(address, text, len);
        address[len] = '\0';
        if (ip_network_read_address(address, network->address, &first) &&
            (text[len] == '\0' || ip_network_read_bits(text + len + 1, ALL_BITS - first, &bits))) {
            network->bits = text[len] == '\0' ? ALL_BITS : first + bits;
            return true;
        }
    }
    return err_set(err, "\"%s\" is not a network, as 192.0.2.0/24 or 2001:db8::/32 are", text);
}

bool ip_network_contains(const struct ip_network *network, const char *address)
{
    unsigned char bytes[16];
    unsigned first, whole = network->bits / 8, rest = network->bits % 8;
    if (!ip_network_read_address(address, bytes, &first) || memcmp(bytes, network->address, whole) != 0) {
        return false;
    }
    return rest == 0 || ((bytes[whole] ^ network->address[whole]) >> (8 - rest)) == 0;
}
