/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/decryption_keys.h"

#include "support/key_file.h"
#include "support/suite.h"

static struct identity rsa;
static struct identity elliptic;
static struct tmpdir directory;
static char path_a[128];
static char path_b[128];
static struct decryption_keys *keys;
static struct err err;

static void keys_set_up(void)
{
    directory = tmpdir_make();
    snprintf(path_a, sizeof path_a, "%s/a", directory.path);
    snprintf(path_b, sizeof path_b, "%s/b", directory.path);
    static char *files[] = {path_a, path_b, NULL};
    keys = decryption_keys_new(files);
    key_file_write(&directory, "a", rsa.key, rsa.certificate);
    key_file_write(&directory, "b", elliptic.key, elliptic.certificate);
}

static void keys_tear_down(void)
{
    decryption_keys_free(keys);
    tmpdir_remove(&directory);
}

static bool has_key(size_t i, const struct identity *identity)
{
    const struct decryption_key *key = decryption_keys_at(keys, i);
    return key->key != NULL && X509_cmp(key->certificate, identity->certificate) == 0;
}

/* b cannot be used, for this reason; a can all the same. */
static void assert_b_is_bad(const char *reason)
{
    ck_assert(!decryption_keys_refresh(keys, &err));
    ck_assert_msg(strstr(err.text, reason) != NULL, "'%s' instead of '%s'", err.text, reason);
    ck_assert_msg(strstr(err.text, path_b) != NULL, "%s", err.text);
    ck_assert(has_key(0, &rsa));
    ck_assert_ptr_null(decryption_keys_at(keys, 1)->key);
}

START_TEST(both_kinds_of_keys_are_read)
{
    keys_set_up();
    ck_assert_msg(decryption_keys_refresh(keys, &err), "%s", err.text);
    ck_assert_uint_eq(decryption_keys_count(keys), 2);
    ck_assert(has_key(0, &rsa));
    ck_assert(has_key(1, &elliptic));
    keys_tear_down();
}
END_TEST

START_TEST(a_file_is_read_again_only_when_it_changed)
{
    keys_set_up();
    ck_assert(decryption_keys_refresh(keys, &err));
    const EVP_PKEY *first = decryption_keys_at(keys, 0)->key;
    ck_assert(decryption_keys_refresh(keys, &err));
    ck_assert_ptr_eq(decryption_keys_at(keys, 0)->key, first);
    key_file_write(&directory, "a", elliptic.key, elliptic.certificate);
    ck_assert(decryption_keys_refresh(keys, &err));
    ck_assert(has_key(0, &elliptic));
    keys_tear_down();
}
END_TEST

START_TEST(a_file_that_is_missing_may_come_and_go)
{
    keys_set_up();
    ck_assert_int_eq(unlinkat(directory.fd, "b", 0), 0);
    assert_b_is_bad("No such file");
    key_file_write(&directory, "b", elliptic.key, elliptic.certificate);
    ck_assert(decryption_keys_refresh(keys, &err));
    ck_assert(has_key(1, &elliptic));
    ck_assert_int_eq(unlinkat(directory.fd, "b", 0), 0);
    assert_b_is_bad("No such file");
    keys_tear_down();
}
END_TEST

START_TEST(what_is_no_key_with_its_certificate_is_named)
{
    keys_set_up();
    key_file_write(&directory, "b", NULL, elliptic.certificate);
    assert_b_is_bad("no private key");
    key_file_write(&directory, "b", elliptic.key, NULL);
    assert_b_is_bad("no certificate");
    key_file_write(&directory, "b", elliptic.key, rsa.certificate);
    assert_b_is_bad("not that of its private key");
    tmpdir_arrive(directory.fd, "b", "nonsense");
    assert_b_is_bad("no private key");
    EVP_PKEY *edwards = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    key_file_write(&directory, "b", edwards, elliptic.certificate);
    assert_b_is_bad("neither RSA nor EC");
    EVP_PKEY_free(edwards);
    keys_tear_down();
}
END_TEST

/* At a terminal OpenSSL would ask for the password, and a daemon would hang. */
START_TEST(a_key_with_a_password_is_refused)
{
    keys_set_up();
    BIO *out = BIO_new(BIO_s_mem());
    char *pem;
    ck_assert(PEM_write_bio_PrivateKey(out, elliptic.key, EVP_aes_256_cbc(), (const unsigned char *)"secret", 6, NULL,
                                       NULL) == 1 &&
              PEM_write_bio_X509(out, elliptic.certificate) == 1 && BIO_write(out, "", 1) == 1);
    BIO_get_mem_data(out, &pem);
    tmpdir_arrive(directory.fd, "b", pem);
    BIO_free(out);
    assert_b_is_bad("a password protects");
    keys_tear_down();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {both_kinds_of_keys_are_read, a_file_is_read_again_only_when_it_changed,
                                  a_file_that_is_missing_may_come_and_go, what_is_no_key_with_its_certificate_is_named,
                                  a_key_with_a_password_is_refused};
    rsa = signing_identity(signing_rsa_key(2048), "decryption", 1);
    elliptic = signing_identity(signing_ec_key(), "decryption", 2);
    int status = suite_run("decryption_keys", tests, sizeof tests / sizeof *tests);
    signing_identity_free(&rsa);
    signing_identity_free(&elliptic);
    return status;
}
