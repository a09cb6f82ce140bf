/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-folder/shared_folder_request.h"

#include <string.h>

#include "util/digest.h"
#include "util/url_form.h"

enum { QUERY_MAX = 2048 };

static bool has_dotted_segment(const char *path)
{
    for (const char *at = path; at != NULL; at = strchr(at, '/')) {
        at += at != path;
        if (strncmp(at, "..", 2) == 0) {
            return true;
        }
    }
    return false;
}

bool shared_folder_request_parse_path(struct shared_folder_request *asked, struct slice path, struct err *err)
{
    if (path.len >= sizeof asked->path) {
        return err_set(err, "the path has more than %zu bytes", sizeof asked->path - 1);
    }
    if (slice_has_control(path)) {
        return err_set(err, "the path holds a control character");
    }
    if (path.len > 0) {
        memcpy(asked->path, path.at, path.len);
    }
    asked->path[path.len] = '\0';
    if (asked->path[0] == '/') {
        return err_set(err, "the path begins with a slash");
    }
    if (strchr(asked->path, '\\') != NULL) {
        return err_set(err, "the path holds a backslash");
    }
    return !has_dotted_segment(asked->path) || err_set(err, "a segment of the path begins with two dots");
}

static bool parse_hash(struct shared_folder_request *asked, const struct url_form *form, struct err *err)
{
    const char *hash = url_form_get(form, "hash");
    const char *type = url_form_get(form, "hash_type");
    asked->algorithm = DIGEST_SHA256;
    asked->has_hash = hash != NULL && hash[0] != '\0';
    if (url_form_count(form, "hash") > 1 || url_form_count(form, "hash_type") > 1) {
        return err_set(err, "hash or hash_type is given twice");
    }
    if (type != NULL && !digest_algorithm_parse(slice_from_str(type), &asked->algorithm)) {
        return err_set(err, "hash_type is neither sha256 nor sha512");
    }
    size_t size = digest_algorithm_size(asked->algorithm);
    if (asked->has_hash && !digest_unhex(asked->digest, size, hash, strlen(hash))) {
        return err_set(err, "hash is not %zu hexadecimal digits", 2 * size);
    }
    return true;
}

bool shared_folder_request_parse_query(struct shared_folder_request *asked, const char *query, struct err *err)
{
    struct url_form form = {0};
    struct slice text = slice_from_str(query != NULL ? query : "");
    if (text.len > QUERY_MAX) {
        return err_set(err, "the query has more than %d bytes", QUERY_MAX);
    }
    bool good = url_form_parse(&form, text, err) && parse_hash(asked, &form, err);
    url_form_free(&form);
    return good;
}
