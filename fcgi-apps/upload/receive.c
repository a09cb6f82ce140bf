/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upload/receive.h"

#include <errno.h>

#include "endpoint/body.h"
#include "util/safe_file.h"

enum { PIECE_SIZE = 65536, FILE_MODE = 0640 };

static enum receive_result receive_by_errno(int errnum)
{
    return errnum == ENOSPC || errnum == EDQUOT ? RECEIVE_NO_SPACE : RECEIVE_FAILED;
}

static enum receive_result receive_copy_body(struct request *request, struct safe_file *file, struct err *err)
{
    char piece[PIECE_SIZE];
    ssize_t got;
    while ((got = body_read(request, piece, sizeof piece, err)) > 0) {
        if (!safe_file_write(file, piece, (size_t)got, err)) {
            return receive_by_errno(errno);
        }
    }
    return got == 0 ? RECEIVE_NEW : RECEIVE_BROKEN;
}

enum receive_result receive_file(struct request *request, int dir_fd, const char *name, struct err *err)
{
    struct safe_file file;
    errno = 0;
    if (!safe_file_create(&file, dir_fd, FILE_MODE, err)) {
        return receive_by_errno(errno);
    }
    enum receive_result result = receive_copy_body(request, &file, err);
    if (result != RECEIVE_NEW) {
        safe_file_abandon(&file);
        return result;
    }
    bool replaced = false;
    errno = 0;
    if (!safe_file_commit(&file, name, &replaced, err)) {
        return receive_by_errno(errno);
    }
    return replaced ? RECEIVE_REPLACED : RECEIVE_NEW;
}
