/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/decompress_private.h"

#include <archive.h>
#include <archive_entry.h>

static bool refuse_zip(struct decompress_job *job, struct archive *archive)
{
    const char *reason = archive_error_string(archive);
    return err_set(job->err, "the zip is damaged: %s", reason != NULL ? reason : "unknown fault");
}

/* Could libarchive read it? A warning counts as yes: a name that the C locale of this process cannot show, or a length
 * or checksum that differs from the directory. The content is there, and its own signature protects it. */
static bool is_read(int status)
{
    return status == ARCHIVE_OK || status == ARCHIVE_WARN;
}

/* Is the entry a directory? Only the slash at the end of its name shows that for some. Where libarchive cannot give the
 * name, an empty entry counts as a directory: as a file it would be useless. */
static bool is_directory(struct archive_entry *entry)
{
    return archive_entry_filetype(entry) == AE_IFDIR ||
           (archive_entry_pathname(entry) == NULL && archive_entry_size_is_set(entry) != 0 &&
            archive_entry_size(entry) == 0);
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
        if (!is_read(status)) {
            return refuse_zip(job, archive);
        }
    } while (is_directory(*entry));
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
    for (;;) {
        const void *block;
        size_t len;
        la_int64_t offset; /* not needed: a zip has no holes */
        int status = archive_read_data_block(archive, &block, &len, &offset);
        if (status == ARCHIVE_EOF) {
            return true;
        }
        if (!is_read(status)) {
            return refuse_zip(job, archive);
        }
        size_t room = job->cap - decompress_produced(job) + 1;
        buffer_add(job->out, block, len < room ? len : room);
        if (decompress_over_limit(job)) {
            return false;
        }
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
