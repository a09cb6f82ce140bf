/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fuzz_command_request: a request to the helper that runs the commands of virtual nodes (virtual/command_request.h).
 * What is accepted has an absolute path and no variable of another kind, and no piece of it is a whole request.
 */
#include <stdint.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "virtual/command_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct slice come = {(const char *)data, size};
    struct command_request request;
    struct err err = {""};
    switch (command_request_read(come, &request, &err)) {
    case SUBPROCESS_WIRE_WHOLE:
        fuzz_require(request.command[0][0] == '/' && request.timeout >= 1);
        for (const char *const *variable = request.variables; *variable != NULL; variable++) {
            fuzz_require(strncmp(*variable, "RUDDER_VIRTUAL_", 15) == 0 && strchr(*variable, '=') != NULL);
        }
        fuzz_require(command_request_read((struct slice){come.at, size - 1}, &request, &err) == SUBPROCESS_WIRE_MORE);
        break;
    case SUBPROCESS_WIRE_BAD:
        fuzz_require(err.text[0] != '\0');
        break;
    case SUBPROCESS_WIRE_MORE:
        fuzz_require(size <= COMMAND_REQUEST_MAX);
    }
    return 0;
}
