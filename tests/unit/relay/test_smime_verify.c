/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/smime_verify.h"

#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>

#include "support/signing.h"
#include "support/suite.h"

#define TEXT "2018-08-24T15:55:01+00:00 R: @@Common@@...\r\nsecond line\r\n"
#define SIGNED "Content-Type: text/plain\r\n\r\n" TEXT
#define LONGER SIGNED "more\r\n"
#define OTHER_HEADER "Content-Type: text/plain; charset=utf-8\r\n\r\n" TEXT

enum { BINARY = CMS_BINARY, NO_ATTRIBUTES = CMS_NOATTR };

/* Made once, before the tests fork: keys take their time. */
static struct identity node;     /* RSA 2048 */
static struct identity twin;     /* same name and serial number, other key */
static struct identity elder;    /* same name, other serial number and key */
static struct identity stranger; /* other name, same serial number */
static struct identity large;    /* RSA 4096 */
static struct identity elliptic; /* P-256 */
static struct identity p384;
static struct identity dsa; /* which the index keeps as it is */

static struct smime_verifier *verifier;
static struct buffer message;
static struct buffer canonical;

static void write_message(struct slice content, CMS_ContentInfo *cms, const char *eol)
{
    buffer_clear(&message);
    signing_write(&message, content, cms, eol);
    CMS_ContentInfo_free(cms);
}

static bool smime_verify_verify(const struct identity *const *known, size_t count, struct slice *content,
                                struct err *err)
{
    struct cert_record certificates[4];
    for (size_t i = 0; i < count; i++) {
        certificates[i] = known[i]->record;
    }
    if (verifier == NULL) {
        verifier = smime_verifier_new(false, err);
    }
    ck_assert_msg(verifier != NULL, "%s", err->text);
    bool good = smime_verify(verifier, buffer_slice(&message), (struct smime_known){certificates, count}, &canonical,
                             content, err);
    ck_assert_uint_eq(ERR_peek_error(), 0);
    return good;
}

static struct slice accept_from(const struct identity *known)
{
    struct slice content;
    struct err err = {0};
    ck_assert_msg(smime_verify_verify(&known, 1, &content, &err), "%s", err.text);
    return content;
}

static void refuse_from(const struct identity *known, const char *reason)
{
    struct slice content;
    struct err err = {0};
    ck_assert(!smime_verify_verify(&known, 1, &content, &err));
    ck_assert_msg(strstr(err.text, reason) != NULL, "'%s' instead of '%s'", err.text, reason);
}

static void smime_verify_refuse_signature(CMS_ContentInfo *cms, const char *reason)
{
    write_message(slice_from_str(SIGNED), cms, "\n");
    refuse_from(&node, reason);
}

static CMS_ContentInfo *smime_verify_sign(const struct identity *signer)
{
    return signing_sign(signer, EVP_sha256(), 0, slice_from_str(SIGNED));
}

static CMS_SignerInfo *first_signer(CMS_ContentInfo *cms)
{
    return sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
}

START_TEST(text_is_given_without_its_header)
{
    write_message(slice_from_str(SIGNED), smime_verify_sign(&node), "\n");
    struct slice content = accept_from(&node);
    ck_assert(slice_eq_str(content, TEXT));
    ck_assert(content.at > message.at && content.at < message.at + message.len); /* not copied */
    write_message(slice_from_str(SIGNED), smime_verify_sign(&node), "\r\n");
    ck_assert(slice_eq_str(accept_from(&node), TEXT));
}
END_TEST

START_TEST(every_kind_of_key_and_naming_is_taken)
{
    static const unsigned int flags[] = {0,           NO_ATTRIBUTES, CMS_USE_KEYID, CMS_USE_KEYID | NO_ATTRIBUTES,
                                         CMS_NOCERTS, CMS_NOSMIMECAP};
    const struct identity *const signers[] = {&node, &large, &elliptic, &p384, &dsa, &elliptic};
    for (size_t f = 0; f < sizeof flags / sizeof *flags; f++) {
        for (size_t s = 0; s < sizeof signers / sizeof *signers; s++) {
            write_message(slice_from_str(SIGNED),
                          signing_sign(signers[s], EVP_sha256(), flags[f], slice_from_str(SIGNED)), "\n");
            ck_assert(slice_eq_str(accept_from(signers[s]), TEXT));
            refuse_from(&elder, "is not among the node's 1 known certificates");
        }
    }
}
END_TEST

