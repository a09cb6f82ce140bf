/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/smime_decrypt.h"

#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>

#include "util/base64.h"
#include "util/mime_header.h"

/* How many elements an encoding may have: some for what stands around the content, and those that the content is cut
 * into where its sender streamed it. */
enum { ELEMENTS_FREE = 1024, BYTES_PER_ELEMENT = 256 };

static bool is_opaque(const struct mime_header *header)
{
    return mime_header_is(header->content_type, "application/pkcs7-mime") ||
           mime_header_is(header->content_type, "application/x-pkcs7-mime");
}

bool smime_decrypt_wanted(struct slice message)
{
    struct mime_header header;
    return mime_header_read(&message, &header, NULL) && is_opaque(&header);
}

static bool elements_are_few(struct slice ber)
{
    const unsigned char *at = (const unsigned char *)ber.at;
    const unsigned char *end = at + ber.len;
    for (size_t left = ELEMENTS_FREE + ber.len / BYTES_PER_ELEMENT; at < end; left--) {
        long len;
        int tag;
        int class;
        int kind = ASN1_get_object(&at, &len, &tag, &class, end - at);
        if ((kind & 0x80) != 0 || left == 0) {
            return false;
        }
        at += (kind & V_ASN1_CONSTRUCTED) != 0 ? 0 : len;
    }
    return true;
}

/* The algorithm that wraps the content's key is the parameter of the key agreement's (RFC 5753 section 7.1.4). */
static bool wraps_with_aes(CMS_RecipientInfo *recipient)
{
    X509_ALGOR *agreement = NULL;
    int type;
    const void *parameter;
    CMS_RecipientInfo_kari_get0_alg(recipient, &agreement, NULL);
    X509_ALGOR_get0(NULL, &type, &parameter, agreement);
    if (type != V_ASN1_SEQUENCE) {
        return false;
    }
    const ASN1_STRING *encoding = parameter;
    const unsigned char *at = ASN1_STRING_get0_data(encoding);
    X509_ALGOR *wrap = d2i_X509_ALGOR(NULL, &at, ASN1_STRING_length(encoding));
    int wrap_type = wrap != NULL ? OBJ_obj2nid(wrap->algorithm) : NID_undef;
    X509_ALGOR_free(wrap);
    return wrap_type == NID_id_aes128_wrap || wrap_type == NID_id_aes192_wrap || wrap_type == NID_id_aes256_wrap;
}

/* When AES key wrap with padding (RFC 5649) fails, OpenSSL 3.0 writes eight bytes beyond what it has allocated. So all
 * but plain AES key wrap (RFC 3394) is refused, which is what OpenSSL itself encrypts with. */
static bool all_wrap_with_aes(CMS_ContentInfo *cms)
{
    STACK_OF(CMS_RecipientInfo) *recipients = CMS_get0_RecipientInfos(cms);
    for (int i = 0; i < sk_CMS_RecipientInfo_num(recipients); i++) {
        CMS_RecipientInfo *recipient = sk_CMS_RecipientInfo_value(recipients, i);
        if (CMS_RecipientInfo_type(recipient) == CMS_RECIPINFO_AGREE && !wraps_with_aes(recipient)) {
            return false;
        }
    }
    return true;
}

static CMS_ContentInfo *decode_envelope(struct slice ber, struct err *err)
{
    const unsigned char *at = (const unsigned char *)ber.at;
    if (ber.len > LONG_MAX || !elements_are_few(ber)) {
        err_set(err, "the encrypted message is cut, malformed or made of too many parts");
        return NULL;
    }
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)ber.len);
    if (cms == NULL) {
        err_set(err, "the encrypted message is malformed");
        return NULL;
    }
    int type = OBJ_obj2nid(CMS_get0_type(cms));
    if (type != NID_pkcs7_enveloped && type != NID_id_smime_ct_authEnvelopedData) {
        err_set(err, "the message is opaque (application/pkcs7-mime), neither encrypted nor clear-signed");
    } else if (sk_CMS_RecipientInfo_num(CMS_get0_RecipientInfos(cms)) > SMIME_MAX_RECIPIENTS) {
        err_set(err, "the message is encrypted to more than %d recipients", SMIME_MAX_RECIPIENTS);
    } else if (!all_wrap_with_aes(cms)) {
        err_set(err, "the key of the encrypted message is not wrapped with AES key wrap");
    } else {
        return cms;
    }
    CMS_ContentInfo_free(cms);
    return NULL;
}

static CMS_ContentInfo *read_envelope(const struct mime_header *header, struct slice body, struct err *err)
{
    struct buffer ber = {0};
    CMS_ContentInfo *cms = NULL;
    if (!mime_header_is(header->transfer_encoding, "base64") || !base64_decode(&ber, body)) {
        err_set(err, "the encrypted message is not in base64");
    } else {
        cms = decode_envelope(buffer_slice(&ber), err);
    }
    buffer_free(&ber);
    return cms;
}

