/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_process: the steps that one file of incoming/ takes until it is ready for where it is going, and what becomes
 * of it when one of them does not let it pass.
 */
#ifndef RELAY_FORWARDER_SPOOL_PROCESS_H
#define RELAY_FORWARDER_SPOOL_PROCESS_H

#include <stdbool.h>
#include <sys/stat.h>

#include "relay/node_index.h"
#include "relay/relay_config.h"
#include "relay/run_info.h"
#include "relay/runlog.h"
#include "relay/smime_verify.h"
#include "relay/spool.h"
#include "util/buffer.h"
#include "util/decompress.h"
#include "util/err.h"

/* What the steps need; one set a thread. All above image is the caller's to fill and to free, image
 * to free. */
struct spool_tools {
    const struct relay_config_reporting *settings;
    struct spool *spool;
    struct node_index *index;
    struct decompressor *decompressor;
    struct smime_verifier *verifier;
    struct buffer image; /* the file as it is in the spool */
    struct slice certificates[NODE_INDEX_MAX_CERTS]; /* of the file's node */
    size_t certificate_count;
};

/* One file. Zeroed at first, then used again for the next one; the run log points into the buffers. */
struct spool_file {
    const char *name;    /* the caller's */
    struct run_info info; /* by its name: all zero when it is no run log's, or not yet looked at */
    struct stat status;  /* as it was before it was read */
    struct buffer message;
    struct buffer canonical;
    struct runlog runlog;
    bool unknown_node;       /* with SPOOL_RETRY and SPOOL_REFUSED: that is why */
    int64_t retry_within_ms; /* with SPOOL_RETRY: wait no longer than this; 0: as long as you like */
};

/* Where the file is going. */
enum spool_way {
    SPOOL_RUN_TO_DATABASE,
    SPOOL_RUN_TO_UPSTREAM, /* of a known node; what is in it is looked at on root only */
    SPOOL_INVENTORY_TO_UPSTREAM,
};

enum spool_verdict {
    SPOOL_READY,   /* the run log is ready to be stored, or the file to be sent */
    SPOOL_NOTHING, /* a good run of which nothing is to be stored: it leaves the spool */
    SPOOL_GONE,    /* it is not there, or is no file: forget it */
    SPOOL_RETRY,   /* passing trouble, with the reason */
    SPOOL_REFUSED, /* final, with the reason */
};

enum spool_verdict spool_process(enum spool_way way, struct spool_tools *tools, struct spool_file *file,
                                 struct err *reason);

/* Is what stands under the name still the file that was read? Another upload may have replaced it. */
bool spool_file_same(const struct spool_tools *tools, const struct spool_file *file);

/* Ready for the next file; memory beyond what a usual run needs is given back. */
void spool_file_clear(struct spool_file *file);
void spool_file_free(struct spool_file *file);

#endif
