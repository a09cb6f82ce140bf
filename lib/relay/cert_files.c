/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/cert_files.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "util/safe_file.h"
#include "util/x509_key.h"

enum { KEEP_SECONDS = 3600, LISTS_SIZE_MAX = 64 << 20 };

static const struct {
    const char *label;
    const char *owner;
} cert_file_names[CERT_FILES] = {
    [CERT_FILE_SERVER] = {"server", "this server's httpd"},
    [CERT_FILE_CLIENT] = {"client", "this server as a client"},
    [CERT_FILE_UPSTREAM] = {"upstream", "the upstream server"},
};

const char *cert_file_label(enum cert_file which)
{
    return cert_file_names[which].label;
}

const char *cert_file_owner(enum cert_file which)
{
    return cert_file_names[which].owner;
}

/* "" when it is not used. */
static const char *cert_file_path(const struct relay_config *config, enum cert_file which)
{
    const char *path = config->general.httpd_certificate_file;
    if (which != CERT_FILE_SERVER) {
        path = which == CERT_FILE_CLIENT ? config->upstream.client_certificate_file
                                         : config->upstream.server_certificate_file;
    }
    bool used = which == CERT_FILE_SERVER || relay_config_uses_upstream(config);
    return used && path != NULL ? path : "";
}

X509 *cert_file_read(const struct relay_config *config, enum cert_file which)
{
    return x509_key_read_file(cert_file_path(config, which));
}

/* Takes over the list. */
static void add_revocation_list(struct cert_revocations *revocations, X509_CRL *list)
{
    struct tm until;
    const ASN1_TIME *next = X509_CRL_get0_nextUpdate(list);
    if (next != NULL && ASN1_TIME_to_tm(next, &until) == 1) {
        int64_t moment = timegm(&until);
        revocations->next_update =
            revocations->next_update == 0 || moment < revocations->next_update ? moment : revocations->next_update;
    }
    int revoked = sk_X509_REVOKED_num(X509_CRL_get_REVOKED(list));
    revocations->count += revoked > 0 ? (uint64_t)revoked : 0;
    if (sk_X509_CRL_push(revocations->lists, list) <= 0) {
        X509_CRL_free(list);
    }
}

bool cert_revocations_read(const struct relay_config *config, struct cert_revocations *revocations)
{
    struct buffer text = {0};
    const char *path = config->general.crl_file;
    *revocations = (struct cert_revocations){0};
    if (path == NULL || path[0] == '\0' || !safe_file_read_followed(path, LISTS_SIZE_MAX, &text, NULL)) {
        return false;
    }
    BIO *bio = BIO_new_mem_buf(text.at, (int)text.len);
    revocations->lists = sk_X509_CRL_new_null();
    for (X509_CRL *list;
         bio != NULL && revocations->lists != NULL && (list = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL)) != NULL;) {
        add_revocation_list(revocations, list);
    }
    bool found = revocations->lists != NULL && sk_X509_CRL_num(revocations->lists) > 0;
    if (!found) {
        cert_revocations_free(revocations);
    }
    BIO_free(bio);
    buffer_free(&text);
    ERR_clear_error();
    return found;
}

void cert_revocations_free(struct cert_revocations *revocations)
{
    sk_X509_CRL_pop_free(revocations->lists, X509_CRL_free);
    *revocations = (struct cert_revocations){0};
}

bool cert_revocations_have(const struct cert_revocations *revocations, X509 *certificate)
{
    for (int i = 0; i < sk_X509_CRL_num(revocations->lists); i++) {
        X509_CRL *list = sk_X509_CRL_value(revocations->lists, i);
        X509_REVOKED *entry;
        if (X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_issuer_name(certificate)) == 0 &&
            X509_CRL_get0_by_cert(list, &entry, certificate) == 1) {
            return true;
        }
    }
    return false;
}

bool cert_files_due(struct cert_files_seen *seen, const struct relay_config *config, bool has_index,
                    int64_t now_seconds)
{
    struct cert_files_seen now = {.checked = now_seconds};
    for (size_t i = 0; i < CERT_FILES; i++) {
        const char *path = cert_file_path(config, (enum cert_file)i);
        if (path[0] != '\0') {
            node_index_source_of(path, &now.sources[i]);
        }
    }
    if (has_index) {
        node_index_source_of(config->general.node_index_file, &now.sources[CERT_FILES]);
    }
    if (config->general.crl_file != NULL && config->general.crl_file[0] != '\0') {
        node_index_source_of(config->general.crl_file, &now.sources[CERT_FILES + 1]);
    }
    bool kept = seen->checked != 0 && now_seconds >= seen->checked && now_seconds - seen->checked < KEEP_SECONDS &&
                memcmp(now.sources, seen->sources, sizeof now.sources) == 0;
    if (!kept) {
        *seen = now;
    }
    return !kept;
}