START_TEST(every_strong_digest_is_taken)
{
    const EVP_MD *const digests[] = {EVP_sha256(),   EVP_sha384(),   EVP_sha512(),
                                     EVP_sha3_256(), EVP_sha3_384(), EVP_sha3_512()};
    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++) {
        for (unsigned int flags = 0; flags <= NO_ATTRIBUTES; flags += NO_ATTRIBUTES) {
            write_message(slice_from_str(SIGNED), signing_sign(&node, digests[i], flags, slice_from_str(SIGNED)), "\n");
            ck_assert(slice_eq_str(accept_from(&node), TEXT));
        }
    }
}
END_TEST

START_TEST(weak_digests_are_refused)
{
    smime_verify_refuse_signature(signing_sign(&node, EVP_sha224(), 0, slice_from_str(SIGNED)),
                                  "sha224 is weaker than SHA-256");
    /* systems may forbid signing with these, so they are written into a good signature */
    static const struct {
        int nid;
        const char *reason;
    } weak[] = {
        {NID_sha1, "sha1 is weaker than SHA-256"},
        {NID_md5, "md5 is weaker than SHA-256"},
        {NID_sha256WithRSAEncryption, "is not accepted"},
        {NID_undef, "is not accepted"},
    };
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++) {
        CMS_ContentInfo *cms = smime_verify_sign(&node);
        X509_ALGOR *algorithm = NULL;
        CMS_SignerInfo_get0_algs(first_signer(cms), NULL, NULL, &algorithm, NULL);
        ASN1_OBJECT *object = weak[i].nid != NID_undef ? OBJ_nid2obj(weak[i].nid) : OBJ_txt2obj("1.2.3.4", 1);
        X509_ALGOR_set0(algorithm, object, V_ASN1_NULL, NULL);
        smime_verify_refuse_signature(cms, weak[i].reason);
    }
}
END_TEST

START_TEST(sha1_is_taken_where_it_is_accepted)
{
    struct err err = {0};
    const struct identity *const signers[] = {&node, &elliptic};
    verifier = smime_verifier_new(true, &err);
    for (size_t i = 0; i < 2 * sizeof signers / sizeof *signers; i++) {
        const struct identity *signer = signers[i / 2];
        unsigned int flags = i % 2 == 0 ? 0 : NO_ATTRIBUTES;
        write_message(slice_from_str(SIGNED), signing_sign(signer, EVP_sha1(), flags, slice_from_str(SIGNED)), "\n");
        ck_assert(slice_eq_str(accept_from(signer), TEXT));
        refuse_from(&stranger, "is not among the node's 1 known certificates");
        write_message(slice_from_str(LONGER), signing_sign(signer, EVP_sha1(), flags, slice_from_str(SIGNED)), "\n");
        refuse_from(signer, flags == 0 ? "was altered" : "does not verify");
    }
    smime_verify_refuse_signature(signing_sign(&node, EVP_sha224(), 0, slice_from_str(SIGNED)),
                                  "sha224 is weaker than SHA-256");
    smime_verify_refuse_signature(signing_sign(&node, EVP_md5(), 0, slice_from_str(SIGNED)),
                                  "md5 is weaker than SHA-256");
    smime_verifier_free(verifier);
    verifier = NULL;
}
END_TEST

static void set_signature_algorithm(CMS_ContentInfo *cms, int nid, int parameter_type, void *parameter)
{
    X509_ALGOR *algorithm = NULL;
    CMS_SignerInfo_get0_algs(first_signer(cms), NULL, NULL, NULL, &algorithm);
    X509_ALGOR_set0(algorithm, OBJ_nid2obj(nid), parameter_type, parameter);
}

