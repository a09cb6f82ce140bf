/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/buffer.h"
#include "util/close_fd.h"
#include "util/safe_file.h"
#include "util/xmalloc.h"

/* KEPT: bytes of buffer kept for the next batch. FILE_MOST: far more than a program writes before it clears. */
enum { BATCH_KEPT = 1 << 20, BATCH_FILE_MOST = 64 << 20 };

struct batch {
    int fd;
    struct buffer lines;
};

/* The line that the other process was writing when it ended is not answered for. */
static void drop_half_line(struct batch *batch)
{
    while (batch->lines.len > 0 && batch->lines.at[batch->lines.len - 1] != '\n') {
        batch->lines.len--;
    }
}

/* Makes the file as long as the lines in memory are. */
static bool fit_batch_file(const struct batch *batch)
{
    return ftruncate(batch->fd, (off_t)batch->lines.len) == 0;
}

struct batch *batch_open(const char *directory, struct err *err)
{
    struct batch *batch = xcalloc(1, sizeof *batch);
    char *path = xasprintf("%s/batch", directory);
    batch->fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool good = batch->fd >= 0 || err_set_errno(err, errno, "%s", path);
    good = good && safe_file_read_fd(batch->fd, path, BATCH_FILE_MOST, &batch->lines, err);
    drop_half_line(batch);
    good = good && (fit_batch_file(batch) || err_set_errno(err, errno, "%s", path));
    free(path);
    if (!good) {
        batch_close(batch);
        return NULL;
    }
    return batch;
}

void batch_close(struct batch *batch)
{
    if (batch != NULL) {
        close_fd(&batch->fd);
        buffer_free(&batch->lines);
        free(batch);
    }
}

bool batch_add(struct batch *batch, struct slice line, struct err *err)
{
    const size_t before = batch->lines.len;
    buffer_add(&batch->lines, line.at, line.len);
    buffer_add(&batch->lines, "\n", 1);
    struct slice rest = slice_behind(buffer_slice(&batch->lines), before);
    while (rest.len > 0) {
        ssize_t wrote = write(batch->fd, rest.at, rest.len);
        if (wrote < 0 && errno != EINTR) {
            err_set_errno(err, errno, "the file of the batch");
            batch->lines.len = before;
            fit_batch_file(batch);
            return false;
        }
        rest = slice_behind(rest, wrote > 0 ? (size_t)wrote : 0);
    }
    return true;
}

struct slice batch_lines(const struct batch *batch)
{
    return buffer_slice(&batch->lines);
}

/* A file that cannot be cut is taken into the store once more by the next process, which knows the messages by id. */
void batch_clear(struct batch *batch)
{
    buffer_clear_large(&batch->lines, BATCH_KEPT);
    fit_batch_file(batch);
}
