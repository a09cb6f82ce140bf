/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cert_record: what the node index keeps of a node's certificate, in a plain form that nobody has to parse.
 *
 * Source: PROTOCOL.md section 3. OpenSSL reads the certificate once, when the index is built; to verify a signature, to
 * pin a peer and to compare a client's key takes a few slices from here. Decoding a certificate for each run log
 * instead would cost twice as much as an RSA-4096 verification.
 *
 * Numbers are the machine's own (see node_index_format.h).
 */
#pragma once

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "relay/node_id.h"
#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"

enum cert_record_kind {
    CERT_RECORD_RSA,   /* key: the modulus; key_rest: the exponent; both as OSSL_PARAM takes a number */
    CERT_RECORD_EC,    /* key: the curve's name in OpenSSL, with its NUL; key_rest: the point */
    CERT_RECORD_OTHER, /* key: SubjectPublicKeyInfo, DER; for OpenSSL to decode */
};

struct cert_record {
    struct slice issuer; /* Name, DER */
    struct slice serial; /* INTEGER, DER */
    struct slice key_id; /* the subject key identifier; empty: it has none */
    struct slice key;
    struct slice key_rest;
    struct slice key_digest; /* as x509_key_digest makes it */
    struct slice der_digest; /* SHA-256 of the whole certificate; only node_index_certificates sets it */
    enum cert_record_kind kind;
    int64_t not_before; /* Unix time; a signature counts whatever the dates are, a TLS connection does not */
    int64_t not_after;
};

/* Decodes a certificate, which the caller frees. NULL when OpenSSL finds none, or something follows it. */
X509 *cert_record_decode(struct slice der);

/* Sets the dates of a record, nothing else. A date that OpenSSL cannot read is as early, or as late, as can be. */
void cert_record_dates(struct cert_record *record, const X509 *certificate);

/* Appends the record of a certificate. False with the reason when this OpenSSL cannot read its key, or when its subject
 * does not have exactly one UID, a node id. node_id gets the (first) UID if it is a node id, even on false; else "".
 * This function and cert_record_decode leave OpenSSL's error queue empty. */
bool cert_record_add(struct buffer *out, X509 *certificate, char node_id[NODE_ID_SIZE], struct err *err);

/* The record in `packed`, which is what cert_record_add appended: it points in there. False when that is not so; what
 * follows it is not looked at. */
bool cert_record_unpack(struct slice packed, struct cert_record *record);
