/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fuzz_inventory: what a node signs as its inventory (inventory_message.h, inventory_xml.h, shared_file_meta.h), before
 * it is known that the node has signed it.
 *
 * The input is the signed entity. One that begins with '<' is an inventory alone, since a fuzzer does not get through
 * base64 and gzip.
 */
#include <openssl/err.h>
#include <stdint.h>

#include "forwarder/inventory_message.h"
#include "forwarder/inventory_xml.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { EXPANDED_MAX = 1 << 16 };

static void fuzz_inventory_read(struct slice text)
{
    struct inventory_xml inventory = {0};
    struct err err = {0};
    if (inventory_xml_read(&inventory, text, &err)) {
        fuzz_require(node_id_valid(inventory.node_id, strlen(inventory.node_id)));
        fuzz_require(inventory.certificate.len <= INVENTORY_XML_CERTIFICATE);
        fuzz_require(!inventory.different_certificates || inventory.certificate.len > 0);
    } else {
        fuzz_require(err.text[0] != '\0');
    }
    buffer_free(&inventory.certificate);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct decompress_limits limits = {.expanded = EXPANDED_MAX};
    static struct decompressor *decompressor;
    struct slice input = {(const char *)data, size};
    struct buffer inventory = {0}, signature = {0};
    struct err err = {0};
    if (decompressor == NULL) {
        decompressor = decompressor_new();
    }
    if (slice_starts_with(input, "<")) {
        fuzz_inventory_read(input);
    } else if (inventory_message_split(input, decompressor, &limits, &inventory, &signature, &err)) {
        fuzz_require(inventory.len <= EXPANDED_MAX);
        fuzz_inventory_read(buffer_slice(&inventory));
        fuzz_require(!inventory_message_signed_by(buffer_slice(&signature), buffer_slice(&inventory),
                                                  (struct smime_known){NULL, 0}, &err));
    } else {
        fuzz_require(err.text[0] != '\0');
    }
    fuzz_require(ERR_peek_error() == 0);
    buffer_free(&inventory);
    buffer_free(&signature);
    return 0;
}