START_TEST(signature_algorithm_must_use_the_digest)
{
    CMS_ContentInfo *cms = smime_verify_sign(&node);
    set_signature_algorithm(cms, NID_sha256WithRSAEncryption, V_ASN1_NULL, NULL);
    write_message(slice_from_str(SIGNED), cms, "\n");
    ck_assert(slice_eq_str(accept_from(&node), TEXT));
    cms = smime_verify_sign(&node);
    set_signature_algorithm(cms, NID_sha1WithRSAEncryption, V_ASN1_NULL, NULL);
    smime_verify_refuse_signature(cms, "sha1WithRSAEncryption does not go with digest algorithm sha256");
    cms = smime_verify_sign(&node);
    set_signature_algorithm(cms, NID_ecdsa_with_SHA256, V_ASN1_NULL, NULL);
    smime_verify_refuse_signature(cms, "does not verify with the key");
}
END_TEST

static CMS_ContentInfo *sign_pss(unsigned int flags)
{
    CMS_ContentInfo *cms = signing_start();
    CMS_SignerInfo *signer = signing_add(cms, &node, EVP_sha256(), flags | CMS_KEY_PARAM);
    ck_assert_int_eq(EVP_PKEY_CTX_set_rsa_padding(CMS_SignerInfo_get0_pkey_ctx(signer), RSA_PKCS1_PSS_PADDING), 1);
    signing_finish(cms, slice_from_str(SIGNED));
    return cms;
}

START_TEST(rsa_pss_is_taken_with_its_digest_only)
{
    for (unsigned int flags = 0; flags <= NO_ATTRIBUTES; flags += NO_ATTRIBUTES) {
        write_message(slice_from_str(SIGNED), sign_pss(flags), "\n");
        ck_assert(slice_eq_str(accept_from(&node), TEXT));
        CMS_ContentInfo *cms = sign_pss(flags);
        ASN1_STRING *defaults = ASN1_STRING_new(); /* RFC 4055: the parameters that are not there mean SHA-1 */
        ASN1_STRING_set(defaults, "\x30\x00", 2);
        set_signature_algorithm(cms, NID_rsassaPss, V_ASN1_SEQUENCE, defaults);
        smime_verify_refuse_signature(cms, "does not verify with the key");
    }
}
END_TEST

/* The parameters must name the signer's digest, even if all else in them is right. */
START_TEST(rsa_pss_names_the_same_digest)
{
    CMS_ContentInfo *cms = sign_pss(0);
    X509_ALGOR *algorithm = NULL;
    CMS_SignerInfo_get0_algs(first_signer(cms), NULL, NULL, NULL, &algorithm);
    RSA_PSS_PARAMS *pss = ASN1_item_unpack(algorithm->parameter->value.sequence, ASN1_ITEM_rptr(RSA_PSS_PARAMS));
    X509_ALGOR_set0(pss->hashAlgorithm, OBJ_nid2obj(NID_sha512), V_ASN1_NULL, NULL);
    ASN1_STRING *packed = ASN1_item_pack(pss, ASN1_ITEM_rptr(RSA_PSS_PARAMS), NULL);
    RSA_PSS_PARAMS_free(pss);
    set_signature_algorithm(cms, NID_rsassaPss, V_ASN1_SEQUENCE, packed);
    smime_verify_refuse_signature(cms, "does not verify with the key");
}
END_TEST

START_TEST(line_ends_are_made_canonical)
{
    static const char *const arrived[] = {
        "Content-Type: text/plain\n\n2018-08-24T15:55:01+00:00 R: @@Common@@...\nsecond line\n",
        "Content-Type: text/plain\r\n\r\n2018-08-24T15:55:01+00:00 R: @@Common@@...\nsecond line\r\n",
        "Content-Type: text/plain\r\r\n\r\r\n2018-08-24T15:55:01+00:00 R: @@Common@@...\r\r\nsecond line\r\r\n",
        "Content-Type: text/plain\r\n\r\n2018-08-24T15:55:01+00:00 R: @@Common@@...\r\r\r\r\nsecond line\n",
    };
    for (size_t i = 0; i < sizeof arrived / sizeof *arrived; i++) {
        write_message(slice_from_str(arrived[i]), smime_verify_sign(&node), "\n");
        ck_assert(slice_eq_str(accept_from(&node), TEXT));
    }
}
END_TEST

