/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * json_reader against jansson, which makes a tree: what jansson takes is taken, and what it does not take is refused
 * but for the values that are right and that its tree cannot hold.
 */
#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "util/json_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_taken(const uint8_t *data, size_t size)
{
    struct json_reader reader;
    struct err err = {""};
    json_reader_open(&reader, (struct slice){(const char *)data, size});
    bool taken = json_reader_skip(&reader, &err);
    fuzz_require(taken || err.text[0] != '\0');
    taken = taken && json_reader_peek(&reader) == '\0' && reader.at == reader.end;
    json_reader_close(&reader);
    return taken;
}

/* Right JSON that jansson refuses. */
static bool is_beyond_jansson(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_numeric_overflow:
    case json_error_null_character:
    case json_error_null_byte_in_key:
    case json_error_stack_overflow:
        return true;
    default: /* half a surrogate pair */
        return strstr(error->text, "invalid Unicode '") != NULL;
    }
}

/* A text that both read is the same. */
static void require_same_text(const uint8_t *data, size_t size, const json_t *value)
{
    struct json_reader reader;
    struct buffer text = {0};
    bool exact;
    json_reader_open(&reader, (struct slice){(const char *)data, size});
    fuzz_require(json_reader_string(&reader, &text, &exact, NULL));
    fuzz_require(text.len == json_string_length(value));
    fuzz_require(text.len == 0 || memcmp(text.at, json_string_value(value), text.len) == 0);
    buffer_free(&text);
    json_reader_close(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_error_t error;
    if (size > 0 && memchr(data, '\0', size) != NULL) { /* for jansson an end */
        fuzz_require(!is_taken(data, size));
        return 0;
    }
    size_t mark = size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* jansson takes no byte order mark */
    json_t *value = json_loadb((const char *)data + mark, size - mark, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    bool taken = is_taken(data, size);
    fuzz_require(value != NULL ? taken : !taken || is_beyond_jansson(&error));
    if (json_is_string(value)) {
        require_same_text(data, size, value);
    }
    json_decref(value);
    return 0;
}
