/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-folder/content_hash.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "util/file_status.h"

enum { PIECE_SIZE = 32768, LOOK_EVERY = 8 << 20 };

/* As far as one can tell from outside. */
static bool has_same_content(const struct stat *a, const struct stat *b)
{
    return file_status_is_unchanged(a, b) && file_status_compare_times(&a->st_ctim, &b->st_ctim) == 0;
}

static enum content_hash_result look_again(int fd, const struct stat *before, struct err *err)
{
    struct stat now;
    if (fstat(fd, &now) != 0) {
        err_set_errno(err, errno, "fstat");
        return CONTENT_FAILED;
    }
    return has_same_content(before, &now) ? CONTENT_HASHED : CONTENT_CHANGED;
}

/* As many bytes as it had before: a file that goes on growing ends there all the same. One that changes is not read to
 * its end in vain. */
static enum content_hash_result hash_bytes(EVP_MD_CTX *context, int fd, const struct stat *before, struct err *err)
{
    char piece[PIECE_SIZE];
    enum content_hash_result result = CONTENT_HASHED;
    for (off_t at = 0; at < before->st_size && result == CONTENT_HASHED;) {
        ssize_t got = TEMP_FAILURE_RETRY(pread(fd, piece, sizeof piece, at));
        if (got < 0) {
            err_set_errno(err, errno, "reading after %lld bytes", (long long)at);
            return CONTENT_FAILED;
        }
        if (got == 0) {
            break;
        }
        if (EVP_DigestUpdate(context, piece, (size_t)got) != 1) {
            err_set(err, "OpenSSL could not hash");
            return CONTENT_FAILED;
        }
        at += got;
        if (at % LOOK_EVERY < got) {
            result = look_again(fd, before, err);
        }
    }
    return result == CONTENT_HASHED ? look_again(fd, before, err) : result;
}

enum content_hash_result content_hash(int fd, const struct stat *before, enum digest_algorithm algorithm,
                                      unsigned char digest[DIGEST_MAX_SIZE], struct err *err)
{
    enum content_hash_result result = CONTENT_FAILED;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    if (context != NULL && EVP_DigestInit_ex(context, digest_algorithm_md(algorithm), NULL) == 1) {
        result = hash_bytes(context, fd, before, err);
    } else {
        err_set(err, "OpenSSL gives no %s", digest_algorithm_name(algorithm));
    }
    if (result == CONTENT_HASHED && EVP_DigestFinal_ex(context, digest, NULL) != 1) {
        err_set(err, "OpenSSL could not hash");
        result = CONTENT_FAILED;
    }
    EVP_MD_CTX_free(context);
    return result;
}
