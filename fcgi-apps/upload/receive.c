/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upload/receive.h"

#include <errno.h>
#include <unistd.h>

#include "endpoint/body.h"
#include "util/safe_file.h"

enum { PIECE_SIZE = 65536, FILE_MODE = 0640 };

static enum receive_result by_errno(int errnum)
{
    return errnum == ENOSPC || errnum == EDQUOT ? RECEIVE_NO_SPACE : RECEIVE_FAILED;
}

static bool write_all(int fd, const char *at, size_t len)
{
    while (len > 0) {
        ssize_t wrote = write(fd, at, len);
        if (wrote < 0 && errno != EINTR) {
            return false;
        }
        if (wrote > 0) {
            at += wrote;
            len -= (size_t)wrote;
        }
    }
    return true;
}

static enum receive_result copy_body(struct request *request, int fd, struct err *err)
{
    char piece[PIECE_SIZE];
    ssize_t got;
    while ((got = body_read(request, piece, sizeof piece, err)) > 0) {
        if (!write_all(fd, piece, (size_t)got)) {
            int errnum = errno;
            err_set_errno(err, errnum, "writing after %lld bytes", (long long)request->body_read);
            return by_errno(errnum);
        }
    }
    return got == 0 ? RECEIVE_NEW : RECEIVE_BROKEN;
}

enum receive_result receive_file(struct request *request, int folder_fd, const char *name, struct err *err)
{
    struct safe_file file;
    errno = 0;
    if (!safe_file_create(&file, folder_fd, FILE_MODE, err)) {
        return by_errno(errno);
    }
    enum receive_result result = copy_body(request, file.fd, err);
    if (result != RECEIVE_NEW) {
        safe_file_abandon(&file);
        return result;
    }
    bool replaced = false;
    errno = 0;
    if (!safe_file_commit(&file, name, &replaced, err)) {
        return by_errno(errno);
    }
    return replaced ? RECEIVE_REPLACED : RECEIVE_NEW;
}
