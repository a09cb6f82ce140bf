/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/cert_node_id.h"

#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <strings.h>

#include "util/slice.h"

static bool is_text_type(int type)
{
    return type == V_ASN1_UTF8STRING || type == V_ASN1_PRINTABLESTRING || type == V_ASN1_IA5STRING ||
           type == V_ASN1_T61STRING;
}

static struct slice asn1_text(const ASN1_STRING *string)
{
    return (struct slice){(const char *)ASN1_STRING_get0_data(string), (size_t)ASN1_STRING_length(string)};
}

static bool take_id(struct slice text, char node_id[NODE_ID_SIZE])
{
    if (!node_id_valid(text.at, text.len)) {
        return false;
    }
    memcpy(node_id, text.at, text.len);
    node_id[text.len] = '\0';
    return true;
}

static bool id_by_uid(X509 *certificate, char node_id[NODE_ID_SIZE], struct err *err)
{
    const X509_NAME *subject = X509_get_subject_name(certificate);
    int at = X509_NAME_get_index_by_NID(subject, NID_userId, -1);
    if (at < 0) {
        return err_set(err, "no UID");
    }
    const ASN1_STRING *uid = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
    if (!is_text_type(ASN1_STRING_type(uid)) || !take_id(asn1_text(uid), node_id)) {
        return err_set(err, "its UID is no node id");
    }
    return X509_NAME_get_index_by_NID(subject, NID_userId, at) < 0 || err_set(err, "more than one UID");
}

/* Is the name <label>.<domain>? Then *label is the first one. */
static bool is_in_domain(struct slice name, const char *domain, struct slice *label)
{
    size_t len = strlen(domain);
    if (name.len < len + 2 || strncasecmp(name.at + name.len - len, domain, len) != 0 ||
        name.at[name.len - len - 1] != '.') {
        return false;
    }
    *label = (struct slice){name.at, name.len - len - 1};
    return memchr(label->at, '.', label->len) == NULL;
}

static bool id_among(const GENERAL_NAMES *names, const char *domain, char node_id[NODE_ID_SIZE], struct err *err)
{
    size_t count = 0;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        struct slice label;
        if (name->type != GEN_DNS || !is_in_domain(asn1_text(name->d.dNSName), domain, &label)) {
            continue;
        }
        if (count++ > 0) {
            return err_set(err, "more than one DNS name in %s", domain);
        }
        if (!take_id(label, node_id)) {
            return err_set(err, "its DNS name in %s does not begin with a node id", domain);
        }
    }
    return count == 1 || err_set(err, "no DNS name in %s", domain);
}

static bool id_by_dns_name(X509 *certificate, const char *domain, char node_id[NODE_ID_SIZE], struct err *err)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    bool found = names != NULL ? id_among(names, domain, node_id, err)
                               : err_set(err, "no DNS name in %s (there is no SAN, or more than one)", domain);
    GENERAL_NAMES_free(names);
    return found;
}

bool cert_node_id(X509 *certificate, const char *domain, char node_id[NODE_ID_SIZE], struct err *err)
{
    node_id[0] = '\0';
    return domain[0] == '\0' ? id_by_uid(certificate, node_id, err) : id_by_dns_name(certificate, domain, node_id, err);
}
