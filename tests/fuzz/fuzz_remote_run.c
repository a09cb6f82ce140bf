/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fuzz_remote_run: a remote-run's form (remote_run_request.h). Whatever is accepted is what a command and another
 * relay may be given: conditions are words, and the form made of it says the same again.
 */
#include <stdint.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "relay/remote_run_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_remote_run_check_conditions(const char *list)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    while (*list != '\0') {
        size_t len = strspn(list, word);
        fuzz_require(len > 0 && len <= REMOTE_RUN_MAX_CONDITION && list[0] != '_');
        list += len;
        fuzz_require(*list == '\0' || (*list == ',' && list[1] != '\0'));
        list += *list == ',';
    }
}

static void check_reason(const struct err *err)
{
    size_t len = strlen(err->text);
    fuzz_require(len > 0);
    for (size_t i = 0; i < len; i++) {
        fuzz_require((unsigned char)err->text[i] >= ' ' && err->text[i] != 0x7f);
    }
}

static void check_nodes(const struct remote_run_request *request)
{
    for (size_t i = 0; i < request->node_count; i++) {
        fuzz_require(request->nodes[i].len > 0 && memchr(request->nodes[i].at, ',', request->nodes[i].len) == NULL);
        fuzz_require(i == 0 || !slice_eq(request->nodes[i], request->nodes[i - 1]));
    }
}

static void fuzz_remote_run_check_again(const struct remote_run_request *request)
{
    struct remote_run_request again = {0};
    struct buffer form = {0};
    struct err err = {0};
    remote_run_request_format(request, request->nodes, request->node_count, &form);
    fuzz_require(remote_run_request_parse(&again, buffer_slice(&form), &err));
    fuzz_require(again.asynchronous == request->asynchronous && again.keep_output == request->keep_output);
    fuzz_require(strcmp(again.conditions, request->conditions) == 0);
    fuzz_require(remote_run_request_nodes(&again, NULL, &err) == (request->node_count > 0));
    fuzz_require(again.node_count == request->node_count);
    for (size_t i = 0; i < request->node_count; i++) {
        fuzz_require(slice_eq(again.nodes[i], request->nodes[i]));
    }
    remote_run_request_free(&again);
    buffer_free(&form);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct remote_run_request request = {0};
    struct err err = {0};
    if (!remote_run_request_parse(&request, (struct slice){(const char *)data, size}, &err)) {
        check_reason(&err);
    } else {
        fuzz_remote_run_check_conditions(request.conditions);
        if (remote_run_request_nodes(&request, NULL, &err)) {
            check_nodes(&request);
        } else {
            fuzz_require(strcmp(err.text, "Missing nodes") == 0);
        }
        fuzz_remote_run_check_again(&request);
    }
    remote_run_request_free(&request);
    return 0;
}
