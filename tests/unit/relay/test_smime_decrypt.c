/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/smime_decrypt.h"

#include <openssl/err.h>
#include <zlib.h>

#include "support/key_file.h"
#include "support/suite.h"

#define TEXT "MIME-Version: 1.0\r\nContent-Type: multipart/signed\r\n\r\nwhat was signed\r\n"

/* Made once, before the tests fork: keys take their time. */
static struct identity rsa;
static struct identity elliptic;
static struct identity twin;     /* elliptic's issuer and serial number, another key */
static struct identity stranger; /* in no file */

static struct tmpdir directory;
static char paths[2][128];
static struct decryption_keys *keys;
static struct decompressor *decompressor;
static struct decompress_limits limits;
static struct buffer message;
static struct err err;

static void decrypt_set_up(void)
{
    static char *files[] = {paths[0], paths[1], NULL};
    directory = tmpdir_make();
    snprintf(paths[0], sizeof paths[0], "%s/a", directory.path);
    snprintf(paths[1], sizeof paths[1], "%s/b", directory.path);
    key_file_write(&directory, "a", rsa.key, rsa.certificate);
    key_file_write(&directory, "b", elliptic.key, elliptic.certificate);
    keys = decryption_keys_new(files);
    decompressor = decompressor_new();
    limits = (struct decompress_limits){.expanded = 1 << 20, .ratio = 500};
}

static void decrypt_tear_down(void)
{
    decryption_keys_free(keys);
    decompressor_free(decompressor);
    buffer_free(&message);
    tmpdir_remove(&directory);
}

static enum smime_decrypt decrypt_message(void)
{
    err = (struct err){0};
    enum smime_decrypt result = smime_decrypt(keys, decompressor, &limits, &message, &err);
    ck_assert_uint_eq(ERR_peek_error(), 0);
    return result;
}

static void assert_text(const char *text)
{
    ck_assert_msg(decrypt_message() == SMIME_DECRYPT_DONE, "%s", err.text);
    ck_assert_msg(slice_eq_str(buffer_slice(&message), text), "%.*s", (int)message.len, message.at);
}

static void assert_result(enum smime_decrypt wanted, const char *reason)
{
    enum smime_decrypt result = decrypt_message();
    ck_assert_msg(result == wanted, "%d: %s", (int)result, err.text);
    ck_assert_msg(strstr(err.text, reason) != NULL, "'%s' instead of '%s'", err.text, reason);
}

static void encrypt_to_all(X509 *const *recipients, size_t count, const EVP_CIPHER *cipher, unsigned int flags,
                           struct slice content)
{
    STACK_OF(X509) *certificates = sk_X509_new_null();
    for (size_t i = 0; i < count; i++) {
        sk_X509_push(certificates, recipients[i]);
    }
    buffer_clear(&message);
    signing_encrypt(&message, certificates, cipher, flags, content);
    sk_X509_free(certificates);
}

static void encrypt(const struct identity *recipient, struct slice content)
{
    encrypt_to_all(&recipient->certificate, 1, EVP_aes_256_gcm(), 0, content);
}

static void replace_envelope(struct slice der)
{
    buffer_clear(&message);
    signing_write_envelope(&message, der, "\n");
}

START_TEST(both_kinds_of_keys_and_ciphers_are_taken)
{
    const struct identity *const recipients[] = {&rsa, &elliptic};
    const EVP_CIPHER *const ciphers[] = {EVP_aes_256_gcm(), EVP_aes_128_gcm(), EVP_aes_256_cbc()};
    decrypt_set_up();
    for (size_t i = 0; i < 6; i++) {
        const struct identity *recipient = recipients[i % 2];
        encrypt_to_all(&recipient->certificate, 1, ciphers[i / 2], 0, slice_from_str(TEXT));
        assert_text(TEXT);
        encrypt_to_all(&recipient->certificate, 1, ciphers[i / 2], CMS_USE_KEYID, slice_from_str(TEXT));
        assert_text(TEXT);
    }
    decrypt_tear_down();
}
END_TEST