static bool agreement_names(CMS_RecipientInfo *recipient, X509 *certificate)
{
    STACK_OF(CMS_RecipientEncryptedKey) *keys = CMS_RecipientInfo_kari_get0_reks(recipient);
    for (int i = 0; i < sk_CMS_RecipientEncryptedKey_num(keys); i++) {
        if (CMS_RecipientEncryptedKey_cert_cmp(sk_CMS_RecipientEncryptedKey_value(keys, i), certificate) == 0) {
            return true;
        }
    }
    return false;
}

static bool names_recipient(CMS_ContentInfo *cms, X509 *certificate)
{
    STACK_OF(CMS_RecipientInfo) *recipients = CMS_get0_RecipientInfos(cms);
    for (int i = 0; i < sk_CMS_RecipientInfo_num(recipients); i++) {
        CMS_RecipientInfo *recipient = sk_CMS_RecipientInfo_value(recipients, i);
        int type = CMS_RecipientInfo_type(recipient);
        if ((type == CMS_RECIPINFO_TRANS && CMS_RecipientInfo_ktri_cert_cmp(recipient, certificate) == 0) ||
            (type == CMS_RECIPINFO_AGREE && agreement_names(recipient, certificate))) {
            return true;
        }
    }
    return false;
}

/* Which step failed is not told: with RSA PKCS #1 v1.5 the answer would help whoever wants to learn the key of a
 * message that he caught (RFC 3218). OpenSSL's CMS_decrypt goes on with a random key for the same reason. */
static bool decrypt_with(CMS_ContentInfo *cms, const struct decryption_key *key, struct buffer *content)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *bytes;
    bool good = out != NULL && CMS_decrypt(cms, key->key, key->certificate, NULL, out, CMS_BINARY) == 1;
    long len = good ? BIO_get_mem_data(out, &bytes) : 0;
    buffer_clear(content);
    if (len > 0) {
        buffer_add(content, bytes, (size_t)len);
    }
    BIO_free(out);
    return good;
}

static enum smime_decrypt try_keys(struct decryption_keys *keys, CMS_ContentInfo *cms, struct buffer *content,
                                   struct err *err)
{
    struct err missing;
    bool all = decryption_keys_refresh(keys, &missing);
    bool named = false;
    if (decryption_keys_count(keys) == 0) {
        err_set(err, "it is encrypted, and %s names no key", decryption_keys_name(keys));
        return SMIME_DECRYPT_REFUSED;
    }
    for (size_t i = 0; i < decryption_keys_count(keys); i++) {
        const struct decryption_key *key = decryption_keys_at(keys, i);
        if (key->key != NULL && names_recipient(cms, key->certificate)) {
            named = true; /* of two certificates with the same issuer and number, the other may be meant */
            if (decrypt_with(cms, key, content)) {
                return SMIME_DECRYPT_DONE;
            }
        }
    }
    if (!all) {
        err_set(err, "it is encrypted, perhaps to a key that is missing: %s", missing.text);
        return SMIME_DECRYPT_WAIT;
    }
    if (named) {
        err_set(err, "it cannot be decrypted: it was altered, or not encrypted to the key that it names");
    } else {
        err_set(err, "it is encrypted to none of the keys of %s", decryption_keys_name(keys));
    }
    return SMIME_DECRYPT_REFUSED;
}

static bool expand_content(struct decompressor *decompressor, const struct decompress_limits *limits,
                           struct slice content, struct buffer *message, struct err *err)
{
    enum compression compression = slice_starts_with(content, "\x1f\x8b") ? COMPRESSION_GZIP : COMPRESSION_NONE;
    buffer_clear(message);
    if (!decompress(decompressor, compression, content, limits, message, err)) {
        return err_prefix(err, "what was encrypted");
    }
    return !smime_decrypt_wanted(buffer_slice(message)) || err_set(err, "it is encrypted twice");
}

enum smime_decrypt smime_decrypt(struct decryption_keys *keys, struct decompressor *decompressor,
                                 const struct decompress_limits *limits, struct buffer *message, struct err *err)
{
    struct mime_header header;
    struct slice body = buffer_slice(message);
    struct buffer content = {0};
    if (!mime_header_read(&body, &header, NULL) || !is_opaque(&header)) {
        return SMIME_DECRYPT_DONE;
    }
    CMS_ContentInfo *cms = read_envelope(&header, body, err);
    enum smime_decrypt result = cms == NULL ? SMIME_DECRYPT_REFUSED : try_keys(keys, cms, &content, err);
    CMS_ContentInfo_free(cms); /* it may be large, and is not needed to expand the content */
    if (result == SMIME_DECRYPT_DONE && !expand_content(decompressor, limits, buffer_slice(&content), message, err)) {
        result = SMIME_DECRYPT_REFUSED;
    }
    buffer_free(&content);
    ERR_clear_error();
    return result;
}
