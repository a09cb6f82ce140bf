/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-folder/validators.h"

#include <inttypes.h>
#include <stdio.h>

#include "util/http_date.h"

enum { TAG_SIZE = 40 };

/* Size and time in microseconds, both in hex, with the quotation marks. */
static void print_tag(char tag[TAG_SIZE], const struct stat *status)
{
    int64_t microseconds = (int64_t)status->st_mtim.tv_sec * 1000000 + status->st_mtim.tv_nsec / 1000;
    snprintf(tag, TAG_SIZE, "\"%" PRIx64 "-%" PRIx64 "\"", (uint64_t)status->st_size, (uint64_t)microseconds);
}

void validators_add(struct response *response, const struct stat *status, time_t now)
{
    char tag[TAG_SIZE];
    char text[64];
    /* it may change once more within what a time can tell */
    bool weak = now <= status->st_mtim.tv_sec + 1;
    print_tag(tag, status);
    snprintf(text, sizeof text, "%s%s", weak ? "W/" : "", tag);
    response_header(response, "ETag", text);
    if (http_date_format(text, status->st_mtim.tv_sec)) {
        response_header(response, "Last-Modified", text);
    }
}

bool validators_match(const struct request *request, const struct stat *status)
{
    const char *date = request_env(request, "HTTP_IF_MODIFIED_SINCE");
    if (request_env(request, "HTTP_IF_NONE_MATCH") != NULL) {
        char tag[TAG_SIZE];
        print_tag(tag, status);
        return request_knows_tag(request, tag);
    }
    time_t since;
    return date != NULL && http_date_parse(date, &since) && status->st_mtim.tv_sec <= since;
}
