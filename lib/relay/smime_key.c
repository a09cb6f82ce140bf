/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/smime_key.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static EVP_PKEY_CTX *new_maker(const char *type)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (context != NULL && EVP_PKEY_fromdata_init(context) != 1) {
        EVP_PKEY_CTX_free(context);
        context = NULL;
    }
    return context;
}

bool smime_key_open(struct smime_key_maker *maker, struct err *err)
{
    *maker = (struct smime_key_maker){.rsa = new_maker("RSA"), .ec = new_maker("EC")};
    return (maker->rsa != NULL && maker->ec != NULL) ||
           err_set(err, "OpenSSL does not offer RSA and EC: its installation or configuration is broken");
}

void smime_key_close(struct smime_key_maker *maker)
{
    EVP_PKEY_CTX_free(maker->rsa);
    EVP_PKEY_CTX_free(maker->ec);
    EVP_PKEY_free(maker->curve);
    *maker = (struct smime_key_maker){0};
}

/* OpenSSL only reads what a parameter points to. */
static OSSL_PARAM number_param(const char *name, struct slice number)
{
    return OSSL_PARAM_construct_BN(name, (unsigned char *)(uintptr_t)number.at, number.len);
}

static EVP_PKEY *make_rsa(EVP_PKEY_CTX *context, const struct cert_record *certificate)
{
    OSSL_PARAM params[] = {number_param(OSSL_PKEY_PARAM_RSA_N, certificate->key),
                           number_param(OSSL_PKEY_PARAM_RSA_E, certificate->key_rest), OSSL_PARAM_construct_end()};
    EVP_PKEY *key = NULL;
    (void)EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params); /* key stays NULL if it fails */
    return key;
}

/* Finds the curve and keeps it for the next key: nodes share one or two curves, and setting one up costs more than all
 * the rest. */
static EVP_PKEY *find_curve(struct smime_key_maker *maker, const char *name)
{
    if (maker->curve == NULL || strcmp(maker->curve_name, name) != 0) {
        OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)(uintptr_t)name, 0),
                               OSSL_PARAM_construct_end()};
        EVP_PKEY_free(maker->curve);
        maker->curve = NULL;
        (void)EVP_PKEY_fromdata(maker->ec, &maker->curve, EVP_PKEY_KEY_PARAMETERS, params);
        snprintf(maker->curve_name, sizeof maker->curve_name, "%s", name);
    }
    return maker->curve;
}

static EVP_PKEY *make_ec(struct smime_key_maker *maker, const struct cert_record *certificate)
{
    EVP_PKEY *curve = find_curve(maker, certificate->key.at);
    EVP_PKEY *key = curve != NULL ? EVP_PKEY_dup(curve) : NULL;
    const unsigned char *point = (const unsigned char *)certificate->key_rest.at;
    if (key != NULL && EVP_PKEY_set1_encoded_public_key(key, point, certificate->key_rest.len) != 1) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    return key;
}

EVP_PKEY *smime_key_make(struct smime_key_maker *maker, const struct cert_record *certificate)
{
    const unsigned char *der = (const unsigned char *)certificate->key.at;
    switch (certificate->kind) {
    case CERT_RECORD_RSA:
        return make_rsa(maker->rsa, certificate);
    case CERT_RECORD_EC:
        return make_ec(maker, certificate);
    case CERT_RECORD_OTHER:
        return d2i_PUBKEY(NULL, &der, (long)certificate->key.len);
    }
    return NULL;
}
