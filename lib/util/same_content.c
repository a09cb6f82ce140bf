/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/same_content.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/close_fd.h"

enum { PIECE_SIZE = 32768 };

/* Reads until the piece is full or the file ends. */
static ssize_t fill_piece(int fd, char piece[PIECE_SIZE])
{
    size_t len = 0;
    ssize_t got;
    while (len < PIECE_SIZE && (got = TEMP_FAILURE_RETRY(read(fd, piece + len, PIECE_SIZE - len))) != 0) {
        if (got < 0) {
            return -1;
        }
        len += (size_t)got;
    }
    return (ssize_t)len;
}

static enum same_content compare_bytes(int a, int b, struct err *err)
{
    char a_piece[PIECE_SIZE];
    char b_piece[PIECE_SIZE];
    ssize_t a_len, b_len;
    do {
        a_len = fill_piece(a, a_piece);
        b_len = fill_piece(b, b_piece);
        if (a_len < 0 || b_len < 0) {
            err_set_errno(err, errno, "comparing two files");
            return SAME_CONTENT_FAILED;
        }
        if (a_len != b_len || memcmp(a_piece, b_piece, (size_t)a_len) != 0) {
            return SAME_CONTENT_NOT;
        }
    } while (a_len > 0);
    return SAME_CONTENT;
}

static int open_file(int dir_fd, const char *name, struct err *err)
{
    int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        err_set_errno(err, errno, "%s", name);
    }
    return fd;
}

enum same_content same_content(int a_fd, const char *a, int b_fd, const char *b, struct err *err)
{
    struct stat a_status, b_status;
    if (fstatat(b_fd, b, &b_status, AT_SYMLINK_NOFOLLOW) != 0 ||
        fstatat(a_fd, a, &a_status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(b_status.st_mode) ||
        a_status.st_size != b_status.st_size) {
        return SAME_CONTENT_NOT;
    }
    int one = open_file(a_fd, a, err);
    int two = one >= 0 ? open_file(b_fd, b, err) : -1;
    enum same_content result = SAME_CONTENT_FAILED;
    if (two >= 0) {
        result = compare_bytes(one, two, err);
    } else if (one >= 0 && errno == ENOENT) {
        result = SAME_CONTENT_NOT; /* it was removed a moment ago */
    }
    close_fd(&one);
    close_fd(&two);
    return result;
}
