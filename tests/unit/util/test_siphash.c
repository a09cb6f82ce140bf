/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <endian.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

#include "support/suite.h"
#include "util/siphash.h"

enum { LONGEST = 200 };

static const unsigned char key_bytes[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static struct siphash_key known_key(void)
{
    struct siphash_key key;
    memcpy(&key, key_bytes, sizeof key);
    return key;
}

/* OpenSSL's SipHash, which takes the numbers of rounds. */
static uint64_t hash_by_openssl(EVP_MAC_CTX *context, const unsigned char *bytes, size_t len)
{
    size_t size = sizeof(uint64_t);
    unsigned rounds = 1;
    unsigned final_rounds = 3;
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
                                 OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_C_ROUNDS, &rounds),
                                 OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_D_ROUNDS, &final_rounds),
                                 OSSL_PARAM_construct_end()};
    uint64_t hash;
    ck_assert_int_eq(EVP_MAC_init(context, key_bytes, sizeof key_bytes, params), 1);
    ck_assert_int_eq(EVP_MAC_update(context, bytes, len), 1);
    ck_assert_int_eq(EVP_MAC_final(context, (unsigned char *)&hash, &size, sizeof hash), 1);
    return le64toh(hash);
}

START_TEST(it_is_siphash_1_3)
{
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
    ck_assert_ptr_nonnull(mac);
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
    struct siphash_key key = known_key();
    unsigned char bytes[LONGEST + 1];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)(i * 7);
    }
    for (size_t len = 0; len <= LONGEST; len++) {
        ck_assert_uint_eq(siphash(&key, bytes + 1, len), hash_by_openssl(context, bytes + 1, len));
    }
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
}
END_TEST

START_TEST(keys_are_new_ones)
{
    struct siphash_key one = siphash_key_new();
    struct siphash_key other = siphash_key_new();
    ck_assert_uint_ne(siphash(&one, "name", 4), siphash(&other, "name", 4));
}
END_TEST

SUITE_MAIN("siphash", it_is_siphash_1_3, keys_are_new_ones)
