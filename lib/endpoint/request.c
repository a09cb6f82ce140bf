/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/etag.h"

static int64_t parse_length(const char *text)
{
    if (text == NULL || *text == '\0') { /* RFC 3875 section 4.1.2: absent or empty when there is no body */
        return REQUEST_LENGTH_ABSENT;
    }
    if (text[strspn(text, "0123456789")] != '\0') {
        return REQUEST_LENGTH_BAD;
    }
    errno = 0;
    long long length = strtoll(text, NULL, 10);
    return errno == 0 ? length : REQUEST_LENGTH_BAD;
}

void request_begin(struct request *request, char *const *env, request_read *read, void *read_context)
{
    struct buffer path = request->path;
    *request = (struct request){.env = env, .path = path, .read = read, .read_context = read_context};
    const char *method = request_env(request, "REQUEST_METHOD");
    const char *script_name = request_env(request, "SCRIPT_NAME");
    const char *path_info = request_env(request, "PATH_INFO");
    request->method = method != NULL ? method : "";
    buffer_clear(&request->path);
    buffer_add_text(&request->path, script_name != NULL ? script_name : "");
    buffer_add_text(&request->path, path_info != NULL ? path_info : "");
    (void)buffer_cstr(&request->path);
    request->length = parse_length(request_env(request, "CONTENT_LENGTH"));
}

void request_free(struct request *request)
{
    buffer_free(&request->path);
    *request = (struct request){0};
}

const char *request_env(const struct request *request, const char *name)
{
    size_t len = strlen(name);
    for (char *const *variable = request->env; variable != NULL && *variable != NULL; variable++) {
        if (strncmp(*variable, name, len) == 0 && (*variable)[len] == '=') {
            return *variable + len + 1;
        }
    }
    return NULL;
}

const char *request_client(const struct request *request)
{
    const char *address = request_env(request, "REMOTE_ADDR");
    return address != NULL ? address : "unknown";
}

bool request_knows_tag(const struct request *request, const char *tag)
{
    const char *listed = request_env(request, "HTTP_IF_NONE_MATCH");
    return listed != NULL && etag_listed(slice_from_str(listed), slice_from_str(tag));
}
