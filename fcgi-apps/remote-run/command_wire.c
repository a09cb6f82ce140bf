/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remote-run/command_wire.h"

#include <string.h>

void command_wire_add_request(struct buffer *out, const char *conditions, const char *hosts)
{
    buffer_add(out, conditions, strlen(conditions) + 1);
    buffer_add(out, hosts, strlen(hosts) + 1);
}

enum subprocess_wire command_wire_read_request(struct slice come, const char **conditions, const char **hosts,
                                               struct err *err)
{
    if (come.len > COMMAND_WIRE_REQUEST_MAX) {
        err_set(err, "a request of more than %d bytes", COMMAND_WIRE_REQUEST_MAX);
        return SUBPROCESS_WIRE_BAD;
    }
    *conditions = subprocess_wire_take_text(&come);
    *hosts = *conditions != NULL ? subprocess_wire_take_text(&come) : NULL;
    if (*hosts == NULL) {
        return SUBPROCESS_WIRE_MORE;
    }
    if (come.len > 0) {
        err_set(err, "there is something behind the request");
        return SUBPROCESS_WIRE_BAD;
    }
    return command_line_valid(*conditions, *hosts, err) ? SUBPROCESS_WIRE_WHOLE : SUBPROCESS_WIRE_BAD;
}