START_TEST(last_line_may_have_no_end)
{
    static const char text[] = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
                               "\r\n\xff";
    write_message(slice_from_str(text), signing_sign(&node, EVP_sha256(), 0, slice_from_str(text)), "\r\n");
    ck_assert(slice_eq_str(accept_from(&node), "\r\n\xff"));
    /* CRs at its end belong to the line end in front of the boundary */
    write_message(slice_from_str(text), signing_sign(&node, EVP_sha256(), 0, slice_from_str(text)), "\r\r\n");
    ck_assert(slice_eq_str(accept_from(&node), "\r\n\xff"));
}
END_TEST

START_TEST(other_signers_are_refused)
{
    write_message(slice_from_str(SIGNED), smime_verify_sign(&node), "\n");
    refuse_from(&elder, "serial number 07 of issuer /UID=node) is not among the node's 1 known certificates");
    refuse_from(&stranger, "is not among");
    refuse_from(&twin, "the signature does not verify with the key of the node's certificate");
    refuse_from(&elliptic, "is not among");
    struct slice content;
    struct err err = {0};
    ck_assert(!smime_verify_verify(NULL, 0, &content, &err));
    ck_assert_str_eq(err.text, "no certificate is known for the node");
    /* its certificate is inside the message; that must not help it */
    write_message(slice_from_str(SIGNED), smime_verify_sign(&stranger), "\n");
    refuse_from(&node, "issuer /UID=stranger");
}
END_TEST

START_TEST(every_certificate_of_the_node_is_tried)
{
    write_message(slice_from_str(SIGNED), smime_verify_sign(&node), "\n");
    const struct identity *const known[] = {&elder, &twin, &elliptic, &node};
    struct slice content;
    struct err err = {0};
    ck_assert_msg(smime_verify_verify(known, 4, &content, &err), "%s", err.text);
    ck_assert(slice_eq_str(content, TEXT));
    ck_assert(!smime_verify_verify(known, 3, &content, &err));
}
END_TEST

/* A signer is who it says: another certificate of the node does not stand in for it. */
START_TEST(key_of_another_certificate_does_not_count)
{
    EVP_PKEY_up_ref(node.key);
    struct identity false_elder = signing_identity(node.key, "node", 6);
    const struct identity *const known[] = {&elder, &node};
    struct slice content;
    struct err err = {0};
    write_message(slice_from_str(SIGNED), signing_sign(&false_elder, EVP_sha256(), 0, slice_from_str(SIGNED)), "\n");
    ck_assert(!smime_verify_verify(known, 2, &content, &err));
    signing_identity_free(&false_elder);
}
END_TEST

START_TEST(altered_content_is_refused)
{
    static const char *const altered[] = {
        "Content-Type: text/plain\r\n\r\n2018-08-24T15:55:01+00:00 R: @@Common@@..!\r\nsecond line\r\n",
        LONGER,
        "Content-Type: text/plain\r\n\r\n2018-08-24T15:55:01+00:00 R: @@Common@@...\r\n",
        OTHER_HEADER,
    };
    for (size_t i = 0; i < sizeof altered / sizeof *altered; i++) {
        write_message(slice_from_str(altered[i]), smime_verify_sign(&node), "\n");
        refuse_from(&node, "the content was altered after signing");
        write_message(slice_from_str(altered[i]),
                      signing_sign(&node, EVP_sha256(), NO_ATTRIBUTES, slice_from_str(SIGNED)), "\n");
        refuse_from(&node, "the signature does not verify with the key");
    }
}
END_TEST

START_TEST(altered_signature_is_refused)
{
    CMS_ContentInfo *cms = smime_verify_sign(&node);
    CMS_SignerInfo_get0_signature(first_signer(cms))->data[100] ^= 1;
    smime_verify_refuse_signature(cms, "the signature does not verify with the key");
    cms = smime_verify_sign(&node);
    CMS_SignerInfo_get0_signature(first_signer(cms))->length--;
    smime_verify_refuse_signature(cms, "the signature does not verify with the key");
}
END_TEST

static X509_ATTRIBUTE *attribute_of(CMS_SignerInfo *signer, int nid)
{
    return CMS_signed_get_attr(signer, CMS_signed_get_attr_by_NID(signer, nid, -1));
}

