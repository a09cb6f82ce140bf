/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/digest.h"

#include <stdlib.h>

#include "util/ascii.h"
#include "util/log.h"

#define LOG_COMPONENT "digest"

static const struct {
    const char *name;
    size_t size;
    const EVP_MD *(*md)(void);
} algorithms[] = {[DIGEST_SHA256] = {"sha256", 32, EVP_sha256}, [DIGEST_SHA512] = {"sha512", 64, EVP_sha512}};

bool digest_algorithm_parse(struct slice name, enum digest_algorithm *algorithm)
{
    for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
        if (slice_eq_str(name, algorithms[i].name)) {
            *algorithm = (enum digest_algorithm)i;
            return true;
        }
    }
    return false;
}

const char *digest_algorithm_name(enum digest_algorithm algorithm)
{
    return algorithms[algorithm].name;
}

size_t digest_algorithm_size(enum digest_algorithm algorithm)
{
    return algorithms[algorithm].size;
}

const EVP_MD *digest_algorithm_md(enum digest_algorithm algorithm)
{
    return algorithms[algorithm].md();
}

void digest_hex(char *out, const unsigned char *bytes, size_t len, bool upper_case)
{
    const char *digits = upper_case ? "0123456789ABCDEF" : "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 0x0f];
    }
    out[2 * len] = '\0';
}

bool digest_unhex(unsigned char *out, size_t len, const char *hex, size_t hex_len)
{
    if (hex_len % 2 != 0 || hex_len / 2 != len) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        int high = ascii_hex_value(hex[2 * i]);
        int low = ascii_hex_value(hex[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

void digest_sha256(unsigned char out[32], const void *bytes, size_t len)
{
    if (EVP_Digest(bytes, len, out, NULL, EVP_sha256(), NULL) != 1) {
        /* Out of memory, or a crypto policy without SHA-256: then this program cannot do anything. */
        log_error("OpenSSL gives no SHA-256");
        abort();
    }
}
