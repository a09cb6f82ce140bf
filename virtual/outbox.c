/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "virtual/outbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "relay/spool.h"
#include "relay/spool_put.h"
#include "util/buffer.h"
#include "util/close_fd.h"
#include "util/compare.h"
#include "util/dir_stream.h"
#include "util/free_space.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "outbox"

enum { KEPT_MODE = 0600, KEPT_DIRECTORY_MODE = 0700, KEPT_FILE_MAX = 1 << 30 /* bytes */, KEPT_SWEEP = 3600 };

struct outbox {
    const struct relay_config *config;
    char *incoming;
    int kept_fd;
    size_t kept; /* files in it */
};

/* ---- the spool ---- */

static bool spool_has_room(const struct outbox *outbox, int fd, int64_t bytes, struct err *err)
{
    const size_t most = (size_t)outbox->config->upload.max_waiting_files;
    if (!free_space_for(fd, bytes, outbox->config->upload.min_free_space, err)) {
        return err_prefix(err, "%s", outbox->incoming);
    }
    return spool_count(fd, most + 1) <= most ||
           err_set(err, "%s: more than %zu files wait in the spool", outbox->incoming, most);
}

/* The directory is opened anew each time: it may be another one by now. */
static bool put_into_spool(const struct outbox *outbox, const char *name, struct slice bytes, struct err *err)
{
    int fd = open(outbox->incoming, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 ? spool_has_room(outbox, fd, (int64_t)bytes.len, err) && spool_put_bytes(fd, name, bytes, err)
                        : err_set_errno(err, errno, "%s", outbox->incoming);
    close_fd(&fd);
    return done;
}

/* ---- what is kept ---- */

static bool keep_log(struct outbox *outbox, const char *name, struct slice bytes, struct err *err)
{
    if (outbox->kept >= OUTBOX_KEPT_MAX) {
        return err_set(err, "%d run logs are kept already", OUTBOX_KEPT_MAX);
    }
    bool kept = safe_file_put(outbox->kept_fd, name, KEPT_MODE, bytes, err);
    outbox->kept += kept;
    return kept;
}

bool outbox_put(struct outbox *outbox, const char *name, struct slice bytes, struct err *err)
{
    struct err why;
    if (put_into_spool(outbox, name, bytes, &why)) {
        return true;
    }
    if (!keep_log(outbox, name, bytes, err)) {
        return err_prefix(err, "%s; it cannot be kept either", why.text);
    }
    log_warn("run log kept: the spool does not take it now", log_text("file", name), log_text("reason", why.text));
    return true;
}

static bool is_expired(const struct outbox *outbox, const char *name)
{
    struct stat status;
    return fstatat(outbox->kept_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           time(NULL) - status.st_mtime > outbox->config->reporting.cleanup_retention;
}

/* False when the spool has no room: later. */
static bool send_one(const struct outbox *outbox, const char *name)
{
    struct buffer bytes = {0};
    struct err err = {0};
    bool sent = true;
    if (is_expired(outbox, name)) {
        log_warn("run log dropped: it was kept for too long", log_text("file", name));
    } else if (!safe_file_read(outbox->kept_fd, name, KEPT_FILE_MAX, &bytes, &err)) {
        log_error("run log dropped: it cannot be read", log_text("file", name), log_text("reason", err.text));
    } else if ((sent = put_into_spool(outbox, name, buffer_slice(&bytes), &err))) {
        log_info("kept run log is in the spool", log_text("file", name));
    } else {
        log_debug("kept run log stays", log_text("file", name), log_text("reason", err.text));
    }
    if (sent) {
        unlinkat(outbox->kept_fd, name, 0);
    }
    buffer_free(&bytes);
    return sent;
}

/* The names of what is kept, by date, which is how they begin; the caller frees them. */
static char **list_kept(const struct outbox *outbox, size_t *count)
{
    char **names = NULL;
    *count = 0;
    DIR *stream = dir_stream_open(outbox->kept_fd);
    for (const struct dirent *entry; stream != NULL && (entry = readdir(stream)) != NULL;) {
        if (entry->d_name[0] != '.') {
            names = xreallocarray(names, *count + 1, sizeof *names);
            names[(*count)++] = xstrdup(entry->d_name);
        }
    }
    if (stream != NULL) {
        closedir(stream);
    }
    if (*count > 0) {
        qsort(names, *count, sizeof *names, compare_texts);
    }
    return names;
}

void outbox_send_kept(struct outbox *outbox)
{
    size_t count;
    bool room = outbox->kept > 0;
    if (!room) {
        return;
    }
    char **names = list_kept(outbox, &count);
    outbox->kept = count;
    for (size_t i = 0; i < count; i++) {
        room = room && send_one(outbox, names[i]);
        outbox->kept -= room;
        free(names[i]);
    }
    free(names);
}

/* ---- open and close ---- */

static bool open_kept(struct outbox *outbox, struct err *err)
{
    char *path = xasprintf("%s/unsent", outbox->config->virtual_nodes.state_directory);
    bool there = mkdir(path, KEPT_DIRECTORY_MODE) == 0 || errno == EEXIST;
    outbox->kept_fd = there ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool done = outbox->kept_fd >= 0 || err_set_errno(err, errno, "%s", path);
    free(path);
    return done;
}

struct outbox *outbox_open(const struct relay_config *config, struct err *err)
{
    struct outbox *outbox = xcalloc(1, sizeof *outbox);
    outbox->config = config;
    outbox->kept_fd = -1;
    outbox->incoming = xasprintf("%s/incoming", config->reporting.directory);
    if (!open_kept(outbox, err)) {
        outbox_close(outbox);
        return NULL;
    }
    safe_file_sweep(outbox->kept_fd, KEPT_SWEEP);
    char **names = list_kept(outbox, &outbox->kept);
    for (size_t i = 0; i < outbox->kept; i++) {
        free(names[i]);
    }
    free(names);
    return outbox;
}

void outbox_close(struct outbox *outbox)
{
    if (outbox != NULL) {
        close_fd(&outbox->kept_fd);
        free(outbox->incoming);
        free(outbox);
    }
}
