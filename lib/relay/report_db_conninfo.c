/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_db_conninfo.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "util/slice.h"
#include "util/xmalloc.h"

static const char *report_db_conninfo_value_of(const PQconninfoOption *options, const char *keyword)
{
    for (; options->keyword != NULL; options++) {
        if (strcmp(options->keyword, keyword) == 0 && options->val != NULL && *options->val != '\0') {
            return options->val;
        }
    }
    return NULL;
}

/* Copies the message of libpq without its quoted parts. libpq quotes what it does not understand, and that may be a
 * part of a password. */
static void say_without_quoted(struct err *err, const char *message)
{
    const char *text = message != NULL ? message : "out of memory";
    const char *first = strchr(text, '"');
    if (first == NULL) {
        err_set(err, "malformed url: %.*s", (int)strcspn(text, "\n"), text);
        return;
    }
    const char *behind = strrchr(text, '"') + 1;
    err_set(err, "malformed url: %.*s...%.*s", (int)(first - text), text, (int)strcspn(behind, "\n"), behind);
}

/* Is a password in the URL probably misread? An unescaped @ or / in it would make libpq take a part of the password for
 * a host, port or database, and name it in its errors. Like libpq, we take the first @ before any / as the end of the
 * password. There must be no other @. */
static bool looks_misread(const char *url, const PQconninfoOption *options)
{
    const char *port = report_db_conninfo_value_of(options, "port");
    if (port != NULL && port[strspn(port, "0123456789,")] != '\0') {
        return true;
    }
    const char *rest = strstr(url, "://");
    if (rest == NULL || !slice_starts_with(slice_from_str(url), "postgres")) {
        return false;
    }
    rest += strlen("://");
    size_t user = strcspn(rest, "@/");
    rest += rest[user] == '@' ? user + 1 : 0;
    return rest[strcspn(rest, "@?")] == '@';
}

static void report_db_conninfo_add(struct report_db_conninfo *conninfo, size_t *count, const char *keyword,
                                   const char *value)
{
    conninfo->keywords[*count] = xstrdup(keyword);
    conninfo->values[*count] = xstrdup(value);
    (*count)++;
}

static void add_default(struct report_db_conninfo *conninfo, size_t *count, const PQconninfoOption *options,
                        const char *keyword, const char *value)
{
    if (report_db_conninfo_value_of(options, keyword) == NULL && value != NULL && *value != '\0') {
        report_db_conninfo_add(conninfo, count, keyword, value);
    }
}

static void report_db_conninfo_fill(struct report_db_conninfo *conninfo, const PQconninfoOption *options,
                                    const char *password, const char *application_name)
{
    const size_t defaults = 9;
    size_t given = 0;
    while (options[given].keyword != NULL) {
        given++;
    }
    conninfo->keywords = xcalloc(given + defaults, sizeof *conninfo->keywords);
    conninfo->values = xcalloc(given + defaults, sizeof *conninfo->values);
    size_t count = 0;
    for (const PQconninfoOption *option = options; option->keyword != NULL; option++) {
        if (option->val != NULL && strcmp(option->keyword, "client_encoding") != 0) {
            report_db_conninfo_add(conninfo, &count, option->keyword, option->val);
        }
    }
    report_db_conninfo_add(conninfo, &count, "client_encoding", "UTF8");
    if (report_db_conninfo_value_of(options, "password") == NULL) {
        conninfo->password = &conninfo->values[count];
        report_db_conninfo_add(conninfo, &count, "password", password != NULL ? password : "");
    }
    add_default(conninfo, &count, options, "application_name", application_name);
    add_default(conninfo, &count, options, "connect_timeout", "10");
    add_default(conninfo, &count, options, "keepalives_idle", "30");
    add_default(conninfo, &count, options, "keepalives_interval", "10");
    add_default(conninfo, &count, options, "keepalives_count", "3");
    add_default(conninfo, &count, options, "tcp_user_timeout", "60000");
}

bool report_db_conninfo_make(struct report_db_conninfo *conninfo, const char *url, const char *password,
                             const char *application_name, struct err *err)
{
    char *message = NULL;
    PQconninfoOption *options = PQconninfoParse(url, &message);
    bool good = options != NULL && !looks_misread(url, options);
    if (good) {
        report_db_conninfo_fill(conninfo, options, password, application_name);
    } else if (options != NULL) {
        err_set(err, "malformed url: @ : / and %% of a password are written %%40 %%3A %%2F %%25, a port is a number");
    } else {
        say_without_quoted(err, message);
    }
    PQconninfoFree(options);
    PQfreemem(message);
    return good;
}

static void forget_password(char *password)
{
    explicit_bzero(password, strlen(password));
    free(password);
}

void report_db_conninfo_set_password(struct report_db_conninfo *conninfo, char *password)
{
    if (conninfo->password == NULL) {
        forget_password(password);
        return;
    }
    forget_password(*conninfo->password);
    *conninfo->password = password;
}

/* The keywords whose value libpq takes for a list, with an element for each host. */
static bool is_list(const char *keyword)
{
    return strcmp(keyword, "host") == 0 || strcmp(keyword, "hostaddr") == 0 || strcmp(keyword, "port") == 0;
}

unsigned report_db_conninfo_hosts(const struct report_db_conninfo *conninfo)
{
    unsigned hosts = 1;
    for (size_t i = 0; conninfo->keywords[i] != NULL; i++) {
        unsigned elements = 1;
        for (const char *at = conninfo->values[i]; is_list(conninfo->keywords[i]) && *at != '\0'; at++) {
            elements += *at == ',';
        }
        hosts = elements > hosts ? elements : hosts;
    }
    return hosts;
}

void report_db_conninfo_next_host(struct report_db_conninfo *conninfo)
{
    for (size_t i = 0; conninfo->keywords[i] != NULL; i++) {
        char *list = conninfo->values[i];
        size_t first = strcspn(list, ",");
        size_t rest = strlen(list) - first;
        if (is_list(conninfo->keywords[i]) && rest > 0) {
            char *element = xstrndup(list, first);
            memmove(list, list + first + 1, rest - 1);
            list[rest - 1] = ',';
            memcpy(list + rest, element, first);
            free(element);
        }
    }
}

void report_db_conninfo_free(struct report_db_conninfo *conninfo)
{
    for (size_t i = 0; conninfo->keywords != NULL && conninfo->keywords[i] != NULL; i++) {
        forget_password(conninfo->values[i]); /* one of them is the password */
        free(conninfo->keywords[i]);
    }
    free(conninfo->keywords);
    free(conninfo->values);
    *conninfo = (struct report_db_conninfo){0};
}
