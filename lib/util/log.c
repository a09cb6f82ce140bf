/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/log.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/printable.h"

enum { LINE_SIZE = 4096, MAX_FILTERS = 32, COMPONENT_SIZE = 32 };

struct filter {
    char component[COMPONENT_SIZE];
    enum log_level level;
};

struct settings {
    enum log_level level;
    struct filter filters[MAX_FILTERS];
    size_t filter_count;
};

static const char *program_name = "rudder-relay";
static bool with_priority = true;
static struct settings settings = {.level = LOG_LEVEL_INFO};
static pthread_rwlock_t settings_lock = PTHREAD_RWLOCK_INITIALIZER;

static const struct {
    const char *name;
    char priority; /* syslog(3) */
} levels[] = {
    [LOG_LEVEL_ERROR] = {"error", '3'}, [LOG_LEVEL_WARN] = {"warn", '4'},   [LOG_LEVEL_INFO] = {"info", '6'},
    [LOG_LEVEL_DEBUG] = {"debug", '7'}, [LOG_LEVEL_TRACE] = {"trace", '7'},
};

static bool level_parse(const char *name, size_t len, enum log_level *level)
{
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (strlen(levels[i].name) == len && memcmp(levels[i].name, name, len) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

void log_start(const char *program)
{
    program_name = program;
    with_priority = isatty(STDERR_FILENO) == 0;
}

void log_plain(void)
{
    with_priority = false;
}

static bool add_filter(struct settings *to, const char *item, size_t len, struct err *err)
{
    const char *equal = memchr(item, '=', len);
    size_t name_len = equal != NULL ? (size_t)(equal - item) : 0;
    if (name_len == 0 || name_len >= COMPONENT_SIZE || to->filter_count == MAX_FILTERS) {
        return err_set(err, "logging filter: '%.*s' is not component=level", (int)len, item);
    }
    struct filter *filter = &to->filters[to->filter_count];
    if (!level_parse(equal + 1, len - name_len - 1, &filter->level)) {
        return err_set(err, "logging filter: '%.*s': the level is error, warn, info, debug or trace", (int)len, item);
    }
    memcpy(filter->component, item, name_len);
    filter->component[name_len] = '\0';
    to->filter_count++;
    return true;
}

static bool parse_filter(struct settings *to, const char *filter, struct err *err)
{
    for (const char *item = filter; *item != '\0';) {
        size_t len = strcspn(item, ", ");
        if (len > 0 && !add_filter(to, item, len, err)) {
            return false;
        }
        item += len;
        item += strspn(item, ", ");
    }
    return true;
}

bool log_filter_check(const char *filter, struct err *err)
{
    return parse_filter(&(struct settings){0}, filter, err);
}

bool log_configure(enum log_level level, const char *filter, struct err *err)
{
    struct settings fresh = {.level = level};
    if (!parse_filter(&fresh, filter, err)) {
        return false;
    }
    pthread_rwlock_wrlock(&settings_lock);
    settings = fresh;
    pthread_rwlock_unlock(&settings_lock);
    return true;
}

bool log_enabled(enum log_level level, const char *component)
{
    pthread_rwlock_rdlock(&settings_lock);
    enum log_level most = settings.level;
    for (size_t i = 0; i < settings.filter_count; i++) {
        if (strcmp(settings.filters[i].component, component) == 0) {
            most = settings.filters[i].level;
        }
    }
    pthread_rwlock_unlock(&settings_lock);
    return level <= most;
}

struct line {
    char text[LINE_SIZE];
    size_t len;
};

/* Room for one more byte, the line end, is always kept. */
static size_t room(const struct line *line)
{
    return sizeof line->text - 1 - line->len;
}

static void add_plain(struct line *line, const char *text, size_t len)
{
    len = len < room(line) ? len : room(line);
    memcpy(line->text + line->len, text, len);
    line->len += len;
}

static bool needs_quotes(const char *text, size_t len)
{
    return len == 0 || memchr(text, ' ', len) != NULL || memchr(text, '"', len) != NULL ||
           memchr(text, '=', len) != NULL;
}

static void add_value(struct line *line, struct slice value)
{
    char printable[LINE_SIZE];
    size_t limit = room(line) < 16 ? 16 : room(line);
    size_t len = printable_copy(printable, limit, value.at != NULL ? value.at : "", value.len);
    if (!needs_quotes(printable, len)) {
        add_plain(line, printable, len);
        return;
    }
    add_plain(line, "\"", 1);
    for (size_t i = 0; i < len; i++) {
        if (printable[i] == '"') {
            add_plain(line, "\\", 1);
        }
        add_plain(line, printable + i, 1);
    }
    add_plain(line, "\"", 1);
}

static void add_field(struct line *line, const struct log_field *field)
{
    add_plain(line, " ", 1);
    add_plain(line, field->key, strlen(field->key));
    add_plain(line, "=", 1);
    if (field->kind == LOG_FIELD_NUMBER) {
        char number[24];
        add_plain(line, number, (size_t)snprintf(number, sizeof number, "%lld", (long long)field->number));
    } else {
        add_value(line, field->text);
    }
}

void log_event(enum log_level level, const char *component, const char *message, const struct log_field *fields)
{
    struct line line = {.len = 0};
    if (with_priority) {
        const char priority[] = {'<', levels[level].priority, '>'};
        add_plain(&line, priority, sizeof priority);
    }
    add_plain(&line, program_name, strlen(program_name));
    add_plain(&line, ": ", 2);
    if (level == LOG_LEVEL_ERROR || level == LOG_LEVEL_WARN) {
        add_plain(&line, levels[level].name, strlen(levels[level].name));
        add_plain(&line, ": ", 2);
    }
    if (level >= LOG_LEVEL_DEBUG) { /* shows the component, to be put into the filter */
        add_plain(&line, component, strlen(component));
        add_plain(&line, ": ", 2);
    }
    add_plain(&line, message, strlen(message));
    for (; fields->kind != LOG_FIELD_END; fields++) {
        add_field(&line, fields);
    }
    line.text[line.len++] = '\n';
    ssize_t ignored = write(STDERR_FILENO, line.text, line.len);
    (void)ignored; /* standard error failed: there is nowhere to report it */
}
