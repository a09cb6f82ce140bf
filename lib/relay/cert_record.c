/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/cert_record.h"

#include <limits.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#include "relay/cert_node_id.h"
#include "util/x509_key.h"

enum { RECORD_SLICES = 6, CURVE_NAME_MAX = 64 };

/* The start of a record. The bytes of the slices follow in their order. */
struct record_head {
    int64_t not_before;
    int64_t not_after;
    uint32_t kind;
    uint32_t lens[RECORD_SLICES];
};

static void slices_of(struct cert_record *record, struct slice *slices[RECORD_SLICES])
{
    struct slice *const all[] = {&record->issuer, &record->serial,   &record->key_id,
                                 &record->key,    &record->key_rest, &record->key_digest};
    memcpy(slices, all, sizeof all);
}

bool cert_record_unpack(struct slice packed, struct cert_record *record)
{
    struct record_head head;
    struct slice *slices[RECORD_SLICES];
    if (packed.len < sizeof head) {
        return false;
    }
    memcpy(&head, packed.at, sizeof head);
    slices_of(record, slices);
    size_t at = sizeof head;
    for (size_t i = 0; i < RECORD_SLICES; i++) {
        if (head.lens[i] > packed.len - at) {
            return false;
        }
        *slices[i] = (struct slice){packed.at + at, head.lens[i]};
        at += head.lens[i];
    }
    record->kind = (enum cert_record_kind)head.kind;
    record->not_before = head.not_before;
    record->not_after = head.not_after;
    return true;
}

/* ---- writing ---- */

/* A record that is being written: each slice is appended to `out` after the head, and its length is noted. */
struct record_writer {
    struct buffer *out;
    struct record_head head;
    size_t count;
};

static void write_slice(struct record_writer *writer, const void *bytes, size_t len)
{
    buffer_add(writer->out, bytes, len);
    writer->head.lens[writer->count++] = (uint32_t)len;
}

/* Takes DER that OpenSSL allocated. False when OpenSSL could not make it. */
static bool write_encoded(struct record_writer *writer, unsigned char *der, int len)
{
    bool encoded = len > 0;
    if (encoded) {
        write_slice(writer, der, (size_t)len);
    }
    OPENSSL_free(der);
    return encoded;
}

static bool write_names(struct record_writer *writer, X509 *certificate)
{
    unsigned char *issuer = NULL;
    unsigned char *serial = NULL;
    int issuer_len = i2d_X509_NAME(X509_get_issuer_name(certificate), &issuer);
    int serial_len = i2d_ASN1_INTEGER(X509_get0_serialNumber(certificate), &serial);
    bool written = write_encoded(writer, issuer, issuer_len);
    written = write_encoded(writer, serial, serial_len) && written;
    const ASN1_OCTET_STRING *key_id = X509_get0_subject_key_id(certificate);
    write_slice(writer, key_id != NULL ? ASN1_STRING_get0_data(key_id) : NULL,
                key_id != NULL ? (size_t)ASN1_STRING_length(key_id) : 0);
    return written;
}

static bool write_number(struct record_writer *writer, const EVP_PKEY *key, const char *name)
{
    BIGNUM *number = NULL;
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1) {
        return false;
    }
    int len = BN_num_bytes(number);
    bool written = BN_bn2nativepad(number, (unsigned char *)buffer_reserve(writer->out, (size_t)len), len) == len;
    BN_free(number);
    writer->out->len += (size_t)len;
    writer->head.lens[writer->count++] = (uint32_t)len;
    return written;
}

static bool write_point(struct record_writer *writer, EVP_PKEY *key, const char *curve)
{
    unsigned char *point = NULL;
    size_t len = EVP_PKEY_get1_encoded_public_key(key, &point);
    write_slice(writer, curve, strlen(curve) + 1);
    return write_encoded(writer, point, (int)len);
}

static bool write_any_key(struct record_writer *writer, X509 *certificate)
{
    unsigned char *der = NULL;
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    bool written = write_encoded(writer, der, len);
    write_slice(writer, NULL, 0);
    return written;
}

static bool write_key(struct record_writer *writer, X509 *certificate, EVP_PKEY *key)
{
    char curve[CURVE_NAME_MAX];
    if (EVP_PKEY_is_a(key, "RSA")) {
        writer->head.kind = CERT_RECORD_RSA;
        return write_number(writer, key, OSSL_PKEY_PARAM_RSA_N) && write_number(writer, key, OSSL_PKEY_PARAM_RSA_E);
    }
    if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, curve, sizeof curve, NULL) == 1) {
        writer->head.kind = CERT_RECORD_EC;
        return write_point(writer, key, curve);
    }
    writer->head.kind = CERT_RECORD_OTHER;
    return write_any_key(writer, certificate);
}

/* The date in Unix time, or `otherwise` when it cannot be read: the dates decide nothing about a signature. */
static int64_t read_time(const ASN1_TIME *time, int64_t otherwise)
{
    struct tm parts;
    return ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) : otherwise;
}

void cert_record_dates(struct cert_record *record, const X509 *certificate)
{
    record->not_before = read_time(X509_get0_notBefore(certificate), INT64_MIN);
    record->not_after = read_time(X509_get0_notAfter(certificate), INT64_MAX);
}

static bool write_record(struct buffer *out, X509 *certificate, EVP_PKEY *key)
{
    unsigned char digest[X509_KEY_DIGEST_SIZE];
    struct record_writer writer = {.out = out};
    size_t start = out->len;
    writer.head.not_before = read_time(X509_get0_notBefore(certificate), INT64_MIN);
    writer.head.not_after = read_time(X509_get0_notAfter(certificate), INT64_MAX);
    buffer_add(out, &writer.head, sizeof writer.head);
    if (!write_names(&writer, certificate) || !write_key(&writer, certificate, key) ||
        !x509_key_digest(certificate, digest)) {
        out->len = start;
        return false;
    }
    write_slice(&writer, digest, sizeof digest);
    memcpy(out->at + start, &writer.head, sizeof writer.head);
    return true;
}

/* ---- reading a certificate ---- */

/* Decodes a certificate, or a `TRUSTED CERTIFICATE`, which has OpenSSL's own trust settings after it. */
X509 *cert_record_decode(struct slice der)
{
    const unsigned char *at = (const unsigned char *)der.at;
    X509 *certificate = der.len <= LONG_MAX ? d2i_X509_AUX(NULL, &at, (long)der.len) : NULL;
    if (certificate != NULL && at != (const unsigned char *)der.at + der.len) {
        X509_free(certificate);
        certificate = NULL;
    }
    ERR_clear_error();
    return certificate;
}

bool cert_record_add(struct buffer *out, X509 *certificate, char node_id[NODE_ID_SIZE], struct err *err)
{
    EVP_PKEY *key = X509_get0_pubkey(certificate);
    bool added = cert_node_id(certificate, "", node_id, err) &&
                 ((key != NULL && write_record(out, certificate, key)) || err_set(err, "its key cannot be read"));
    ERR_clear_error();
    return added;
}
