/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * policy_bundle: the archive of a node's policies as they are now, in one consistent state or not at all.
 *
 * The policy generation, or a copy by the agent of a relay, writes to the directory while it is packed. It may put a
 * new one in its place by rename, or rewrite file by file. So the program makes a manifest, whose last change must be
 * older than the settle time; then the archive; then the manifest again, from the same path. If both manifests are
 * equal, the archive holds one state. Otherwise it tries again, until the time to wait is over.
 *
 * For a directory that has not changed since its archive was made, only the manifest is made and the cache is asked; no
 * file is read.
 */
#pragma once

#include <stdbool.h>

#include "policies/policy_archive.h"
#include "relay/relay_config.h"
#include "util/err.h"
#include "util/file_cache.h"

struct policy_bundles;

enum policy_bundle {
    POLICY_BUNDLE_READY,
    POLICY_BUNDLE_NONE,     /* there is no such directory */
    POLICY_BUNDLE_CHANGING, /* it kept changing, or another process kept packing it */
    POLICY_BUNDLE_NO_SPACE, /* for the cache */
    POLICY_BUNDLE_FAILED,
};

struct policy_bundles *policy_bundles_open(const struct relay_config *config, struct err *err);
void policy_bundles_close(struct policy_bundles *bundles);

/* Is the record enough (it describes the archive), or is the archive itself needed? */
typedef bool policy_record_suffices(void *context, const struct file_cached *cached);

/* node_id must have passed node_id_valid. *cached is set when READY, with an archive unless the record sufficed. */
enum policy_bundle policy_bundle_get(struct policy_bundles *bundles, const char *node_id, enum policy_format format,
                                     policy_record_suffices *suffices, void *context, struct file_cached *cached,
                                     struct err *err);
