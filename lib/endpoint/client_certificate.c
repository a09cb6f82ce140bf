/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/client_certificate.h"

#include <openssl/evp.h>
#include <string.h>

#include "relay/node_index.h"
#include "util/x509_key.h"

enum { BASE64_SIZE = 48 }; /* of a digest, with the NUL */

/* httpd sets the other variables even for a certificate that did not verify, so only this one counts. */
bool client_certificate_shown(const struct request *request)
{
    const char *verify = request_env(request, "SSL_CLIENT_VERIFY");
    return verify != NULL && strcmp(verify, "SUCCESS") == 0;
}

enum client_certificate client_certificate(const struct request *request, const char **node_id, struct err *err)
{
    if (!client_certificate_shown(request)) {
        return CLIENT_CERTIFICATE_NONE;
    }
    const char *uid = request_env(request, "SSL_CLIENT_S_DN_UID");
    const char *certificate = request_env(request, "SSL_CLIENT_CERT");
    if (uid == NULL || uid[0] == '\0') {
        err_set(err, "the client certificate names no node (UID)");
    } else if (request_env(request, "SSL_CLIENT_S_DN_UID_1") != NULL) {
        err_set(err, "the client certificate names more than one node (UID)");
    } else if (!node_index_find(request->index, uid, NULL)) {
        err_set(err, "the node of the client certificate is not known to this relay");
    } else if (certificate == NULL) {
        err_set(err, "httpd does not hand on the client certificate (SSLOptions +ExportCertData)");
    } else if (!node_index_has_key(request->index, uid, slice_from_str(certificate))) {
        err_set(err, "the key of the client certificate is none of that node's");
    } else {
        *node_id = uid;
        return CLIENT_CERTIFICATE_OF_NODE;
    }
    return CLIENT_CERTIFICATE_REFUSED;
}

bool client_certificate_is_pinned(const struct request *request, struct slice pins)
{
    const char *certificate = request_env(request, "SSL_CLIENT_CERT");
    unsigned char digest[X509_KEY_DIGEST_SIZE];
    unsigned char pin[BASE64_SIZE];
    X509 *shown = certificate != NULL ? x509_key_read(slice_from_str(certificate)) : NULL;
    bool pinned = false;
    if (shown != NULL && x509_key_digest(shown, digest)) {
        int len = EVP_EncodeBlock(pin, digest, sizeof digest);
        pinned = pins.len > 0 && memmem(pins.at, pins.len, pin, (size_t)len) != NULL;
    }
    X509_free(shown);
    return pinned;
}
