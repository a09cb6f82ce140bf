/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policies/policy_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <unistd.h>

#include "util/open_beneath.h"

enum { PIECE_SIZE = 64 * 1024 };

/* 1980-01-01 00:00 UTC. A zip has local time without a zone. There the time is left unset: libarchive then writes the
 * first moment that a zip can hold, in any time zone. */
static const time_t fixed_time = 315532800;

struct pack {
    struct archive *archive;
    enum policy_format format;
    int dir_fd;
    policy_archive_sink *sink;
    void *context;
    struct err *err;
    bool sink_failed;
    bool given_up; /* what libarchive still writes while it is freed goes nowhere */
};

static la_ssize_t hand_on(struct archive *archive, void *context, const void *bytes, size_t len)
{
    struct pack *pack = context;
    if (pack->given_up || pack->sink(pack->context, bytes, len, pack->err)) {
        return (la_ssize_t)len;
    }
    pack->sink_failed = true;
    archive_set_error(archive, EIO, "not written");
    return -1;
}

/* What the sink said stays. */
static enum policy_pack policy_archive_fail(struct pack *pack, const char *path)
{
    const char *reason = archive_error_string(pack->archive);
    if (!pack->sink_failed) {
        err_set(pack->err, "packing %s: %s", path, reason != NULL ? reason : "unknown fault");
    }
    return POLICY_PACK_FAILED;
}

static bool choose_format(struct pack *pack)
{
    struct archive *archive = pack->archive;
    bool done = archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK;
    if (pack->format == POLICY_ZIP) {
        return done && archive_write_set_format_zip(archive) == ARCHIVE_OK &&
               archive_write_zip_set_compression_deflate(archive) == ARCHIVE_OK;
    }
    return done && archive_write_set_format_pax_restricted(archive) == ARCHIVE_OK &&
           archive_write_add_filter_gzip(archive) == ARCHIVE_OK &&
           archive_write_set_options(archive, "gzip:!timestamp") == ARCHIVE_OK;
}

static void policy_archive_describe(struct archive_entry *entry, const struct policy_entry *from,
                                    enum policy_format format)
{
    archive_entry_clear(entry);
    archive_entry_set_pathname(entry, from->path);
    archive_entry_set_mode(entry, from->mode & (S_IFMT | 07777));
    archive_entry_set_size(entry, from->size);
    archive_entry_set_uid(entry, 0);
    archive_entry_set_gid(entry, 0);
    archive_entry_set_uname(entry, "root");
    archive_entry_set_gname(entry, "root");
    if (from->target != NULL) {
        archive_entry_set_symlink(entry, from->target);
    }
    if (format == POLICY_TAR_GZ) {
        archive_entry_set_mtime(entry, fixed_time, 0);
    }
}

static enum policy_pack changed(struct pack *pack, const char *path)
{
    err_set(pack->err, "%s: changed meanwhile", path);
    return POLICY_PACK_CHANGED;
}

static enum policy_pack copy_content(struct pack *pack, const struct policy_entry *from, int fd)
{
    char piece[PIECE_SIZE];
    for (int64_t left = from->size; left > 0;) {
        ssize_t got = read(fd, piece, left < PIECE_SIZE ? (size_t)left : PIECE_SIZE);
        if (got == 0) {
            return changed(pack, from->path);
        }
        if (got < 0 && errno != EINTR) {
            err_set_errno(pack->err, errno, "reading %s", from->path);
            return POLICY_PACK_FAILED;
        }
        if (got > 0 && archive_write_data(pack->archive, piece, (size_t)got) != got) {
            return policy_archive_fail(pack, from->path);
        }
        left -= got > 0 ? got : 0;
    }
    return POLICY_PACK_DONE;
}

static enum policy_pack pack_content(struct pack *pack, const struct policy_entry *from)
{
    struct stat status;
    int fd = open_beneath_file(pack->dir_fd, from->path, &status, pack->err);
    if (fd < 0) {
        return errno == EACCES || errno == EMFILE || errno == ENFILE || errno == EIO ? POLICY_PACK_FAILED
                                                                                     : changed(pack, from->path);
    }
    enum policy_pack result = policy_entry_is(from, &status) ? copy_content(pack, from, fd) : changed(pack, from->path);
    close(fd);
    return result;
}

static enum policy_pack pack_entries(struct pack *pack, const struct policy_manifest *manifest)
{
    enum policy_pack result = POLICY_PACK_DONE;
    struct archive_entry *entry = archive_entry_new2(pack->archive);
    for (size_t i = 0; i < manifest->count && result == POLICY_PACK_DONE; i++) {
        const struct policy_entry *from = &manifest->entries[i];
        policy_archive_describe(entry, from, pack->format);
        if (archive_write_header(pack->archive, entry) != ARCHIVE_OK) {
            result = policy_archive_fail(pack, from->path);
        } else if (S_ISREG(from->mode)) {
            result = pack_content(pack, from);
        }
    }
    archive_entry_free(entry);
    return result;
}

static enum policy_pack pack_all(struct pack *pack, const struct policy_manifest *manifest)
{
    if (!choose_format(pack) || archive_write_open(pack->archive, pack, NULL, hand_on, NULL) != ARCHIVE_OK) {
        return policy_archive_fail(pack, "nothing yet");
    }
    enum policy_pack result = pack_entries(pack, manifest);
    if (result != POLICY_PACK_DONE) {
        pack->given_up = true; /* archive_write_fail would leak the compressor */
        return result;
    }
    return archive_write_close(pack->archive) == ARCHIVE_OK ? POLICY_PACK_DONE : policy_archive_fail(pack, "the end");
}

/* The names are UTF-8, whatever the process's locale: libarchive asks the thread's. */
enum policy_pack policy_archive_pack(const struct policy_manifest *manifest, int dir_fd, enum policy_format format,
                                     policy_archive_sink *sink, void *context, struct err *err)
{
    struct pack pack = {.format = format, .dir_fd = dir_fd, .sink = sink, .context = context, .err = err};
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (utf8 == (locale_t)0) {
        err_set_errno(err, errno, "the locale C.UTF-8");
        return POLICY_PACK_FAILED;
    }
    locale_t before = uselocale(utf8);
    pack.archive = archive_write_new();
    enum policy_pack result = POLICY_PACK_FAILED;
    if (pack.archive == NULL) {
        err_set(err, "no memory for an archive");
    } else {
        result = pack_all(&pack, manifest);
        archive_write_free(pack.archive);
    }
    uselocale(before);
    freelocale(utf8);
    return result;
}
