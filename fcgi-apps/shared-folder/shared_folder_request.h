/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_folder_request: what is asked of the shared folder: a path, and perhaps the hash of the copy that the client
 * has.
 *
 * Source: PROTOCOL.md section 11. The path comes decoded from httpd, `//` merged and `..` resolved as far as httpd
 * understood them; what is left of them is refused here: a segment that starts with `..`, a backslash, a control
 * character, a beginning `/`, 4096 bytes or more. Other bytes may be in a file's name, UTF-8 or not.
 *
 * `hash` is 64 or, for hash_type=sha512, 128 hexadecimal digits of either case; an empty one counts as none. hash_type
 * is sha256 or sha512, and nothing else even where no hash is given. Either of them twice is refused, since nobody
 * could say which was meant; other parameters count for nothing.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>

#include "shared-folder/content_hash.h"
#include "util/err.h"
#include "util/slice.h"

struct shared_folder_request {
    char path[PATH_MAX]; /* "" for the directory itself */
    bool has_hash;
    enum digest_algorithm algorithm;
    unsigned char digest[DIGEST_MAX_SIZE]; /* digest_algorithm_size(algorithm) bytes of it, when has_hash */
};

/* Path and query are taken one after the other, since only a file that is there is asked for by its hash. False with
 * err when it is not one: the client's fault, in words for the client. query may be NULL. */
bool shared_folder_request_parse_path(struct shared_folder_request *asked, struct slice path, struct err *err);
bool shared_folder_request_parse_query(struct shared_folder_request *asked, const char *query, struct err *err);
