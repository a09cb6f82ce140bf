/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/runlog_seal.h"

#include <openssl/pem.h>

#include "relay/smime_decrypt.h"
#include "relay/smime_verify.h"
#include "support/signing.h"
#include "support/suite.h"
#include "support/tmpdir.h"
#include "util/decompress.h"
#include "util/xmalloc.h"

#define LOG "2027-01-15T08:00:00+00:00 R: @@one\n\ntwo\n"

/* NAME.key and NAME.cert of a new identity. */
static struct identity make_key_files(const struct tmpdir *directory, const char *name, const char *uid, EVP_PKEY *pkey)
{
    char path[128];
    struct identity identity = signing_identity(pkey, uid, 1);
    snprintf(path, sizeof path, "%s/%s.key", directory->path, name);
    FILE *file = fopen(path, "w");
    ck_assert_int_eq(PEM_write_PrivateKey(file, identity.key, NULL, NULL, 0, NULL, NULL), 1);
    fclose(file);
    snprintf(path, sizeof path, "%s/%s.cert", directory->path, name);
    file = fopen(path, "w");
    ck_assert_int_eq(PEM_write_X509(file, identity.certificate), 1);
    fclose(file);
    return identity;
}

static bool checks(const struct tmpdir *directory, struct err *err)
{
    return runlog_seal_check(&(struct runlog_seal){directory->path, "node", ""}, err);
}

static void expand_sealed(struct slice sealed, struct buffer *message)
{
    struct err err = {0};
    struct decompressor *decompressor = decompressor_new();
    const struct decompress_limits limits = {.expanded = 1 << 20, .ratio = 1000};
    ck_assert_msg(decompress(decompressor, COMPRESSION_GZIP, sealed, &limits, message, &err), "%s", err.text);
    decompressor_free(decompressor);
}

static void assert_seals(EVP_PKEY *pkey)
{
    struct tmpdir directory = tmpdir_make();
    struct identity identity = make_key_files(&directory, "node", "node", pkey);
    struct buffer sealed = {0}, message = {0}, canonical = {0};
    struct err err = {0};
    const struct runlog_seal seal = {directory.path, "node", ""};
    ck_assert_msg(runlog_seal(&sealed, slice_from_str(LOG), &seal, &err), "%s", err.text);
    expand_sealed(buffer_slice(&sealed), &message);
    struct smime_verifier *verifier = smime_verifier_new(false, &err);
    struct slice content;
    ck_assert_msg(smime_verify(verifier, buffer_slice(&message), (struct smime_known){&identity.record, 1}, &canonical,
                               &content, &err),
                  "%s", err.text);
    ck_assert(slice_starts_with(content, "2027-01-15T08:00:00+00:00 R: @@one\r\n\r\ntwo\r\n"));
    smime_verifier_free(verifier);
    buffer_free(&sealed);
    buffer_free(&message);
    buffer_free(&canonical);
    signing_identity_free(&identity);
    tmpdir_remove(&directory);
}

START_TEST(the_forwarder_takes_what_is_sealed)
{
    assert_seals(signing_rsa_key(2048));
    assert_seals(signing_ec_key());
}
END_TEST

/* Root's key decrypts what is sealed to its certificate, and what it has then is the signed message. */
static void assert_encrypts(EVP_PKEY *pkey)
{
    struct tmpdir directory = tmpdir_make();
    struct identity node = make_key_files(&directory, "node", "node", signing_ec_key());
    struct identity root = make_key_files(&directory, "root", "root", pkey);
    struct buffer sealed = {0}, message = {0};
    struct err err = {0};
    char *certificate = xasprintf("%s/root.cert", directory.path);
    char *pair = xasprintf("%s/pair", directory.path);
    FILE *file = fopen(pair, "w");
    ck_assert_int_eq(PEM_write_PrivateKey(file, root.key, NULL, NULL, 0, NULL, NULL), 1);
    ck_assert_int_eq(PEM_write_X509(file, root.certificate), 1);
    fclose(file);
    const struct runlog_seal seal = {directory.path, "node", certificate};
    ck_assert_msg(runlog_seal(&sealed, slice_from_str(LOG), &seal, &err), "%s", err.text);
    expand_sealed(buffer_slice(&sealed), &message);
    ck_assert(smime_decrypt_wanted(buffer_slice(&message)));
    ck_assert_ptr_null(memmem(message.at, message.len, "R: @@one", 8));
    struct decryption_keys *keys = decryption_keys_new((char *[]){pair, NULL});
    struct decompressor *decompressor = decompressor_new();
    const struct decompress_limits limits = {.expanded = 1 << 20, .ratio = 1000};
    ck_assert_msg(smime_decrypt(keys, decompressor, &limits, &message, &err) == SMIME_DECRYPT_DONE, "%s", err.text);
    ck_assert_ptr_nonnull(memmem(message.at, message.len, "R: @@one", 8));
    ck_assert_ptr_nonnull(memmem(message.at, message.len, "multipart/signed", 16));
    decompressor_free(decompressor);
    decryption_keys_free(keys);
    buffer_free(&sealed);
    buffer_free(&message);
    free(certificate);
    free(pair);
    signing_identity_free(&node);
    signing_identity_free(&root);
    tmpdir_remove(&directory);
}

START_TEST(what_is_encrypted_is_for_root_alone)
{
    assert_encrypts(signing_rsa_key(2048));
    assert_encrypts(signing_ec_key());
}
END_TEST

START_TEST(without_the_certificate_nothing_is_sealed)
{
    struct tmpdir directory = tmpdir_make();
    struct identity node = make_key_files(&directory, "node", "node", signing_ec_key());
    struct identity dsa = make_key_files(&directory, "dsa", "root", signing_dsa_key());
    struct buffer sealed = {0};
    struct err err = {0};
    char *path = xasprintf("%s/none.cert", directory.path);
    ck_assert(!runlog_seal(&sealed, slice_from_str(LOG), &(struct runlog_seal){directory.path, "node", path}, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/none.cert: it is not there"));
    free(path);
    path = xasprintf("%s/dsa.cert", directory.path);
    ck_assert(!runlog_seal(&sealed, slice_from_str(LOG), &(struct runlog_seal){directory.path, "node", path}, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/dsa.cert: its key is neither RSA nor EC"));
    ck_assert_uint_eq(sealed.len, 0);
    free(path);
    buffer_free(&sealed);
    signing_identity_free(&node);
    signing_identity_free(&dsa);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(keys_that_are_wrong_are_told)
{
    struct tmpdir directory = tmpdir_make();
    struct err err;
    ck_assert(!checks(&directory, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/node.key: No such file"));
    struct identity node = make_key_files(&directory, "node", "another", signing_ec_key());
    ck_assert(!checks(&directory, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/node.cert: it is the certificate of another"));
    struct identity right = make_key_files(&directory, "node", "node", signing_ec_key());
    ck_assert(checks(&directory, &err));
    struct identity third = make_key_files(&directory, "third", "node", signing_ec_key());
    ck_assert_int_eq(renameat(directory.fd, "third.key", directory.fd, "node.key"), 0);
    ck_assert(!checks(&directory, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/node.cert: the key beside it is another one's"));
    tmpdir_write(directory.fd, "node.key", "none");
    ck_assert(!checks(&directory, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/node.key: there is no key in it"));
    signing_identity_free(&node);
    signing_identity_free(&right);
    signing_identity_free(&third);
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("runlog_seal", the_forwarder_takes_what_is_sealed, what_is_encrypted_is_for_root_alone,
           without_the_certificate_nothing_is_sealed, keys_that_are_wrong_are_told)
