/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The input is a PEM file, and one DER certificate. OpenSSL is the second reader of the file: no certificate that it
 * reads may be passed over in silence.
 */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdint.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "relay/cert_record.h"
#include "relay/node_certs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PEM_LINE_MAX = 254 }; /* OpenSSL takes what is behind so many bytes for a line of its own */

static void try_record(struct slice der)
{
    struct buffer packed = {0};
    struct cert_record record;
    struct err err = {""};
    char node_id[NODE_ID_SIZE];
    X509 *certificate = cert_record_decode(der);
    if (certificate != NULL) {
        bool added = cert_record_add(&packed, certificate, node_id, &err);
        fuzz_require(added ? cert_record_unpack(buffer_slice(&packed), &record) : err.text[0] != '\0');
        fuzz_require(node_id[0] == '\0' ? !added : node_id_valid(node_id, strlen(node_id)));
    }
    fuzz_require(ERR_peek_error() == 0);
    X509_free(certificate);
    buffer_free(&packed);
}

static bool visit(void *context, const struct node_certs_block *block, struct err *err)
{
    size_t *told = context;
    (void)err;
    fuzz_require((block->fault != NULL) == (block->der.len == 0) && block->line > 0);
    try_record(block->der);
    ++*told;
    return true;
}

static size_t count_with_openssl(struct slice pem)
{
    size_t count = 0;
    BIO *bio = BIO_new_mem_buf(pem.at, (int)pem.len);
    X509 *certificate;
    while ((certificate = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL)) != NULL ||
           ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
        count += certificate != NULL;
        X509_free(certificate);
        ERR_clear_error();
    }
    ERR_clear_error();
    BIO_free(bio);
    return count;
}

static bool has_long_pem_line(struct slice pem)
{
    size_t line = 0;
    for (size_t i = 0; i < pem.len && line < PEM_LINE_MAX; i++) {
        line = pem.at[i] == '\n' ? 0 : line + 1;
    }
    return line >= PEM_LINE_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice input = {(const char *)data, size};
    struct err err = {""};
    size_t told = 0;
    bool whole = node_certs_walk(input, visit, &told, &err);
    fuzz_require(whole || err.text[0] != '\0');
    fuzz_require(!whole || has_long_pem_line(input) || count_with_openssl(input) <= told);
    try_record(input);
    return 0;
}
