/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/client_certificate.h"

#include <openssl/evp.h>
#include <string.h>

#include "relay/cert_client.h"
#include "relay/node_index.h"
#include "util/x509_key.h"

enum { BASE64_SIZE = 48 }; /* of a digest, with the NUL */

/* httpd sets the other variables even for a certificate that did not verify, so only this one counts. */
bool client_certificate_shown(const struct request *request)
{
    const char *verify = request_env(request, "SSL_CLIENT_VERIFY");
    return verify != NULL && strcmp(verify, "SUCCESS") == 0;
}

bool client_certificate_by_ca(const struct request *request)
{
    return request->config != NULL && request->config->general.client_certificates == RELAY_CLIENTS_CA;
}

static bool certificate_handed_on(const struct request *request, struct slice *certificate, struct err *err)
{
    const char *text = request_env(request, "SSL_CLIENT_CERT");
    *certificate = slice_from_str(text != NULL ? text : "");
    return text != NULL || err_set(err, "httpd does not hand on the client certificate (SSLOptions +ExportCertData)");
}

static bool node_is_listed(const struct request *request, const char *id, struct err *err)
{
    return node_index_find(request->index, id, NULL) ||
           err_set(err, "the node of the client certificate is not known to this relay");
}

static bool pinned_id(const struct request *request, const char **node_id, struct err *err)
{
    const char *uid = request_env(request, "SSL_CLIENT_S_DN_UID");
    struct slice certificate;
    if (uid == NULL || uid[0] == '\0') {
        return err_set(err, "the client certificate names no node (UID)");
    }
    if (request_env(request, "SSL_CLIENT_S_DN_UID_1") != NULL) {
        return err_set(err, "the client certificate names more than one node (UID)");
    }
    *node_id = uid;
    return node_is_listed(request, uid, err) && certificate_handed_on(request, &certificate, err) &&
           (node_index_has_key(request->index, uid, certificate) ||
            err_set(err, "the key of the client certificate is none of that node's"));
}

/* Puts the id of a certificate that httpd has verified into request->client_id. */
static bool read_signed_id(struct request *request, struct err *err)
{
    struct slice text;
    request->client_id[0] = '\0';
    if (!certificate_handed_on(request, &text, err)) {
        return false;
    }
    X509 *certificate = x509_key_read(text);
    bool read = certificate != NULL ? cert_client_id(request->config, certificate, request->client_id, err)
                                    : err_set(err, "the client certificate cannot be read");
    X509_free(certificate);
    return read;
}

static bool signed_id(struct request *request, const char **node_id, struct err *err)
{
    *node_id = request->client_id;
    return read_signed_id(request, err) && node_is_listed(request, request->client_id, err);
}

enum client_certificate client_certificate(struct request *request, const char **node_id, struct err *err)
{
    const char *id = NULL;
    if (!client_certificate_shown(request)) {
        return CLIENT_CERTIFICATE_NONE;
    }
    if (!(client_certificate_by_ca(request) ? signed_id(request, &id, err) : pinned_id(request, &id, err))) {
        return CLIENT_CERTIFICATE_REFUSED;
    }
    *node_id = id;
    return CLIENT_CERTIFICATE_OF_NODE;
}

static bool has_signed_id(struct request *request)
{
    return client_certificate_by_ca(request) && client_certificate_shown(request) && read_signed_id(request, NULL);
}

bool client_certificate_is_new_node(struct request *request)
{
    return has_signed_id(request) && !node_index_find(request->index, request->client_id, NULL);
}

bool client_certificate_is_upstream(struct request *request)
{
    return has_signed_id(request) && strcmp(request->client_id, request->config->upstream.node_id) == 0;
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
