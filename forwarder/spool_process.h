/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_process: prepares one file of incoming/ for its destination in a few steps. Of a file that fails a step it says
 * what must become of it.
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

#include "inventory_xml.h"
#include "relay/node_index.h"
#include "relay/relay_config.h"
#include "relay/run_info.h"
#include "relay/runlog.h"
#include "relay/smime_decrypt.h"
#include "relay/smime_verify.h"
#include "relay/spool.h"
#include "relay/syslog_rules.h"
#include "run_age.h"
#include "signed_nodes.h"
#include "util/buffer.h"
#include "util/decompress.h"
#include "util/err.h"

/* What the steps need; each thread has its own. The caller sets settings to verifier; the steps fill the buffers.
 * spool_tools_free frees those and index, decompressor, keys and verifier; the others stay the caller's. Certificates
 * are valid for the current file. A route to the upstream needs settings and index only. */
struct spool_tools {
    const struct relay_config_reporting *settings;
    struct run_age *ages;
    struct node_index *index;
    const struct syslog_rules *syslog;  /* these two: NULL unless runs are taken by syslog */
    const struct signed_nodes *signed_nodes;
    struct decompressor *decompressor;
    struct decryption_keys *keys;
    struct smime_verifier *verifier;
    struct buffer image;                                   /* the file as it is in the spool */
    struct buffer message;                                 /* it expanded */
    struct buffer canonical;                               /* see smime_verify */
    struct cert_record certificates[NODE_INDEX_MAX_CERTS]; /* of the file's node */
    size_t certificate_count;
    struct inventory_xml inventory; /* what the inventory in a message says */
    struct buffer brought;          /* the record of the certificate that it brings */
};

/* One file. Zeroed at first, then used again for the next file. The run log points into the content. */
struct spool_file {
    const struct spool *spool; /* set by the caller, who keeps both */
    const char *name;
    bool renamed;         /* it is known to have come by rename */
    struct run_info info; /* what the name says; all zero for an inventory, and before the name was parsed */
    struct stat status;   /* as it was before the file was read */
    struct buffer content; /* what was signed, once it is verified; of a message the inventory */
    struct buffer signature; /* of a message the signature file */
    struct runlog runlog;
    size_t expanded_size; /* bytes of the message */
    bool verified;        /* its signature is right */
    bool first;           /* of a message: by the certificate that it brings itself, the node is new */
    bool unknown_node;    /* with SPOOL_RETRY and SPOOL_REFUSED: this is the reason */
    int64_t
        retry_within_ms; /* with SPOOL_RETRY: the wait must not be longer, 0: no limit; with SPOOL_RESTS: the wait */
};

/* Where the file is going. */
enum spool_route {
    SPOOL_RUN_TO_DATABASE,
    SPOOL_SYSLOG_TO_DATABASE, /* it came by syslog: not signed, so it must be allowed to its node */
    SPOOL_RUN_TO_UPSTREAM, /* its node must be known; only root looks at the content */
    SPOOL_INVENTORY_TO_UPSTREAM,
    SPOOL_MESSAGE_TO_FILES,        /* an inventory in a message; the node may be new */
    SPOOL_MESSAGE_UPDATE_TO_FILES, /* its node must be known */
};

enum spool_verdict {
    SPOOL_READY,   /* file.runlog can be stored, or the file can be sent, or content and signature can be delivered */
    SPOOL_NOTHING, /* a good run of which nothing is to be stored */
    SPOOL_GONE,    /* there is no such file, or it is not a regular file */
    SPOOL_RESTS,   /* somebody may be writing it in place: nothing is wrong, it waits */
    SPOOL_RETRY,   /* the cause may pass; with the reason */
    SPOOL_REFUSED, /* the cause is final; with the reason */
};

/* The first step: fills file.status. SPOOL_READY, SPOOL_GONE or SPOOL_RETRY. */
enum spool_verdict spool_process_look(struct spool_file *file, struct err *reason);

/* All other steps. */
enum spool_verdict spool_process(enum spool_route route, struct spool_tools *tools, struct spool_file *file,
                                 struct err *reason);

/* Empties it for the next file. Frees the memory beyond what a usual run needs. */
void spool_file_clear(struct spool_file *file);
void spool_file_free(struct spool_file *file);

void spool_tools_free(struct spool_tools *tools);