static void delete_attribute(CMS_SignerInfo *signer, int nid)
{
    X509_ATTRIBUTE_free(CMS_signed_delete_attr(signer, CMS_signed_get_attr_by_NID(signer, nid, -1)));
}

START_TEST(altered_attributes_are_refused)
{
    CMS_ContentInfo *cms = smime_verify_sign(&node);
    CMS_SignerInfo *signer = first_signer(cms);
    delete_attribute(signer, NID_pkcs9_signingTime);
    smime_verify_refuse_signature(cms, "the signature does not verify with the key");
    cms = smime_verify_sign(&node);
    signer = first_signer(cms);
    while (CMS_signed_get_attr_count(signer) > 0) {
        X509_ATTRIBUTE_free(CMS_signed_delete_attr(signer, 0));
    }
    smime_verify_refuse_signature(cms, "content type attribute");
}
END_TEST

START_TEST(content_type_attribute_must_say_data)
{
    CMS_ContentInfo *cms = signing_start();
    CMS_set1_eContentType(cms, OBJ_nid2obj(NID_id_smime_ct_receipt));
    signing_add(cms, &node, EVP_sha256(), 0);
    signing_finish(cms, slice_from_str(SIGNED)); /* a good signature, over an attribute that says receipt */
    CMS_set1_eContentType(cms, OBJ_nid2obj(NID_pkcs7_data));
    smime_verify_refuse_signature(cms, "content type attribute");
    cms = smime_verify_sign(&node);
    CMS_SignerInfo *signer = first_signer(cms);
    delete_attribute(signer, NID_pkcs9_contentType);
    smime_verify_refuse_signature(cms, "content type attribute");
}
END_TEST

START_TEST(attributes_must_not_be_ambiguous)
{
    static const struct {
        int nid;
        const char *reason;
    } single[] = {
        {NID_pkcs9_contentType, "content type attribute"},
        {NID_pkcs9_messageDigest, "message digest attribute"},
        {NID_pkcs9_signingTime, "an attribute twice"},
    };
    for (size_t i = 0; i < sizeof single / sizeof *single; i++) {
        CMS_ContentInfo *cms = smime_verify_sign(&node);
        CMS_SignerInfo *signer = first_signer(cms);
        X509_ATTRIBUTE *copy = X509_ATTRIBUTE_dup(attribute_of(signer, single[i].nid));
        ck_assert_int_eq(CMS_signed_add1_attr(signer, copy), 1); /* the attribute twice */
        X509_ATTRIBUTE_free(copy);
        smime_verify_refuse_signature(cms, single[i].reason);
        cms = smime_verify_sign(&node);
        X509_ATTRIBUTE *attribute = attribute_of(first_signer(cms), single[i].nid);
        const ASN1_TYPE *value = X509_ATTRIBUTE_get0_type(attribute, 0);
        int type = ASN1_TYPE_get(value);
        const void *bytes = type == V_ASN1_OBJECT ? (const void *)value->value.object : value->value.asn1_string->data;
        int len = type == V_ASN1_OBJECT ? -1 : value->value.asn1_string->length;
        ck_assert_int_eq(X509_ATTRIBUTE_set1_data(attribute, type, bytes, len), 1); /* two values */
        smime_verify_refuse_signature(cms, single[i].reason);
    }
    CMS_ContentInfo *cms = smime_verify_sign(&node);
    CMS_SignerInfo *signer = first_signer(cms);
    delete_attribute(signer, NID_pkcs9_messageDigest);
    smime_verify_refuse_signature(cms, "message digest attribute");
}
END_TEST

START_TEST(attributes_stand_where_they_may)
{
    static const struct {
        int nid;
        bool in_signed;
        bool good;
    } places[] = {
        {NID_pkcs9_signingTime, false, false},
        {NID_pkcs9_countersignature, true, false},
        {NID_pkcs9_countersignature, false, true},
        {NID_pkcs9_emailAddress, false, true},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        CMS_ContentInfo *cms = smime_verify_sign(&node);
        int (*add)(CMS_SignerInfo *, int, int, const void *, int) =
            places[i].in_signed ? CMS_signed_add1_attr_by_NID : CMS_unsigned_add1_attr_by_NID;
        ck_assert_int_eq(add(first_signer(cms), places[i].nid, V_ASN1_UTF8STRING, "x", 1), 1);
        write_message(slice_from_str(SIGNED), cms, "\n");
        if (places[i].good) {
            ck_assert(slice_eq_str(accept_from(&node), TEXT));
        } else {
            refuse_from(&node, "in a place where it may not be");
        }
    }
}
END_TEST

