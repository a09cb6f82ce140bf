/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/runlog_line.h"

#include "util/ascii.h"

#define TEXT(literal)                                                                                                  \
    {                                                                                                                  \
        literal, sizeof literal - 1                                                                                    \
    }

/* What must follow the text of a level. After a word: a colon, a space or the end of the line. */
enum behind_level { WORD_END, SPACE_OR_END, ANYTHING };

/* Searched from the top, so the special forms come before `R:`. */
static const struct level {
    struct slice start;
    struct slice event_type;
    enum behind_level behind;
} levels[] = {
    {TEXT("CRITICAL"), TEXT("log_warn"), WORD_END},        {TEXT("   error"), TEXT("log_warn"), WORD_END},
    {TEXT(" warning"), TEXT("log_warn"), WORD_END},        {TEXT("  notice"), TEXT("log_info"), WORD_END},
    {TEXT("    info"), TEXT("log_info"), WORD_END},        {TEXT(" verbose"), TEXT("log_debug"), WORD_END},
    {TEXT("   debug"), TEXT("log_debug"), WORD_END},       {TEXT("rudder CRITICAL"), TEXT("log_warn"), WORD_END},
    {TEXT("rudder    error"), TEXT("log_warn"), WORD_END}, {TEXT("rudder  warning"), TEXT("log_warn"), WORD_END},
    {TEXT("rudder   notice"), TEXT("log_info"), WORD_END}, {TEXT("rudder     info"), TEXT("log_info"), WORD_END},
    {TEXT("R: [FATAL]"), TEXT("log_warn"), ANYTHING},      {TEXT("R: [ERROR]"), TEXT("log_warn"), ANYTHING},
    {TEXT("R: WARNING"), TEXT("log_warn"), WORD_END},      {TEXT("R: [INFO]"), TEXT("log_info"), ANYTHING},
    {TEXT("R: [DEBUG]"), TEXT("log_debug"), ANYTHING},     {TEXT("R: DEBUG"), TEXT("log_debug"), WORD_END},
    {TEXT("R:"), TEXT("log_info"), SPACE_OR_END},
};

/* The first bytes of all levels. Most lines without a level are recognised by their first byte. */
static const char first_bytes[] = {'C', ' ', 'r', 'R'};

static bool starts_with(struct slice text, struct slice start)
{
    return text.len >= start.len && memcmp(text.at, start.at, start.len) == 0;
}

/* Does the text start with the level? ` warning: disk` and ` warning` do; ` warning_threshold = 5` does not. */
static bool starts_with_level(struct slice text, const struct level *level)
{
    if (!starts_with(text, level->start)) {
        return false;
    }
    struct slice rest = slice_behind(text, level->start.len);
    return level->behind == ANYTHING || rest.len == 0 || rest.at[0] == ' ' ||
           (level->behind == WORD_END && rest.at[0] == ':');
}

/* Takes off what separates a level from its text: an optional colon, and spaces. */
static struct slice without_separator(struct slice text)
{
    if (text.len > 0 && text.at[0] == ':') {
        slice_take(&text, 1);
    }
    slice_skip(&text, " ");
    return text;
}

static void classify(struct runlog_line *line)
{
    static const struct slice report = TEXT("R: @@");
    line->kind = RUNLOG_LINE_OTHER;
    if (starts_with(line->text, report)) {
        line->kind = RUNLOG_LINE_REPORT;
        line->rest = slice_behind(line->text, report.len);
        return;
    }
    if (line->text.len == 0 || memchr(first_bytes, line->text.at[0], sizeof first_bytes) == NULL) {
        return;
    }
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (starts_with_level(line->text, &levels[i])) {
            line->kind = RUNLOG_LINE_ENTRY;
            line->rest = without_separator(slice_behind(line->text, levels[i].start.len));
            line->event_type = levels[i].event_type;
            return;
        }
    }
}

