/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/run_info.h"

#include <string.h>

#include "util/digest.h"
#include "util/slice.h"

bool run_info_parse(const char *name, size_t len, struct run_info *info, struct err *err)
{
    struct slice stem = {name, len};
    *info = (struct run_info){.compression = COMPRESSION_NONE};
    if (slice_take_end(&stem, ".gz")) {
        info->compression = COMPRESSION_GZIP;
    } else if (slice_take_end(&stem, ".zip")) {
        info->compression = COMPRESSION_ZIP;
    }
    if (!slice_take_end(&stem, ".log") || stem.len == 0) {
        return err_set(err, "not a run log's name: it does not end in .log, .log.gz or .log.zip");
    }
    /* A node id contains neither `@` nor `_`, and a datetime no `@`. */
    const char *at = memchr(stem.at, '@', stem.len);
    const char *separator = at != NULL ? at : memchr(stem.at, '_', stem.len);
    if (separator == NULL) {
        return err_set(err, "not a run log's name: neither <datetime>@<node id>.log nor <node id>_<datetime>.log");
    }
    struct slice before = {stem.at, (size_t)(separator - stem.at)};
    struct slice behind = slice_behind(stem, before.len + 1);
    struct slice datetime = at != NULL ? before : behind;
    struct slice node_id = at != NULL ? behind : before;
    if (!timestamp_parse_rfc3339(datetime.at, datetime.len, true, &info->timestamp)) {
        return err_set(err, "not a run log's name: its datetime is not RFC 3339 with an offset");
    }
    if (!node_id_valid(node_id.at, node_id.len)) {
        return err_set(err, "not a run log's name: its node id is not one");
    }
    memcpy(info->node_id, node_id.at, node_id.len);
    info->node_id[node_id.len] = '\0';
    return true;
}

void run_info_queue_id(const char *name, size_t len, char out[QUEUE_ID_SIZE])
{
    unsigned char digest[32];
    digest_sha256(digest, name, len);
    digest_hex(out, digest, (QUEUE_ID_SIZE - 1) / 2, true);
}