/* The same name in another encoding, as other implementations write it. */
START_TEST(signer_is_found_by_a_name_in_another_encoding)
{
    struct identity other = signing_identity(signing_ec_key(), "node", 8);
    X509_NAME *name = X509_NAME_new();
    X509_NAME_add_entry_by_NID(name, NID_userId, V_ASN1_PRINTABLESTRING, (const unsigned char *)"NODE", 4, -1, 0);
    X509_set_issuer_name(other.certificate, name);
    CMS_ContentInfo *cms = signing_sign(&other, EVP_sha256(), CMS_NOCERTS, slice_from_str(SIGNED));
    write_message(slice_from_str(SIGNED), cms, "\n");
    ck_assert(slice_eq_str(accept_from(&other), TEXT));
    X509_NAME_free(name);
    signing_identity_free(&other);
}
END_TEST

/* An unknown signer is told before anything of the content is looked at. */
START_TEST(signer_is_looked_up_first)
{
    static const char text[] = "no header of a text";
    write_message(slice_from_str(text), signing_sign(&stranger, EVP_sha256(), 0, slice_from_str(text)), "\n");
    refuse_from(&node, "is not among");
    refuse_from(&stranger, "text/plain header");
}
END_TEST

START_TEST(every_signer_must_be_known)
{
    CMS_ContentInfo *cms = signing_start();
    signing_add(cms, &node, EVP_sha256(), 0);
    signing_add(cms, &elliptic, EVP_sha512(), NO_ATTRIBUTES);
    signing_finish(cms, slice_from_str(SIGNED));
    write_message(slice_from_str(SIGNED), cms, "\n");
    refuse_from(&node, "is not among the node's 1 known certificates");
    refuse_from(&elliptic, "is not among the node's 1 known certificates");
    const struct identity *const known[] = {&node, &elliptic};
    struct slice content;
    struct err err = {0};
    ck_assert_msg(smime_verify_verify(known, 2, &content, &err), "%s", err.text);
}
END_TEST

static void sign_many(int count)
{
    CMS_ContentInfo *cms = signing_start();
    for (int i = 0; i < count; i++) {
        signing_add(cms, &elliptic, EVP_sha256(), CMS_NOCERTS);
    }
    if (count > 0) { /* OpenSSL has nothing to finish without signers */
        signing_finish(cms, slice_from_str(SIGNED));
    }
    write_message(slice_from_str(SIGNED), cms, "\n");
}

START_TEST(number_of_signers_is_limited)
{
    sign_many(0);
    refuse_from(&elliptic, "names no signer");
    sign_many(8);
    ck_assert(slice_eq_str(accept_from(&elliptic), TEXT));
    sign_many(9);
    refuse_from(&elliptic, "9 signers, more than the limit of 8");
}
END_TEST

START_TEST(other_structures_are_refused)
{
    struct slice content = slice_from_str(SIGNED);
    BIO *bio = BIO_new_mem_buf(content.at, (int)content.len);
    smime_verify_refuse_signature(CMS_sign(node.certificate, node.key, NULL, bio, BINARY), "holds content of its own");
    ck_assert_int_eq(BIO_reset(bio), 1);
    smime_verify_refuse_signature(CMS_data_create(bio, BINARY), "not of the type signed-data");
    BIO_free(bio);
    CMS_ContentInfo *cms = signing_start();
    CMS_set1_eContentType(cms, OBJ_nid2obj(NID_id_smime_ct_receipt));
    signing_add(cms, &node, EVP_sha256(), 0);
    signing_finish(cms, content);
    smime_verify_refuse_signature(cms, "content type other than data");
}
END_TEST

/* Puts bytes in place of the first occurrence of `old`, which is as long. */
static void overwrite(const char *old, const char *new)
{
    char *at = memmem(message.at, message.len, old, strlen(old));
    ck_assert_ptr_nonnull(at);
    memcpy(at, new, strlen(new));
}

