/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The input is tried as a PEM file and as one DER certificate. OpenSSL is the second reader: where it takes a
 * certificate, too, it must see the same UID, or a certificate could speak for one node here and for another there.
 */
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "relay/node_certs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_same_uid(struct slice der, const char *node_id)
{
    const unsigned char *at = (const unsigned char *)der.at;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.len);
    if (certificate != NULL) {
        X509_NAME *subject = X509_get_subject_name(certificate);
        int place = X509_NAME_get_index_by_NID(subject, NID_userId, -1);
        fuzz_require(place >= 0 && X509_NAME_get_index_by_NID(subject, NID_userId, place) < 0);
        const ASN1_STRING *uid = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, place));
        struct slice text = {(const char *)ASN1_STRING_get0_data(uid), (size_t)ASN1_STRING_length(uid)};
        fuzz_require(slice_eq_str(text, node_id));
    }
    X509_free(certificate);
    ERR_clear_error();
}

static bool visit(void *context, const char *node_id, struct slice der, size_t line, struct err *err)
{
    size_t *last = context;
    (void)err;
    fuzz_require(line > *last);
    *last = line;
    if (node_id != NULL) {
        fuzz_require(node_id_valid(node_id, strlen(node_id)) && der.len > 0);
        require_same_uid(der, node_id);
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice input = {(const char *)data, size};
    struct err err = {""};
    size_t last = 0;
    char node_id[NODE_ID_SIZE];
    fuzz_require(node_certs_walk(input, visit, &last, &err) || err.text[0] != '\0');
    if (node_certs_uid(input, node_id)) {
        require_same_uid(input, node_id);
    }
    return 0;
}
