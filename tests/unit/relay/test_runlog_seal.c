/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/runlog_seal.h"

#include <openssl/pem.h>

#include "relay/smime_verify.h"
#include "support/signing.h"
#include "support/suite.h"
#include "support/tmpdir.h"
#include "util/decompress.h"

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

static void assert_seals(EVP_PKEY *pkey)
{
    struct tmpdir directory = tmpdir_make();
    struct identity identity = make_key_files(&directory, "node", "node", pkey);
    struct buffer sealed = {0}, message = {0}, canonical = {0};
    struct err err = {0};
    ck_assert_msg(runlog_seal(&sealed, slice_from_str(LOG), directory.path, "node", &err), "%s", err.text);
    struct decompressor *decompressor = decompressor_new();
    const struct decompress_limits limits = {.expanded = 1 << 20, .ratio = 1000};
    ck_assert_msg(decompress(decompressor, COMPRESSION_GZIP, buffer_slice(&sealed), &limits, &message, &err), "%s",
                  err.text);
    struct smime_verifier *verifier = smime_verifier_new(false, &err);
    struct slice content;
    ck_assert_msg(smime_verify(verifier, buffer_slice(&message), (struct smime_known){&identity.record, 1}, &canonical,
                               &content, &err),
                  "%s", err.text);
    ck_assert(slice_starts_with(content, "2027-01-15T08:00:00+00:00 R: @@one\r\n\r\ntwo\r\n"));
    smime_verifier_free(verifier);
    decompressor_free(decompressor);
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

START_TEST(keys_that_are_wrong_are_told)
{
    struct tmpdir directory = tmpdir_make();
    struct err err;
    ck_assert(!runlog_seal_check(directory.path, "node", &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/node.key: No such file"));
    struct identity node = make_key_files(&directory, "node", "another", signing_ec_key());
    ck_assert(!runlog_seal_check(directory.path, "node", &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/node.cert: it is the certificate of another"));
    struct identity right = make_key_files(&directory, "node", "node", signing_ec_key());
    ck_assert(runlog_seal_check(directory.path, "node", &err));
    struct identity third = make_key_files(&directory, "third", "node", signing_ec_key());
    ck_assert_int_eq(renameat(directory.fd, "third.key", directory.fd, "node.key"), 0);
    ck_assert(!runlog_seal_check(directory.path, "node", &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/node.cert: the key beside it is another one's"));
    tmpdir_write(directory.fd, "node.key", "none");
    ck_assert(!runlog_seal_check(directory.path, "node", &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/node.key: there is no key in it"));
    signing_identity_free(&node);
    signing_identity_free(&right);
    signing_identity_free(&third);
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("runlog_seal", the_forwarder_takes_what_is_sealed, keys_that_are_wrong_are_told)