START_TEST(one_of_several_recipients_is_enough)
{
    X509 *recipients[SMIME_MAX_RECIPIENTS + 1];
    decrypt_set_up();
    for (size_t i = 0; i < SMIME_MAX_RECIPIENTS; i++) {
        recipients[i] = stranger.certificate;
    }
    recipients[SMIME_MAX_RECIPIENTS - 1] = elliptic.certificate;
    encrypt_to_all(recipients, SMIME_MAX_RECIPIENTS, EVP_aes_256_gcm(), 0, slice_from_str(TEXT));
    assert_text(TEXT);
    recipients[SMIME_MAX_RECIPIENTS] = elliptic.certificate;
    encrypt_to_all(recipients, SMIME_MAX_RECIPIENTS + 1, EVP_aes_256_gcm(), 0, slice_from_str(TEXT));
    assert_result(SMIME_DECRYPT_REFUSED, "more than 16 recipients");
    decrypt_tear_down();
}
END_TEST

START_TEST(what_is_not_encrypted_stays_as_it_is)
{
    decrypt_set_up();
    buffer_add_text(&message, TEXT);
    assert_text(TEXT);
    buffer_clear(&message);
    assert_text("");
    buffer_add_text(&message, "nonsense");
    assert_text("nonsense");
    decrypt_tear_down();
}
END_TEST

