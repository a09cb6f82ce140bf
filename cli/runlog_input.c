/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runlog_input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "util/decompress.h"
#include "util/safe_file.h"

/* Takes any file that can be read, also a pipe of the shell. */
static bool runlog_input_read_file(const char *file, struct buffer *out, struct err *err)
{
    if (strcmp(file, "-") == 0) {
        return safe_file_read_fd(STDIN_FILENO, "standard input", RUNLOG_INPUT_LIMIT, out, err);
    }
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return err_set_errno(err, errno, "%s", file);
    }
    bool done = safe_file_read_fd(fd, file, RUNLOG_INPUT_LIMIT, out, err);
    close(fd);
    return done;
}

static enum compression compression_of(const char *file)
{
    struct slice name = slice_from_str(file);
    return slice_ends_with(name, ".gz")    ? COMPRESSION_GZIP
           : slice_ends_with(name, ".zip") ? COMPRESSION_ZIP
                                           : COMPRESSION_NONE;
}

bool runlog_input_read(const char *file, struct buffer *out, struct err *err)
{
    const struct decompress_limits limits = {.expanded = RUNLOG_INPUT_LIMIT};
    enum compression compression = compression_of(file);
    struct buffer image = {0};
    if (compression == COMPRESSION_NONE) {
        return runlog_input_read_file(file, out, err);
    }
    bool done = runlog_input_read_file(file, &image, err);
    if (done) {
        struct decompressor *decompressor = decompressor_new();
        done = decompress(decompressor, compression, buffer_slice(&image), &limits, out, err) ||
               err_prefix(err, "%s", file);
        decompressor_free(decompressor);
    }
    buffer_free(&image);
    return done;
}
