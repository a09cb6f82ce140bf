/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy-proxy/proxy_path.h"

#include "util/http_url.h"
#include "util/safe_file.h"

bool proxy_path_valid(struct slice path)
{
    if (path.len == 0 || path.len > PROXY_PATH_MAX || path.at[path.len - 1] == '/') {
        return false;
    }
    while (path.len > 0) {
        struct slice segment = slice_take_until(&path, '/');
        if (!safe_file_name(segment.at, segment.len, NULL)) {
            return false;
        }
    }
    return true;
}

void proxy_path_add(struct buffer *url, struct slice path)
{
    while (path.len > 0) {
        http_url_escape(url, slice_take_until(&path, '/'));
        if (path.len > 0) {
            buffer_add_text(url, "/");
        }
    }
}
