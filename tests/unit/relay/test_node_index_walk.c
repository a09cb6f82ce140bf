/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "relay/node_index.h"
#include "support/certificate.h"
#include "support/folder.h"
#include "support/suite.h"

/* The index of these nodes, with a certificate for each id in `certified`. */
static struct node_index *index_of(struct folder *folder, const char *list, const char *certified)
{
    struct buffer pem = {0};
    struct node_index_summary summary;
    struct err err = {0};
    char list_file[100], certs_file[100], index_file[100];
    *folder = folder_make();
    snprintf(list_file, sizeof list_file, "%s/list.json", folder->path);
    snprintf(certs_file, sizeof certs_file, "%s/certs.pem", folder->path);
    snprintf(index_file, sizeof index_file, "%s/index", folder->path);
    folder_write(folder->fd, "list.json", list);
    for (; *certified != '\0'; certified++) {
        certificate_add(&pem, (const char[]){*certified, '\0'});
    }
    folder_write(folder->fd, "certs.pem", buffer_text(&pem));
    ck_assert_msg(node_index_build(list_file, certs_file, index_file, &summary, &err), "%s", err.text);
    struct node_index *index = node_index_open(index_file, &err);
    ck_assert_msg(index != NULL, "%s", err.text);
    buffer_free(&pem);
    return index;
}

struct seen {
    struct node_index *index;
    struct buffer text;
    size_t left;
};

static bool see(void *context, struct slice node_id, const struct node_index_entry *entry)
{
    struct seen *seen = context;
    struct slice der;
    buffer_add_format(&seen->text, "%.*s=%.*s@%.*s ", (int)node_id.len, node_id.at, (int)entry->hostname.len,
                      entry->hostname.at, (int)entry->policy_server.len, entry->policy_server.at);
    (void)node_index_certificates(seen->index, "a", &der, 1); /* looking up meanwhile does no harm */
    return --seen->left > 0;
}

#define NODE(id, server) "\"" id "\": {\"hostname\": \"" id ".example\", \"policy-server\": \"" server "\"}"

START_TEST(every_node_comes_once_in_order)
{
    struct folder folder;
    struct node_index *index = index_of(&folder, "{" NODE("root", "root") "," NODE("b", "a") "," NODE("a", "root") "}", "abb");
    struct seen seen = {.index = index, .left = 100};
    struct err err = {0};
    ck_assert(node_index_walk(index, see, &seen, &err));
    ck_assert_str_eq(buffer_text(&seen.text), "a=a.example@root b=b.example@a root=root.example@root ");
    ck_assert(node_index_refresh(index, &err));
    seen = (struct seen){.index = index, .text = seen.text, .left = 2};
    buffer_clear(&seen.text);
    ck_assert(node_index_walk(index, see, &seen, &err));
    ck_assert_str_eq(buffer_text(&seen.text), "a=a.example@root b=b.example@a ");
    buffer_free(&seen.text);
    node_index_close(index);
    folder_remove(&folder);
}
END_TEST

START_TEST(of_an_empty_index_there_is_nothing_to_see)
{
    struct folder folder;
    struct node_index *index = index_of(&folder, "{}", "");
    struct seen seen = {.index = index, .left = 100};
    struct err err = {0};
    ck_assert(node_index_walk(index, see, &seen, &err));
    ck_assert_uint_eq(seen.text.len, 0);
    node_index_close(index);
    folder_remove(&folder);
}
END_TEST

SUITE_MAIN("node_index_walk", every_node_comes_once_in_order, of_an_empty_index_there_is_nothing_to_see)
