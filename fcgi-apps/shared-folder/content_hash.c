/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-folder/content_hash.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_SIZE = 32768 };

bool content_algorithm_parse(const char *name, enum content_algorithm *algorithm)
{
    if (strcmp(name, "sha256") == 0) {
        *algorithm = CONTENT_SHA256;
    } else if (strcmp(name, "sha512") == 0) {
        *algorithm = CONTENT_SHA512;
    } else {
        return false;
    }
    return true;
}

size_t content_digest_size(enum content_algorithm algorithm)
{
    return algorithm == CONTENT_SHA512 ? 64 : 32;
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool content_is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           same_time(a->st_mtim, b->st_mtim) && same_time(a->st_ctim, b->st_ctim);
}

/* Up to size bytes; a file that goes on growing ends there all the same. */
static bool hash_bytes(EVP_MD_CTX *context, int fd, off_t size, struct err *err)
{
    char piece[PIECE_SIZE];
    for (off_t at = 0; at < size;) {
        ssize_t got = pread(fd, piece, sizeof piece, at);
        if (got < 0 && errno != EINTR) {
            return err_set_errno(err, errno, "reading after %lld bytes", (long long)at);
        }
        if (got == 0) {
            break;
        }
        if (got > 0 && EVP_DigestUpdate(context, piece, (size_t)got) != 1) {
            return err_set(err, "OpenSSL could not hash");
        }
        at += got > 0 ? got : 0;
    }
    return true;
}

static bool hash_file(int fd, off_t size, const EVP_MD *digest_type, unsigned char *digest, struct err *err)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context != NULL && EVP_DigestInit_ex(context, digest_type, NULL) == 1;
    if (!good) {
        err_set(err, "OpenSSL gives no %s", EVP_MD_get0_name(digest_type));
    }
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    good = good && hash_bytes(context, fd, size, err);
    if (good && EVP_DigestFinal_ex(context, digest, NULL) != 1) {
        good = err_set(err, "OpenSSL could not hash");
    }
    EVP_MD_CTX_free(context);
    return good;
}

enum content_hash_result content_hash(int fd, const struct stat *before, enum content_algorithm algorithm,
                                      unsigned char digest[CONTENT_DIGEST_MAX], struct err *err)
{
    struct stat after;
    if (!hash_file(fd, before->st_size, algorithm == CONTENT_SHA512 ? EVP_sha512() : EVP_sha256(), digest, err)) {
        return CONTENT_FAILED;
    }
    if (fstat(fd, &after) != 0) {
        err_set_errno(err, errno, "fstat");
        return CONTENT_FAILED;
    }
    return content_is_same(before, &after) ? CONTENT_HASHED : CONTENT_CHANGED;
}
