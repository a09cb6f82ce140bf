/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fuzz_virtual_node: the file of a virtual node (relay/virtual_node.h). What is accepted can be a request to the helper
 * that runs commands, and is read there as it is.
 */
#include <stdint.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "relay/virtual_node.h"
#include "virtual/command_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libconfig leaks the text in front of a syntax error, once each time that the administrator saves such a file. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libconfig_yylex\nleak:strbuf_append";
}

static void require_request(const struct virtual_node *node)
{
    struct buffer bytes = {0};
    struct command_request request;
    struct err err;
    command_request_add(&bytes, &node->settings, "2027-01-15 08:00:00+00:00");
    fuzz_require(command_request_read(buffer_slice(&bytes), &request, &err) == SUBPROCESS_WIRE_WHOLE);
    fuzz_require(request.timeout == node->settings.timeout);
    size_t count = 0;
    for (; node->settings.command[count] != NULL; count++) {
        fuzz_require(strcmp(node->settings.command[count], request.command[count]) == 0);
    }
    fuzz_require(request.command[count] == NULL);
    buffer_free(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {""};
    struct virtual_node *node = virtual_node_parse("fuzz.conf", (struct slice){(const char *)data, size}, &err);
    if (node == NULL) {
        fuzz_require(err.text[0] != '\0');
    } else {
        fuzz_require(virtual_node_same(node, node));
        require_request(node);
    }
    virtual_node_drop(node);
    return 0;
}
