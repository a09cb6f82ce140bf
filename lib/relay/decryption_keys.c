/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/decryption_keys.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include "util/file_status.h"
#include "util/safe_file.h"
#include "util/x509_key.h"
#include "util/xmalloc.h"

struct key_file {
    const char *path;
    struct stat status; /* before it was read */
    struct decryption_key key;
};

struct decryption_keys {
    size_t count;
    const char *name;
    struct key_file files[];
};

struct decryption_keys *decryption_keys_new(char *const *files)
{
    size_t count = 0;
    while (files[count] != NULL) {
        count++;
    }
    struct decryption_keys *keys = xcalloc(1, sizeof *keys + count * sizeof *keys->files);
    keys->count = count;
    keys->name = "processing.reporting.decryption_key_file";
    for (size_t i = 0; i < count; i++) {
        keys->files[i].path = files[i];
    }
    return keys;
}

void decryption_keys_call(struct decryption_keys *keys, const char *name)
{
    keys->name = name;
}

const char *decryption_keys_name(const struct decryption_keys *keys)
{
    return keys->name;
}

static void forget_key(struct key_file *file)
{
    EVP_PKEY_free(file->key.key);
    X509_free(file->key.certificate);
    file->key = (struct decryption_key){0};
}

void decryption_keys_free(struct decryption_keys *keys)
{
    for (size_t i = 0; keys != NULL && i < keys->count; i++) {
        forget_key(&keys->files[i]);
    }
    free(keys);
}

static bool check_pair(const struct decryption_key *key, struct err *err)
{
    if (key->key == NULL) {
        return err_set(err, "there is no private key in it, or one that a password protects");
    }
    if (key->certificate == NULL) {
        return err_set(err, "there is no certificate beside its private key");
    }
    if (!EVP_PKEY_is_a(key->key, "RSA") && !EVP_PKEY_is_a(key->key, "EC")) {
        return err_set(err, "its key is neither RSA nor EC");
    }
    return X509_check_private_key(key->certificate, key->key) == 1 ||
           err_set(err, "its certificate is not that of its private key");
}

static bool parse_pair(struct slice pem, struct decryption_key *key, struct err *err)
{
    /* each in its own pass: they may stand in either order */
    BIO *bio = BIO_new_mem_buf(pem.at, (int)pem.len);
    key->key = PEM_read_bio_PrivateKey(bio, NULL, x509_key_no_password, NULL);
    BIO_free(bio);
    bio = BIO_new_mem_buf(pem.at, (int)pem.len);
    key->certificate = PEM_read_bio_X509(bio, NULL, x509_key_no_password, NULL);
    BIO_free(bio);
    return check_pair(key, err);
}

static bool read_pair(struct key_file *file, struct err *err)
{
    struct buffer pem = {0};
    bool done = safe_file_read_followed(file->path, DECRYPTION_KEY_FILE_LIMIT, &pem, err) &&
                (parse_pair(buffer_slice(&pem), &file->key, err) || err_prefix(err, "%s", file->path));
    if (pem.at != NULL) {
        OPENSSL_cleanse(pem.at, pem.size);
    }
    buffer_free(&pem);
    return done;
}

static bool refresh_file(struct key_file *file, struct err *err)
{
    struct stat now;
    if (stat(file->path, &now) != 0) {
        int errnum = errno;
        forget_key(file);
        return err_set_errno(err, errnum, "%s", file->path);
    }
    if (file->key.key != NULL && file_status_is_unchanged(&now, &file->status)) {
        return true;
    }
    forget_key(file);
    file->status = now;
    if (!read_pair(file, err)) {
        forget_key(file);
        return false;
    }
    return true;
}

bool decryption_keys_refresh(struct decryption_keys *keys, struct err *err)
{
    bool good = true;
    for (size_t i = 0; i < keys->count; i++) {
        good = refresh_file(&keys->files[i], good ? err : NULL) && good;
    }
    ERR_clear_error();
    return good;
}

size_t decryption_keys_count(const struct decryption_keys *keys)
{
    return keys->count;
}

const struct decryption_key *decryption_keys_at(const struct decryption_keys *keys, size_t i)
{
    return &keys->files[i].key;
}
