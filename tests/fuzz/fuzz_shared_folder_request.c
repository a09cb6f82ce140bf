/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first line is the path, decoded, the rest the query string.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "shared-folder/shared_folder_request.h"
#include "util/digest.h"
#include "util/xmalloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was let through cannot leave the directory by its words. */
static void require_harmless(const char *path)
{
    fuzz_require(path[0] != '/' && strncmp(path, "..", 2) != 0 && strstr(path, "/..") == NULL &&
                 strchr(path, '\\') == NULL);
    for (; *path != '\0'; path++) {
        fuzz_require((unsigned char)*path >= 0x20 && *path != 0x7f);
    }
}

/* The hash, written again, is understood the same. */
static void fuzz_shared_folder_request_require_same_again(const struct shared_folder_request *asked)
{
    static struct shared_folder_request again;
    char query[256] = "";
    size_t len = digest_algorithm_size(asked->algorithm);
    strcpy(query, asked->algorithm == DIGEST_SHA512 ? "hash_type=sha512&hash=" : "hash=");
    digest_hex(query + strlen(query), asked->digest, len, true);
    fuzz_require(shared_folder_request_parse_path(&again, slice_from_str(asked->path), NULL) &&
            shared_folder_request_parse_query(&again, query, NULL));
    fuzz_require(again.has_hash && again.algorithm == asked->algorithm &&
                 memcmp(again.digest, asked->digest, len) == 0);
    fuzz_require(strcmp(again.path, asked->path) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct shared_folder_request asked;
    struct err err = {""};
    const char *text = (const char *)data;
    const char *end = size > 0 ? memchr(text, '\n', size) : NULL;
    size_t len = end != NULL ? (size_t)(end - text) : size;
    char *path = xstrndup(text, len); /* so that a read behind its end is found */
    char *query = xstrndup(text + (end != NULL ? len + 1 : len), end != NULL ? size - len - 1 : 0);
    if (shared_folder_request_parse_path(&asked, (struct slice){path, len}, &err) &&
        shared_folder_request_parse_query(&asked, query, &err)) {
        fuzz_require(strlen(asked.path) == len);
        require_harmless(asked.path);
        if (asked.has_hash) {
            fuzz_shared_folder_request_require_same_again(&asked);
        }
    } else {
        fuzz_require(err.text[0] != '\0');
    }
    free(path);
    free(query);
    return 0;
}
