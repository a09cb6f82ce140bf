/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fuzz_hub_request: the head of a request to the hub (hub/http_head.h), and what it is about (hub/hub_path.h). What is
 * accepted is unambiguous: ids are ids, keys fit, and the head cut short is refused.
 */
#include <stdint.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "hub/http_head.h"
#include "hub/hub_path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_path(const struct hub_path *path)
{
    if (path->kind == HUB_PATH_WAIT || path->kind == HUB_PATH_OUTPUT) {
        fuzz_require(node_id_valid(path->node, strlen(path->node)));
        fuzz_require(strncmp(path->key, path->node, strlen(path->node)) == 0);
        fuzz_require(strcmp(path->key + strlen(path->node), path->below ? HUB_BELOW : "") == 0);
        fuzz_require(path->offset >= 0 && path->end >= 0 && path->end <= 255);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_head head;
    struct hub_path path;
    struct err err = {""};
    struct slice text = {(const char *)data, size};
    int status = size <= HTTP_HEAD_MAX ? http_head_parse(&head, text) : 400;
    fuzz_require(status == 0 || (status >= 400 && status <= 505));
    if (status != 0) {
        return 0;
    }
    fuzz_require(head.body_len >= 0 && head.body_len <= HTTP_HEAD_LENGTH_MAX);
    fuzz_require(head.path.len > 0 && head.path.at[0] == '/' && !slice_has_control(head.path));
    fuzz_require(!slice_has_control(head.query));
    struct http_head shorter;
    fuzz_require(http_head_parse(&shorter, (struct slice){text.at, text.len - 1}) != 0);
    if (hub_path_parse(&path, head.path, head.query, &err)) {
        check_path(&path);
    } else {
        fuzz_require(err.text[0] != '\0');
    }
    return 0;
}