/* Does the text match the pattern, in which 0 stands for any digit? Case does not matter. */
static bool looks_like(struct slice text, const char *pattern)
{
    if (text.len != strlen(pattern)) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (pattern[i] == '0' ? !ascii_is_digit(text.at[i]) : (text.at[i] | 0x20) != (pattern[i] | 0x20)) {
            return false;
        }
    }
    return true;
}

/* Does the word have the form of a timestamp? It may be an impossible moment (a month 13). */
static bool looks_like_timestamp(struct slice word)
{
    static const char date_and_clock[] = "0000-00-00T00:00:00";
    const size_t len = sizeof date_and_clock - 1;
    if (word.len <= len || !looks_like((struct slice){word.at, len}, date_and_clock)) {
        return false;
    }
    struct slice offset = slice_behind(word, len);
    if (offset.at[0] == '.') {
        do {
            offset = slice_behind(offset, 1);
        } while (offset.len > 0 && ascii_is_digit(offset.at[0]));
    }
    return looks_like(offset, "Z") || looks_like(offset, "+00:00") || looks_like(offset, "-00:00");
}

static inline struct slice without_marks(struct slice text)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    while (text.len > 0 && text.at[0] == byte_order_mark[0] && slice_starts_with(text, byte_order_mark)) {
        text = slice_behind(text, sizeof byte_order_mark - 1);
    }
    return text;
}

/* Takes the timestamp and its space off the text. An impossible timestamp is taken off, too. */
static void take_timestamp(struct runlog_line *line)
{
    enum { USUAL_LEN = 25 }; /* 2018-08-24T15:55:01+00:00 */
    struct slice text = line->text;
    line->timed = false;
    if (text.len == 0 || !ascii_is_digit(text.at[0])) {
        return;
    }
    if (text.len > USUAL_LEN && text.at[USUAL_LEN] == ' ' &&
        timestamp_parse_rfc3339(text.at, USUAL_LEN, false, &line->timestamp)) {
        line->timed = true;
        line->text = slice_behind(text, USUAL_LEN + 1);
        return;
    }
    const char *space = memchr(text.at, ' ', text.len);
    if (space == NULL) {
        return;
    }
    struct slice word = {text.at, (size_t)(space - text.at)};
    line->timed = timestamp_parse_rfc3339(word.at, word.len, false, &line->timestamp);
    if (line->timed || looks_like_timestamp(word)) {
        line->text = slice_behind(text, word.len + 1);
    }
}

static const char *runlog_line_find(char c, const char *at, const char *end)
{
    const char *found = memchr(at, c, (size_t)(end - at));
    return found != NULL ? found : end;
}

void runlog_lines_begin(struct runlog_lines *lines, struct slice content)
{
    const char *at = content.len > 0 ? content.at : "";
    const char *end = at + content.len;
    *lines = (struct runlog_lines){
        .at = at, .end = end, .lf = runlog_line_find('\n', at, end), .cr = runlog_line_find('\r', at, end)};
}

bool runlog_lines_next_text(struct runlog_lines *lines, struct runlog_line *line)
{
    if (lines->at == lines->end) {
        return false;
    }
    const char *stop = lines->lf < lines->cr ? lines->lf : lines->cr;
    line->text = (struct slice){lines->at, (size_t)(stop - lines->at)};
    lines->at = stop;
    if (stop == lines->cr && stop < lines->end) {
        lines->at = stop + 1;
        lines->cr = runlog_line_find('\r', lines->at, lines->end);
    }
    if (lines->at == lines->lf && lines->at < lines->end) {
        lines->at++;
        lines->lf = runlog_line_find('\n', lines->at, lines->end);
    }
    lines->number++;
    line->text = without_marks(line->text);
    take_timestamp(line);
    line->text = without_marks(line->text);
    return true;
}

bool runlog_lines_next(struct runlog_lines *lines, struct runlog_line *line)
{
    if (!runlog_lines_next_text(lines, line)) {
        return false;
    }
    classify(line);
    return true;
}
