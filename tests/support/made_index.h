/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * made_index: a node index from a node list in the test's own words.
 */
#pragma once

#include <check.h>
#include <stdio.h>

#include "relay/node_index.h"
#include "support/tmpdir.h"

#define MADE_NODE(id, hostname, server)                                                                                \
    "\"" id "\": {\"hostname\": \"" hostname "\", \"policy-server\": \"" server "\"}"

struct made_index {
    struct tmpdir directory;
    struct node_index *index;
};

/* Builds the index file anew. The open index is as it was. */
static inline void made_index_write(const struct made_index *made, const char *list, const char *certificates,
                                    char index_file[100])
{
    struct node_index_summary summary;
    struct err err = {0};
    char list_file[100], certs_file[100];
    snprintf(list_file, sizeof list_file, "%s/list.json", made->directory.path);
    snprintf(certs_file, sizeof certs_file, "%s/certs.pem", made->directory.path);
    snprintf(index_file, 100, "%s/index", made->directory.path);
    tmpdir_write(made->directory.fd, "list.json", list);
    tmpdir_write(made->directory.fd, "certs.pem", certificates);
    ck_assert_msg(node_index_build(list_file, certs_file, index_file, &summary, &err), "%s", err.text);
}

/* list: JSON. certificates: PEM. */
static inline struct made_index made_index_new(const char *list, const char *certificates)
{
    struct made_index made = {.directory = tmpdir_make()};
    struct err err = {0};
    char index_file[100];
    made_index_write(&made, list, certificates, index_file);
    made.index = node_index_open(index_file, &err);
    ck_assert_msg(made.index != NULL, "%s", err.text);
    return made;
}

static inline void made_index_free(struct made_index *made)
{
    node_index_close(made->index);
    tmpdir_remove(&made->directory);
}
