/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cert_files: the certificates in files that relay.conf names: that of httpd, that of this relay as a client, that of
 * the upstream; and the list of revoked certificates that httpd uses.
 *
 * Only dates and serial numbers are read, to warn an administrator in time. A file that cannot be read counts as
 * missing: the program that uses it complains.
 */
#pragma once

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "relay/cert_dates.h"
#include "relay/node_index_format.h"
#include "relay/relay_config.h"

enum cert_file { CERT_FILE_SERVER, CERT_FILE_CLIENT, CERT_FILE_UPSTREAM, CERT_FILES };

/* How it is called in a metric: "server"; in a sentence: "this server's httpd". */
const char *cert_file_label(enum cert_file which);
const char *cert_file_owner(enum cert_file which);

/* The first certificate of the file, which the caller frees. NULL: it is not used, or cannot be read. */
X509 *cert_file_read(const struct relay_config *config, enum cert_file which);

/* general.crl_file: PEM, the lists of one or several authorities. */
struct cert_revocations {
    STACK_OF(X509_CRL) * lists;
    uint64_t count;      /* of revoked certificates in all lists together */
    int64_t next_update; /* Unix time, the earliest of the lists: then httpd refuses all clients of its authority */
};

/* False: there is no such file, or no list in it. cert_revocations_free ends it, and takes all zero bytes. */
bool cert_revocations_read(const struct relay_config *config, struct cert_revocations *revocations);
void cert_revocations_free(struct cert_revocations *revocations);
bool cert_revocations_have(const struct cert_revocations *revocations, X509 *certificate);

/* Reading all certificates of the index takes some 0.4 s with 50,000 nodes, so the result is kept for an hour, or
 * until a file has changed. Begins all zero. */
struct cert_files_seen {
    int64_t checked; /* seconds since 1970; 0: never */
    struct node_index_source sources[CERT_FILES + 2];
};

/* Is it time to look anew? Then *seen is as of now. */
bool cert_files_due(struct cert_files_seen *seen, const struct relay_config *config, bool has_index,
                    int64_t now_seconds);
