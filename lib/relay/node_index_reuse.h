/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * node_index_reuse: the certificates of the index of before, for the builder of the next.
 *
 * OpenSSL takes 0.1 ms to read a certificate, and of 50,000 few change from one build to the next. What is in an index
 * was read from the same bytes once: they are known by their SHA-256, which nobody can make two certificates have.
 *
 * Only an index whose pages are all as they were written serves: damage costs a slow build and is never copied on.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "relay/node_id.h"
#include "relay/node_index.h"
#include "relay/node_index_format.h"
#include "util/buffer.h"
#include "util/slice.h"

struct node_index_reuse {
    struct node_index *index; /* NULL: none that serves */
    struct slice *values;     /* its certificates, by ascending digest */
    size_t count, room;
};

/* Without an index, or with one that does not serve, nothing will be found. */
void node_index_reuse_open(struct node_index_reuse *reuse, const char *index_file);
void node_index_reuse_close(struct node_index_reuse *reuse);

/* What the index has of the certificate whose DER has this digest; valid until close. */
bool node_index_reuse_find(const struct node_index_reuse *reuse, const unsigned char digest[NODE_INDEX_DIGEST],
                           struct slice *value, char node_id[NODE_ID_SIZE]);

/* Appends to a certificate's record what it is found by. */
void node_index_reuse_add(struct buffer *record, const char *node_id, const unsigned char digest[NODE_INDEX_DIGEST]);
