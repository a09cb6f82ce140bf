/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/decompress_private.h"

#include <archive.h>
#include <archive_entry.h>

static bool refuse_zip(struct decompress_job *job, struct archive *archive)
{
    const char *reason = archive_error_string(archive);
    return err_set(job->err, "the zip is damaged: %s", reason != NULL ? reason : "unknown fault");
}

/* libarchive says "ZIP 2.0 (deflation)". */
static bool method_is_plain(struct archive *archive)
{
    const char *name = archive_format_name(archive);
    return name != NULL && (strstr(name, "(deflation)") != NULL || strstr(name, "(uncompressed)") != NULL);
}

static bool find_first_file(struct decompress_job *job, struct archive *archive, struct archive_entry **entry)
{
    do {
        int status = archive_read_next_header(archive, entry);
        if (status == ARCHIVE_EOF) {
            return err_set(job->err, "the zip holds no file");
        }
        if (status != ARCHIVE_OK) {
            return refuse_zip(job, archive);
        }
    } while (archive_entry_filetype(*entry) == AE_IFDIR);
    if (archive_entry_filetype(*entry) != AE_IFREG) {
        return err_set(job->err, "the first entry of the zip is no regular file");
    }
    if (archive_entry_is_encrypted(*entry)) {
        return err_set(job->err, "the zip is encrypted");
    }
    if (!method_is_plain(archive)) {
        return err_set(job->err, "the zip is compressed by another method than deflate: %s",
                       archive_format_name(archive));
    }
    return true;
}

static bool expand_entry(struct decompress_job *job, struct archive *archive)
{
    struct archive_entry *entry = NULL;
    if (!find_first_file(job, archive, &entry)) {
        return false;
    }
    size_t wanted = 0;
    for (;;) {
        char *at;
        size_t room = decompress_make_room(job, wanted, &at);
        la_ssize_t got = archive_read_data(archive, at, room);
        if (got < 0) {
            return refuse_zip(job, archive);
        }
        if (got == 0) {
            return true;
        }
        job->out->len += (size_t)got;
        if (decompress_over_limit(job)) {
            return false;
        }
        wanted = decompress_produced(job);
    }
}

bool decompress_zip(struct decompress_job *job)
{
    struct archive *archive = archive_read_new();
    bool good;
    if (archive == NULL || archive_read_support_format_zip(archive) != ARCHIVE_OK) {
        good = err_set(job->err, "libarchive cannot start");
    } else if (archive_read_open_memory(archive, job->image.at, job->image.len) != ARCHIVE_OK) {
        good = refuse_zip(job, archive);
    } else {
        good = expand_entry(job, archive);
    }
    archive_read_free(archive);
    return good;
}