START_TEST(damaged_base64_and_der_are_refused)
{
    write_message(slice_from_str(SIGNED), smime_verify_sign(&node), "\n");
    overwrite("\n\nMII", "\n\n@II");
    refuse_from(&node, "the signature is not base64");
    write_message(slice_from_str(SIGNED), smime_verify_sign(&node), "\n");
    overwrite("\n\nMII", "\n\nMIJ");
    refuse_from(&node, "the signature is malformed");
    write_message(slice_from_str(SIGNED), smime_verify_sign(&node), "\n");
    overwrite("\n\nMII", "\n\n\n--");
    refuse_from(&node, "the signature");
}
END_TEST

START_TEST(text_must_be_text)
{
    static const struct {
        const char *text;
        const char *reason;
    } cases[] = {
        {"Content-Type: text/plain\r\n\r\n", "the signed text is empty"},
        {TEXT, "text/plain header"},
        {"", "text/plain header"},
        {"Content-Type: text/html\r\n\r\n" TEXT, "text/plain header"},
        {"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA", "transfer encoding"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice text = slice_from_str(cases[i].text);
        write_message(text, signing_sign(&node, EVP_sha256(), 0, text), "\n");
        refuse_from(&node, cases[i].reason);
    }
}
END_TEST

START_TEST(unsigned_text_is_refused)
{
    buffer_clear(&message);
    buffer_add_text(&message, TEXT);
    refuse_from(&node, "not a signed message");
    buffer_clear(&message);
    refuse_from(&node, "not a signed message");
}
END_TEST

START_TEST(cut_message_is_refused)
{
    write_message(slice_from_str(SIGNED), signing_sign(&node, EVP_sha256(), CMS_NOCERTS, slice_from_str(SIGNED)), "\n");
    size_t whole = message.len;
    /* only line ends stand behind the last boundary */
    for (message.len = 0; message.len < whole - 4; message.len += 13) {
        refuse_from(&node, "");
    }
}
END_TEST

int main(void)
{
    node = signing_identity(signing_rsa_key(2048), "node", 7);
    twin = signing_identity(signing_rsa_key(2048), "node", 7);
    elder = signing_identity(signing_rsa_key(2048), "node", 6);
    stranger = signing_identity(signing_rsa_key(2048), "stranger", 7);
    large = signing_identity(signing_rsa_key(4096), "node", 9);
    elliptic = signing_identity(signing_ec_key(), "node", 8);
    p384 = signing_identity(signing_ec_key_on("P-384"), "node", 10);
    dsa = signing_identity(signing_dsa_key(), "node", 11);
    const TTest *const tests[] = {
        text_is_given_without_its_header,
        every_kind_of_key_and_naming_is_taken,
        every_strong_digest_is_taken,
        weak_digests_are_refused,
        sha1_is_taken_where_it_is_accepted,
        signature_algorithm_must_use_the_digest,
        rsa_pss_is_taken_with_its_digest_only,
        rsa_pss_names_the_same_digest,
        line_ends_are_made_canonical,
        last_line_may_have_no_end,
        other_signers_are_refused,
        every_certificate_of_the_node_is_tried,
        key_of_another_certificate_does_not_count,
        altered_content_is_refused,
        altered_signature_is_refused,
        altered_attributes_are_refused,
        content_type_attribute_must_say_data,
        attributes_must_not_be_ambiguous,
        attributes_stand_where_they_may,
        signer_is_found_by_a_name_in_another_encoding,
        signer_is_looked_up_first,
        every_signer_must_be_known,
        number_of_signers_is_limited,
        other_structures_are_refused,
        damaged_base64_and_der_are_refused,
        text_must_be_text,
        unsigned_text_is_refused,
        cut_message_is_refused,
    };
    int result = suite_run("smime_verify", tests, sizeof tests / sizeof *tests);
    struct identity *const identities[] = {&node, &twin, &elder, &stranger, &large, &elliptic, &p384, &dsa};
    for (size_t i = 0; i < sizeof identities / sizeof *identities; i++) {
        signing_identity_free(identities[i]);
    }
    return result;
}
