/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder/inventory_message.h"

#include <openssl/err.h>

#include "support/signing.h"
#include "support/suite.h"
#include "util/digest.h"

#define HEAD "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n"
#define BASE64 "Content-Transfer-Encoding: base64\r\n\r\n"
#define GZIP "--b\r\nContent-Type: application/gzip\r\n" BASE64
#define TEXT "--b\r\nContent-Type: text/plain\r\n" BASE64
#define END "--b--\r\n"
/* gzip of "an inventory\n" with no time, and base64 of "a=b\n" */
#define PACKED "H4sIAAAAAAAAA0vMU8jMK0vNK8kvquQCAK6juIUNAAAA\r\n"
#define SIGNED "YT1iCg==\r\n"

static struct decompressor *decompressor;
static struct buffer inventory, signature;

static bool split_within(size_t expanded, const char *entity, struct err *err)
{
    const struct decompress_limits limits = {.expanded = expanded};
    decompressor = decompressor != NULL ? decompressor : decompressor_new();
    return inventory_message_split(slice_from_str(entity), decompressor, &limits, &inventory, &signature, err);
}

static bool split_entity(const char *entity, struct err *err)
{
    return split_within(1000, entity, err);
}

static void refuse_entity(const char *entity, const char *reason)
{
    struct err err = {0};
    ck_assert(!split_entity(entity, &err));
    ck_assert_msg(strstr(err.text, reason) != NULL, "'%s' instead of '%s'", err.text, reason);
}

START_TEST(the_two_parts_are_found)
{
    struct err err = {0};
    ck_assert_msg(split_entity(HEAD GZIP PACKED TEXT SIGNED END, &err), "%s", err.text);
    ck_assert_msg(slice_eq_str(buffer_slice(&inventory), "an inventory\n"), "%.*s", (int)inventory.len, inventory.at);
    ck_assert(slice_eq_str(buffer_slice(&signature), "a=b\n"));
    ck_assert(split_entity("Content-Type: multipart/mixed; boundary=b\n\npreamble\n" GZIP PACKED TEXT SIGNED END "more",
                           &err));
}
END_TEST

START_TEST(anything_else_is_refused)
{
    refuse_entity("", "it does not begin with a MIME header: the header has no end");
    refuse_entity("Content-Type: text/plain\r\n\r\n", "its type is not multipart/mixed");
    refuse_entity("Content-Type: multipart/mixed\r\n\r\n", "multipart/mixed: there is no valid boundary");
    refuse_entity(HEAD, "not exactly two parts");
    refuse_entity(HEAD GZIP PACKED END, "not exactly two parts");
    refuse_entity(HEAD GZIP PACKED TEXT SIGNED, "not exactly two parts");
    refuse_entity(HEAD GZIP PACKED TEXT SIGNED TEXT SIGNED END, "not exactly two parts");
    refuse_entity(HEAD TEXT SIGNED GZIP PACKED END, "the part with the signature: its type is not text/plain");
    refuse_entity(HEAD TEXT PACKED TEXT SIGNED END, "the part with the inventory: its type is not application/gzip");
    refuse_entity(HEAD GZIP PACKED "--b\r\nContent-Type: text/plain\r\n\r\n" SIGNED END, "is not base64");
    refuse_entity(HEAD GZIP "H4sI\r\n" TEXT SIGNED END, "the part with the inventory: ");
    refuse_entity(HEAD GZIP "?\r\n" TEXT SIGNED END, "the part with the inventory: it is not base64");
}
END_TEST

START_TEST(the_inventory_is_expanded_within_limits)
{
    struct err err = {0};
    ck_assert(!split_within(5, HEAD GZIP PACKED TEXT SIGNED END, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "5 bytes"));
}
END_TEST

/* ---- the signature file ---- */

static void add_hex(struct buffer *out, const char *key, const unsigned char *bytes, size_t len)
{
    char hex[2 * 1024 + 1];
    digest_hex(hex, bytes, len, false);
    buffer_add_format(out, "%s=%s\n", key, hex);
}

/* As agents make it: with SHA-512, by an RSA key. */
static struct buffer signature_file(EVP_PKEY *key, const char *text)
{
    struct buffer out = {0};
    unsigned char hash[64], made[1024], *der = NULL, base64[2048];
    size_t len = sizeof made;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ck_assert_int_eq(EVP_Digest(text, strlen(text), hash, NULL, EVP_sha512(), NULL), 1);
    ck_assert_int_eq(EVP_DigestSignInit(context, NULL, EVP_sha512(), NULL, key), 1);
    ck_assert_int_eq(EVP_DigestSign(context, made, &len, (const unsigned char *)text, strlen(text)), 1);
    EVP_MD_CTX_free(context);
    int der_len = i2d_PublicKey(key, &der);
    EVP_EncodeBlock(base64, der, der_len);
    OPENSSL_free(der);
    buffer_add_text(&out, "header=rudder-signature-v1\nalgorithm=sha512\n");
    add_hex(&out, "digest", made, len);
    add_hex(&out, "hash_value", hash, sizeof hash);
    buffer_add_format(&out, "short_pubkey=%s\nhostname=h\nkeydate=d\nkeyid=00\n", (const char *)base64);
    return out;
}

static void assert_signed(struct buffer *file, const char *text, const struct identity *by, const char *reason)
{
    struct err err = {0};
    bool good = inventory_message_signed_by(buffer_slice(file), slice_from_str(text),
                                            (struct smime_known){&by->record, 1}, &err);
    ck_assert_msg(good == (reason[0] == '\0') && strstr(err.text, reason) != NULL, "'%s' instead of '%s'", err.text,
                  reason);
    ck_assert_uint_eq(ERR_peek_error(), 0);
}

START_TEST(the_signature_file_is_by_the_nodes_key)
{
    struct identity node = signing_identity(signing_rsa_key(2048), "n1", 1);
    struct identity other = signing_identity(signing_rsa_key(2048), "n1", 1);
    struct identity elliptic = signing_identity(signing_ec_key(), "n1", 1);
    struct buffer file = signature_file(node.key, "an inventory");
    struct buffer empty = {0};
    assert_signed(&file, "an inventory", &node, "");
    assert_signed(&file, "another inventory", &node, "the signature file: the file has another hash");
    assert_signed(&file, "an inventory", &other, "the signature file: it is made with another key than the node's");
    assert_signed(&file, "an inventory", &elliptic, "it is made with another key than the node's");
    assert_signed(&empty, "an inventory", &node, "the signature file: ");
    file.at[strlen("header=rudder-signature-v1\nalgorithm=sha512\ndigest=")] ^= 1;
    assert_signed(&file, "an inventory", &node, "the signature file: ");
    buffer_free(&file);
    signing_identity_free(&node);
    signing_identity_free(&other);
    signing_identity_free(&elliptic);
}
END_TEST

SUITE_MAIN("inventory_message", the_two_parts_are_found, anything_else_is_refused,
           the_inventory_is_expanded_within_limits, the_signature_file_is_by_the_nodes_key)
