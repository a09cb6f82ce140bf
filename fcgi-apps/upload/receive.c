/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upload/receive.h"

#include <errno.h>

#include "endpoint/body.h"
#include "relay/spool_put.h"
#include "util/safe_file.h"

enum { PIECE_SIZE = 65536 };

static enum receive_result receive_by_put(enum spool_put put)
{
    static const enum receive_result results[] = {
        [SPOOL_PUT_NEW] = RECEIVE_NEW,   [SPOOL_PUT_BESIDE] = RECEIVE_BESIDE,     [SPOOL_PUT_SAME] = RECEIVE_SAME,
        [SPOOL_PUT_FULL] = RECEIVE_FULL, [SPOOL_PUT_NO_SPACE] = RECEIVE_NO_SPACE, [SPOOL_PUT_FAILED] = RECEIVE_FAILED,
    };
    return results[put];
}

static enum receive_result receive_by_errno(int errnum)
{
    return receive_by_put(spool_put_by_errno(errnum));
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

enum receive_result receive_file(struct request *request, int dir_fd, const char *name, int64_t taken, struct err *err)
{
    struct safe_file file;
    errno = 0;
    if (!safe_file_create(&file, dir_fd, SPOOL_PUT_FILE_MODE, err)) {
        return receive_by_errno(errno);
    }
    enum receive_result result = receive_copy_body(request, &file, err);
    if (result == RECEIVE_NEW) {
        return receive_by_put(spool_put(&file, name, taken, err));
    }
    safe_file_abandon(&file);
    return result;
}
