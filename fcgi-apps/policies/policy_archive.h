/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * policy_archive: packs the files of a manifest into a tar.gz or zip.
 *
 * The bytes depend on nothing but names, permission bits and contents: the order is the manifest's, owner and group are
 * root, times are fixed (1980, the oldest that a zip can say). So a directory that was made anew with the same content,
 * and a cache that was lost, make the same archive with the same entity tag, and no agent fetches it again.
 *
 * The tar is ustar, with pax headers only for names that do not fit it (too long, or not ASCII). The zip has Unix
 * modes; its names are UTF-8 and say so.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "policies/policy_manifest.h"
#include "util/err.h"

enum policy_format { POLICY_TAR_GZ, POLICY_ZIP, POLICY_FORMATS };

/* Takes the archive as it comes. False with err stops the packing. */
typedef bool policy_archive_sink(void *context, const void *bytes, size_t len, struct err *err);

enum policy_pack {
    POLICY_PACK_DONE,
    POLICY_PACK_CHANGED, /* a file is not what the manifest says */
    POLICY_PACK_FAILED,  /* err says why */
};

enum policy_pack policy_archive_pack(const struct policy_manifest *manifest, int dir_fd, enum policy_format format,
                                     policy_archive_sink *sink, void *context, struct err *err);
