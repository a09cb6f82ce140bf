/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first line is the path, decoded, the rest the query string.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "shared-folder/folder_request.h"
#include "util/digest.h"
#include "util/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* What was let through cannot leave the folder by its words. */
static void require_harmless(const char *path)
{
    require(path[0] != '/' && strncmp(path, "..", 2) != 0 && strstr(path, "/..") == NULL && strchr(path, '\\') == NULL);
    for (; *path != '\0'; path++) {
        require((unsigned char)*path >= 0x20 && *path != 0x7f);
    }
}

/* The hash, written again, is understood the same. */
static void require_same_again(const struct folder_request *asked)
{
    static struct folder_request again;
    char query[256] = "";
    size_t len = digest_algorithm_size(asked->algorithm);
    strcpy(query, asked->algorithm == DIGEST_SHA512 ? "hash_type=sha512&hash=" : "hash=");
    digest_hex(query + strlen(query), asked->digest, len, true);
    require(folder_request_parse_path(&again, slice_of(asked->path), NULL) &&
            folder_request_parse_query(&again, query, NULL));
    require(again.has_hash && again.algorithm == asked->algorithm && memcmp(again.digest, asked->digest, len) == 0);
    require(strcmp(again.path, asked->path) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct folder_request asked;
    struct err err = {""};
    const char *text = (const char *)data;
    const char *end = size > 0 ? memchr(text, '\n', size) : NULL;
    size_t len = end != NULL ? (size_t)(end - text) : size;
    char *path = memory_text_of(text, len); /* so that a read behind its end is found */
    char *query = memory_text_of(text + (end != NULL ? len + 1 : len), end != NULL ? size - len - 1 : 0);
    if (folder_request_parse_path(&asked, (struct slice){path, len}, &err) &&
        folder_request_parse_query(&asked, query, &err)) {
        require(strlen(asked.path) == len);
        require_harmless(asked.path);
        if (asked.has_hash) {
            require_same_again(&asked);
        }
    } else {
        require(err.text[0] != '\0');
    }
    free(path);
    free(query);
    return 0;
}
