/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The input says which of some signed messages to take, and edits to it: a byte for the message, one for the line ends
 * of the frame, then four bytes an edit. Edits go to the signed text or to the DER of the signature, before both are
 * put into a message, so that they get deeper than edits of base64. What comes out goes to smime_verify and to OpenSSL:
 * see smime_differ.h.
 */
#include <openssl/rsa.h>
#include <stdint.h>

#include "fuzz/smime_differ.h"
#include "support/signing.h"
#include "util/xmalloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXTS = 5, SIGNERS = 4, DIGESTS = 5, KINDS = 9, EDIT_SIZE = 4, EDITS_MAX = 64 };

static const char *const texts[TEXTS] = {
    "Content-Type: text/plain\r\n\r\none\r\ntwo\r\n",
    "Content-Type: text/plain\r\n\r\none\r\n\r\nno line end",
    "Content-Type: text/plain; charset=utf-8\r\n\r\na\rb\r\n--\r\n",
    "Content-Type: text/plain\r\n\r\n",
    "Content-Type: text/html\r\n\r\n\xff",
};

struct signed_text {
    struct slice text;
    unsigned char *der;
    size_t len;
};

/* All that is made once. */
struct fuzz_scene {
    struct identity signers[SIGNERS];
    struct cert_record records[SIGNERS];
    STACK_OF(X509) * certificates; /* the last signer's is not among the known */
    struct signed_text *messages;
    size_t count;
};

/* Kinds of signatures: how the signer is named, with and without attributes, and odd attributes, which OpenSSL does not
 * sign. */
static void shape(CMS_SignerInfo *signer, int kind)
{
    static const struct {
        int nid;
        bool in_signed;
    } attributes[KINDS] = {[5] = {NID_pkcs9_signingTime, true},
                           [6] = {NID_pkcs9_signingTime, false},
                           [7] = {NID_pkcs9_countersignature, true},
                           [8] = {NID_pkcs9_emailAddress, false}};
    int nid = attributes[kind].nid;
    if (nid == NID_undef) {
        return;
    }
    if (attributes[kind].in_signed) {
        CMS_signed_add1_attr_by_NID(signer, nid, V_ASN1_UTF8STRING, "260101000000Z", 13);
    } else {
        CMS_unsigned_add1_attr_by_NID(signer, nid, V_ASN1_UTF8STRING, "260101000000Z", 13);
    }
}

static CMS_ContentInfo *sign_text(const struct fuzz_scene *scene, struct slice text, int who, int digest, int kind)
{
    static const unsigned int flags[KINDS] = {0, CMS_NOATTR, CMS_USE_KEYID, CMS_USE_KEYID | CMS_NOATTR, 0, 0, 0, 0, 0};
    const EVP_MD *const digests[DIGESTS] = {EVP_sha256(), EVP_sha512(), EVP_sha3_256(), EVP_sha224(), EVP_sha1()};
    const struct identity *signer = &scene->signers[who];
    if (digest > 1 && who == 2) { /* what OpenSSL 3.0 does not sign with RSA-PSS, and with EC */
        digest = 0;
    } else if (digest == 2 && who != 0) {
        digest = 1;
    }
    CMS_ContentInfo *cms = signing_start();
    unsigned int add = flags[kind] | (who == 2 ? CMS_KEY_PARAM : 0) | (kind == 8 ? 0 : CMS_NOCERTS);
    CMS_SignerInfo *info = signing_add(cms, signer, digests[digest], add);
    if (who == 2) {
        EVP_PKEY_CTX_set_rsa_padding(CMS_SignerInfo_get0_pkey_ctx(info), RSA_PKCS1_PSS_PADDING);
    }
    if (kind == 4) { /* two signers */
        signing_add(cms, &scene->signers[1], EVP_sha256(), CMS_NOCERTS);
    }
    signing_finish(cms, text);
    shape(info, kind);
    return cms;
}

static void add_message(struct fuzz_scene *scene, struct slice text, int who, int digest, int kind)
{
    CMS_ContentInfo *cms = sign_text(scene, text, who, digest, kind);
    struct signed_text *message = &scene->messages[scene->count++];
    message->text = text;
    message->len = (size_t)i2d_CMS_ContentInfo(cms, &message->der);
    CMS_ContentInfo_free(cms);
}

static void set_scene(struct fuzz_scene *scene)
{
    scene->signers[0] = signing_identity(signing_rsa_key(1536), "rsa", 1);
    scene->signers[1] = signing_identity(signing_ec_key(), "ec", 2);
    scene->signers[2] = signing_identity(signing_rsa_key(1536), "pss", 3);
    scene->signers[3] = signing_identity(signing_ec_key(), "stranger", 4);
    scene->certificates = sk_X509_new_null();
    for (int i = 0; i < SIGNERS - 1; i++) {
        scene->records[i] = scene->signers[i].record;
        sk_X509_push(scene->certificates, scene->signers[i].certificate);
    }
    scene->messages = xcalloc(TEXTS * SIGNERS * DIGESTS * KINDS, sizeof *scene->messages);
    for (int text = 0; text < TEXTS; text++) {
        for (int i = 0; i < SIGNERS * DIGESTS * KINDS; i++) {
            add_message(scene, slice_from_str(texts[text]), i % SIGNERS, i / SIGNERS % DIGESTS, i / SIGNERS / DIGESTS);
        }
    }
}

/* One edit: sets, flips a bit, inserts or takes out a byte. */
static void edit(struct buffer *bytes, const uint8_t *how)
{
    static const char line_ends[] = "\r\n\r ";
    size_t at = bytes->len > 0 ? (size_t)(how[1] << 8 | how[2]) % bytes->len : 0;
    if (bytes->len == 0) {
        return;
    }
    switch (how[0] >> 1 & 3) {
    case 0:
        bytes->at[at] = (char)how[3];
        break;
    case 1:
        bytes->at[at] = (char)(bytes->at[at] ^ 1 << (how[3] & 7));
        break;
    case 2:
        buffer_reserve(bytes, 1);
        memmove(bytes->at + at + 1, bytes->at + at, bytes->len++ - at);
        bytes->at[at] = (how[0] & 8) != 0 ? line_ends[how[3] & 3] : (char)how[3];
        break;
    case 3:
        memmove(bytes->at + at, bytes->at + at + 1, --bytes->len - at);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_scene scene;
    static struct buffer text, der, message;
    static const char *const eols[] = {"\n", "\r\n", "\r\r\n", "\r\r\r\n"};
    if (size < 3 || size > 3 + EDITS_MAX * EDIT_SIZE) {
        return 0;
    }
    if (scene.count == 0) {
        set_scene(&scene);
    }
    const struct signed_text *chosen = &scene.messages[(size_t)(data[0] << 8 | data[1]) % scene.count];
    buffer_clear(&text);
    buffer_clear(&der);
    buffer_clear(&message);
    buffer_add(&text, chosen->text.at, chosen->text.len);
    buffer_add(&der, chosen->der, chosen->len);
    for (size_t at = 3; at + EDIT_SIZE <= size; at += EDIT_SIZE) {
        edit((data[at] & 1) != 0 ? &der : &text, data + at);
    }
    signing_write_der(&message, buffer_slice(&text), buffer_slice(&der), eols[data[2] & 3]);
    smime_differ(buffer_slice(&message), (struct smime_known){scene.records, SIGNERS - 1}, scene.certificates);
    return 0;
}
