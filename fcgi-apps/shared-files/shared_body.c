/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-files/shared_body.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "endpoint/body.h"
#include "util/close_fd.h"
#include "util/free_space.h"
#include "util/xmalloc.h"

enum { PIECE_SIZE = 65536 };

/* request->read of a body that is in a file; the context is its descriptor. */
static ssize_t read_taken(void *context, char *into, size_t size)
{
    return TEMP_FAILURE_RETRY(read((int)(intptr_t)context, into, size));
}

static bool write_whole(int fd, const char *bytes, size_t len)
{
    ssize_t written = 0;
    for (; len > 0 && written >= 0; bytes += written, len -= (size_t)written) {
        written = TEMP_FAILURE_RETRY(write(fd, bytes, len));
    }
    return written >= 0;
}

/* Not by O_TMPFILE, which overlayfs lacks in older kernels. */
static int open_nameless(const char *directory)
{
    char *path = xasprintf("%s/.body.XXXXXX", directory);
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0) {
        unlink(path);
    }
    free(path);
    return fd;
}

static bool cannot_keep(const struct shared_files_context *context, int errnum)
{
    struct err err;
    err_set_errno(&err, errnum, "a body on its way to another server");
    return request_context_fail(&context->base, errnum == ENOSPC || errnum == EDQUOT ? 507 : 500, err.text);
}

bool shared_body_take(const struct shared_files_context *context)
{
    struct request *request = context->base.request;
    char piece[PIECE_SIZE];
    struct err err = {0};
    ssize_t got;
    int fd = open_nameless(context->config->shared_files.path);
    if (fd < 0) {
        return cannot_keep(context, errno);
    }
    if (!free_space_for(fd, request->length, context->config->upload.min_free_space, &err)) {
        close(fd);
        return request_context_fail(&context->base, 507, err.text);
    }
    while ((got = body_read(request, piece, sizeof piece, &err)) > 0) {
        if (!write_whole(fd, piece, (size_t)got)) {
            close_fd(&fd);
            return cannot_keep(context, errno);
        }
    }
    if (got < 0) {
        close(fd);
        return request_context_refuse(&context->base, 400, err.text);
    }
    lseek(fd, 0, SEEK_SET);
    request->read = read_taken;
    request->read_context = (void *)(intptr_t)fd;
    request->body_read = 0;
    return true;
}