static struct buffer gzip_of(struct slice content)
{
    struct buffer image = {0};
    z_stream stream = {0};
    ck_assert_int_eq(deflateInit2(&stream, 9, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    uLong room = deflateBound(&stream, content.len);
    stream.next_in = (unsigned char *)(uintptr_t)content.at;
    stream.avail_in = (uInt)content.len;
    stream.next_out = (unsigned char *)buffer_reserve(&image, room);
    stream.avail_out = (uInt)room;
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    image.len = stream.total_out;
    deflateEnd(&stream);
    return image;
}

START_TEST(a_gzip_inside_is_expanded_within_the_limits)
{
    struct buffer image = gzip_of(slice_from_str(TEXT));
    decrypt_set_up();
    encrypt(&elliptic, buffer_slice(&image));
    assert_text(TEXT);
    image.at[image.len / 2] ^= 1;
    encrypt(&elliptic, buffer_slice(&image));
    assert_result(SMIME_DECRYPT_REFUSED, "what was encrypted: ");
    buffer_free(&image);
    struct buffer zeroes = {0};
    memset(buffer_reserve(&zeroes, 3 << 20), 0, 3 << 20);
    zeroes.len = 3 << 20;
    image = gzip_of(buffer_slice(&zeroes));
    encrypt(&elliptic, buffer_slice(&image));
    assert_result(SMIME_DECRYPT_REFUSED, "limit of 1048576 bytes");
    limits.expanded = 4 << 20;
    encrypt(&elliptic, buffer_slice(&image));
    assert_result(SMIME_DECRYPT_REFUSED, "500 times");
    limits.ratio = 0;
    encrypt(&elliptic, buffer_slice(&image));
    ck_assert_int_eq(decrypt_message(), SMIME_DECRYPT_DONE);
    ck_assert_uint_eq(message.len, zeroes.len);
    buffer_free(&image);
    buffer_free(&zeroes);
    decrypt_tear_down();
}
END_TEST

START_TEST(one_encrypted_to_another_key_is_refused)
{
    decrypt_set_up();
    encrypt(&stranger, slice_from_str(TEXT));
    assert_result(SMIME_DECRYPT_REFUSED, "none of the keys");
    encrypt(&twin, slice_from_str(TEXT));
    assert_result(SMIME_DECRYPT_REFUSED, "cannot be decrypted");
    decrypt_tear_down();
}
END_TEST

/* Certificates that somebody numbered by hand, the same number again at the change of keys. */
START_TEST(of_two_keys_with_the_same_name_and_number_the_right_one_is_found)
{
    decrypt_set_up();
    key_file_write(&directory, "a", twin.key, twin.certificate);
    encrypt(&elliptic, slice_from_str(TEXT));
    assert_text(TEXT);
    encrypt(&twin, slice_from_str(TEXT));
    assert_text(TEXT);
    decrypt_tear_down();
}
END_TEST

START_TEST(a_missing_key_is_waited_for)
{
    decrypt_set_up();
    ck_assert_int_eq(unlinkat(directory.fd, "b", 0), 0);
    encrypt(&elliptic, slice_from_str(TEXT));
    struct buffer kept = {0};
    buffer_add(&kept, message.at, message.len);
    assert_result(SMIME_DECRYPT_WAIT, "No such file");
    encrypt(&rsa, slice_from_str(TEXT)); /* the other key is there */
    assert_text(TEXT);
    key_file_write(&directory, "b", elliptic.key, elliptic.certificate);
    buffer_clear(&message);
    buffer_add(&message, kept.at, kept.len);
    assert_text(TEXT);
    buffer_free(&kept);
    decrypt_tear_down();
}
END_TEST

/* What waited would take the room of the node in whose name anybody may have sent it. */
START_TEST(without_any_key_it_is_refused)
{
    static char *none[] = {NULL};
    decrypt_set_up();
    decryption_keys_free(keys);
    keys = decryption_keys_new(none);
    encrypt(&elliptic, slice_from_str(TEXT));
    assert_result(SMIME_DECRYPT_REFUSED, "names no key");
    buffer_clear(&message);
    buffer_add_text(&message, TEXT);
    assert_text(TEXT);
    decrypt_tear_down();
}
END_TEST

/* Makes the envelope's DER from the message, for a test that changes it. */
static struct buffer envelope_of_message(void)
{
    struct buffer der = {0};
    const char *body = strstr(buffer_cstr(&message), "\n\n");
    ck_assert(body != NULL);
    BIO *base64 = BIO_new(BIO_f_base64());
    BIO *in = BIO_push(base64, BIO_new_mem_buf(body + 2, -1));
    int got = BIO_read(in, buffer_reserve(&der, message.len), (int)message.len);
    ck_assert_int_gt(got, 0);
    der.len = (size_t)got;
    BIO_free_all(in);
    return der;
}

/* GCM notices each changed bit of the content, and of its tag, which is the end of the encoding. */
START_TEST(an_altered_message_is_refused)
{
    decrypt_set_up();
    encrypt(&elliptic, slice_from_str(TEXT TEXT TEXT));
    struct buffer der = envelope_of_message();
    for (size_t back = 1; back < sizeof TEXT TEXT TEXT; back += 7) {
        der.at[der.len - back] ^= 1;
        replace_envelope(buffer_slice(&der));
        ck_assert_int_eq(decrypt_message(), SMIME_DECRYPT_REFUSED);
        der.at[der.len - back] ^= 1;
    }
    replace_envelope(buffer_slice(&der));
    assert_text(TEXT TEXT TEXT);
    buffer_free(&der);
    decrypt_tear_down();
}
END_TEST

START_TEST(a_cut_message_is_refused)
{
    decrypt_set_up();
    encrypt(&elliptic, slice_from_str(TEXT));
    struct buffer der = envelope_of_message();
    for (size_t len = 0; len < der.len; len += 5) {
        replace_envelope((struct slice){der.at, len});
        ck_assert_int_eq(decrypt_message(), SMIME_DECRYPT_REFUSED);
    }
    buffer_free(&der);
    decrypt_tear_down();
}
END_TEST

/* With padding (RFC 5649) OpenSSL 3.0 writes beyond a buffer when it cannot unwrap the key. */
START_TEST(another_key_wrap_than_the_one_of_aes_is_refused)
{
    static const char wrap[] = "\x60\x86\x48\x01\x65\x03\x04\x01\x2d";
    static const char endings[] = {0x2e, 0x30}; /* AES-256 in GCM, AES-256 key wrap with padding */
    decrypt_set_up();
    for (size_t i = 0; i < sizeof endings; i++) {
        encrypt(&elliptic, slice_from_str(TEXT));
        struct buffer der = envelope_of_message();
        char *found = memmem(der.at, der.len, wrap, sizeof wrap - 1);
        ck_assert(found != NULL);
        found[sizeof wrap - 2] = endings[i];
        replace_envelope(buffer_slice(&der));
        assert_result(SMIME_DECRYPT_REFUSED, "not wrapped with AES key wrap");
        buffer_free(&der);
    }
    decrypt_tear_down();
}
END_TEST

START_TEST(twice_is_refused)
{
    decrypt_set_up();
    encrypt(&elliptic, slice_from_str(TEXT));
    struct buffer once = {0};
    buffer_add(&once, message.at, message.len);
    encrypt(&rsa, buffer_slice(&once));
    assert_result(SMIME_DECRYPT_REFUSED, "encrypted twice");
    buffer_free(&once);
    decrypt_tear_down();
}
END_TEST

START_TEST(what_is_opaque_but_not_encrypted_is_refused)
{
    decrypt_set_up();
    CMS_ContentInfo *cms = signing_sign(&elliptic, EVP_sha256(), 0, slice_from_str(TEXT));
    unsigned char *der = NULL;
    int len = i2d_CMS_ContentInfo(cms, &der);
    replace_envelope((struct slice){(const char *)der, (size_t)len});
    assert_result(SMIME_DECRYPT_REFUSED, "neither encrypted");
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    buffer_clear(&message);
    buffer_add_text(&message, "Content-Type: application/x-pkcs7-mime\n\nAAAA");
    assert_result(SMIME_DECRYPT_REFUSED, "base64");
    buffer_clear(&message);
    buffer_add_text(&message, "Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n%%%");
    assert_result(SMIME_DECRYPT_REFUSED, "base64");
    decrypt_tear_down();
}
END_TEST

/* A million empty attributes would become a few hundred megabytes in memory. */
START_TEST(an_encoding_of_many_parts_is_refused)
{
    struct buffer der = {0};
    decrypt_set_up();
    for (int i = 0; i < 100000; i++) {
        buffer_add(&der, "\x30\x80", 2);
    }
    replace_envelope(buffer_slice(&der));
    assert_result(SMIME_DECRYPT_REFUSED, "too many parts");
    buffer_free(&der);
    decrypt_tear_down();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {both_kinds_of_keys_and_ciphers_are_taken,
                                  one_of_several_recipients_is_enough,
                                  what_is_not_encrypted_stays_as_it_is,
                                  a_gzip_inside_is_expanded_within_the_limits,
                                  one_encrypted_to_another_key_is_refused,
                                  of_two_keys_with_the_same_name_and_number_the_right_one_is_found,
                                  a_missing_key_is_waited_for,
                                  without_any_key_it_is_refused,
                                  an_altered_message_is_refused,
                                  a_cut_message_is_refused,
                                  another_key_wrap_than_the_one_of_aes_is_refused,
                                  twice_is_refused,
                                  what_is_opaque_but_not_encrypted_is_refused,
                                  an_encoding_of_many_parts_is_refused};
    rsa = signing_identity(signing_rsa_key(2048), "root", 1);
    elliptic = signing_identity(signing_ec_key(), "root", 2);
    twin = signing_identity(signing_ec_key(), "root", 2);
    stranger = signing_identity(signing_ec_key(), "stranger", 2);
    int status = suite_run("smime_decrypt", tests, sizeof tests / sizeof *tests);
    signing_identity_free(&rsa);
    signing_identity_free(&elliptic);
    signing_identity_free(&twin);
    signing_identity_free(&stranger);
    return status;
}
