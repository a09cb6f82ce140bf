/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory_check.h"

#include <string.h>

#include "inventory_message.h"
#include "relay/smime_multipart.h"
#include "util/x509_key.h"

bool inventory_check_read(struct spool_tools *tools, struct spool_file *file, const struct decompress_limits *limits,
                          struct err *reason)
{
    struct smime_multipart parts;
    if (!smime_multipart_split(buffer_slice(&tools->message), &parts, reason) ||
        !inventory_message_split(parts.signed_part, tools->decompressor, limits, &file->content, &file->signature,
                                 reason) ||
        !inventory_xml_read(&tools->inventory, buffer_slice(&file->content), reason)) {
        return false;
    }
    memcpy(file->info.node_id, tools->inventory.node_id, sizeof file->info.node_id);
    return true;
}

/* Makes the record of a certificate in tools->brought. */
static bool record_brought(struct spool_tools *tools, X509 *certificate, const char *node_id, struct err *reason)
{
    char said[NODE_ID_SIZE] = "";
    buffer_clear(&tools->brought);
    if (certificate == NULL) {
        return err_set(reason, "there is none in PEM");
    }
    if (!cert_record_add(&tools->brought, certificate, said, reason)) {
        return false;
    }
    if (strcmp(said, node_id) != 0) {
        return err_set(reason, "it is that of another node (%s)", said);
    }
    return cert_record_unpack(buffer_slice(&tools->brought), &tools->certificates[0]) ||
           err_set(reason, "it cannot be used");
}

bool inventory_check_brought(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    struct inventory_xml *inventory = &tools->inventory;
    tools->certificate_count = 0;
    if (inventory->certificate.len == 0 || inventory->different_certificates) {
        return err_set(reason, "unknown node %s, and its inventory brings %s (AGENT_CERT)", file->info.node_id,
                       inventory->certificate.len == 0 ? "no certificate" : "several certificates");
    }
    X509 *certificate = x509_key_read(buffer_slice(&inventory->certificate));
    bool good = record_brought(tools, certificate, file->info.node_id, reason);
    X509_free(certificate);
    tools->certificate_count = good ? 1 : 0;
    file->first = good;
    return good || err_prefix(reason, "the certificate that the inventory brings (AGENT_CERT)");
}

bool inventory_check_verify(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    const struct smime_known known = {tools->certificates, tools->certificate_count};
    struct slice entity;
    if (!smime_verify_entity(tools->verifier, buffer_slice(&tools->message), known, &tools->canonical, &entity,
                             reason)) {
        return false;
    }
    file->verified = inventory_message_signed_by(buffer_slice(&file->signature), buffer_slice(&file->content), known,
                                                 reason);
    return file->verified;
}
