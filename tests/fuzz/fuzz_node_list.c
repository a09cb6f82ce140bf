/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "relay/node_id.h"
#include "relay/node_list.h"
#include "util/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_node_list_require_sound(const struct node_list_entry *entry)
{
    fuzz_require(node_id_valid(entry->id, strlen(entry->id)) && entry->hostname != NULL &&
                 entry->policy_server != NULL);
    if (entry->key_hash != NULL) {
        size_t digits = strspn(entry->key_hash + 7, "0123456789abcdef");
        fuzz_require(strncmp(entry->key_hash, digits == 64 ? "sha256:" : "sha512:", 7) == 0);
        fuzz_require((digits == 64 || digits == 128) && entry->key_hash[7 + digits] == '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct node_list list;
    struct err err = {""};
    log_configure(LOG_LEVEL_ERROR, "", NULL); /* warnings of skipped ids are not what is tested, and slow */
    if (!node_list_parse((const char *)data, size, &list, &err)) {
        fuzz_require(err.text[0] != '\0' && list.count == 0);
        return 0;
    }
    for (size_t i = 0; i < list.count; i++) {
        fuzz_node_list_require_sound(&list.entries[i]);
        fuzz_require(i == 0 || strcmp(list.entries[i - 1].id, list.entries[i].id) < 0);
        fuzz_require(node_list_find(&list, list.entries[i].id) == &list.entries[i]);
    }
    node_list_free(&list);
    return 0;
}
