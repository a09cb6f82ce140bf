/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relayd_database_url.h"

#include <libpq-fe.h>
#include <string.h>

#include "util/buffer.h"
#include "util/xmalloc.h"

/* keyword='value', with backslashes as libpq wants them. */
static void relayd_add_keyword(struct buffer *out, const char *keyword, const char *value)
{
    buffer_add_format(out, "%s%s='", out->len > 0 ? " " : "", keyword);
    for (const char *at = value; *at != '\0'; at++) {
        buffer_add(out, "\\", *at == '\'' || *at == '\\');
        buffer_add(out, at, 1);
    }
    buffer_add_text(out, "'");
}

bool relayd_database_url(const char *url, char **bare, char **password)
{
    struct buffer keywords = {0};
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    if (options == NULL) {
        return false;
    }
    for (const PQconninfoOption *option = options; option->keyword != NULL; option++) {
        bool given = option->val != NULL && option->val[0] != '\0';
        if (given && strcmp(option->keyword, "password") == 0) {
            *password = xstrdup(option->val);
        } else if (given) {
            relayd_add_keyword(&keywords, option->keyword, option->val);
        }
    }
    *bare = xstrdup(*password != NULL ? buffer_cstr(&keywords) : url);
    buffer_free(&keywords);
    PQconninfoFree(options);
    return true;
}
