/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/node_list.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

#include "relay/node_id.h"
#include "util/arena.h"
#include "util/base64.h"
#include "util/buffer.h"
#include "util/digest.h"
#include "util/log.h"
#include "util/xmalloc.h"
#include "util/safe_file.h"

#define LOG_COMPONENT "node_list"

enum { MAX_WARNINGS = 10 };

struct reader {
    const char *json;
    size_t len;
    size_t at;
    size_t line;
    struct node_list *list;
    size_t room; /* entries that fit */
    size_t skipped;
};

static bool malformed(const struct reader *reader, struct err *err, const char *what)
{
    return err_set(err, "line %zu: %s", reader->line, what);
}

static void advance(struct reader *reader, size_t bytes)
{
    size_t end = reader->at + bytes;
    for (; reader->at < end; reader->at++) {
        reader->line += reader->json[reader->at] == '\n';
    }
}

/* The next character that is no white space (RFC 8259, section 2), without taking it; NUL at the end. */
static char peek(struct reader *reader)
{
    while (reader->at < reader->len && memchr(" \t\r\n", reader->json[reader->at], 4) != NULL) {
        advance(reader, 1);
    }
    return reader->at < reader->len ? reader->json[reader->at] : '\0';
}

/* The value that starts here. The parser stops behind it, so that only one node at a time is in memory as a tree. */
static json_t *take_value(struct reader *reader, struct err *err)
{
    json_error_t error;
    json_t *value = json_loadb(reader->json + reader->at, reader->len - reader->at,
                               JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &error);
    if (value == NULL) {
        err_set(err, "line %zu: %s", reader->line + (size_t)(error.line > 0 ? error.line - 1 : 0), error.text);
        return NULL;
    }
    advance(reader, (size_t)error.position);
    return value;
}

/* ---- one entry ---- */

static const char *node_list_keep(struct node_list *list, const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(arena_alloc(list->owner, size), text, size);
}

/* `sha256//<base64>`, `sha256:<hex>` and the same with sha512 to the second form. */
static const char *normal_key_hash(struct node_list *list, const char *text)
{
    enum digest_algorithm algorithm;
    unsigned char digest[DIGEST_MAX_SIZE];
    bool known = false;
    if (!digest_algorithm_parse((struct slice){text, strnlen(text, 6)}, &algorithm)) {
        return NULL;
    }
    size_t size = digest_algorithm_size(algorithm);
    if (text[6] == ':') {
        known = digest_unhex(digest, size, text + 7, strlen(text + 7));
    } else if (text[6] == '/' && text[7] == '/') {
        struct buffer bytes = {0};
        known = base64_decode(&bytes, slice_from_str(text + 8)) && bytes.len == size;
        if (known) {
            memcpy(digest, bytes.at, size);
        }
        buffer_free(&bytes);
    }
    if (!known) {
        return NULL;
    }
    char *hash = arena_alloc(list->owner, 7 + 2 * size + 1);
    memcpy(hash, text, 6);
    hash[6] = ':';
    digest_hex(hash + 7, digest, size, false);
    return hash;
}

static bool node_list_take_text(const struct reader *reader, const json_t *node, const char *id, const char *key,
                      const char **text, struct err *err)
{
    const json_t *value = json_object_get(node, key);
    if (!json_is_string(value)) {
        return err_set(err, "line %zu: node %s: \"%s\" %s", reader->line, id, key,
                       value == NULL ? "is missing" : "is no text");
    }
    *text = node_list_keep(reader->list, json_string_value(value));
    return true;
}

static struct node_list_entry *new_entry(struct reader *reader)
{
    struct node_list *list = reader->list;
    if (list->count == reader->room) {
        reader->room = reader->room == 0 ? 64 : 2 * reader->room;
        list->entries = xreallocarray(list->entries, reader->room, sizeof *list->entries);
    }
    return &list->entries[list->count];
}

static bool node_list_add_node(struct reader *reader, const char *id, const json_t *node, size_t position,
                               struct err *err)
{
    if (!node_id_valid(id, strlen(id))) {
        if (reader->skipped++ < MAX_WARNINGS) {
            log_warn("node skipped: not a node id", log_text("node", id), log_number("line", (int64_t)reader->line));
        }
        return true;
    }
    if (!json_is_object(node)) {
        return err_set(err, "line %zu: node %s: its value is no object", reader->line, id);
    }
    struct node_list_entry *entry = new_entry(reader);
    *entry = (struct node_list_entry){.position = position};
    if (!node_list_take_text(reader, node, id, "hostname", &entry->hostname, err) ||
        !node_list_take_text(reader, node, id, "policy-server", &entry->policy_server, err)) {
        return false;
    }
    const char *key_hash = json_string_value(json_object_get(node, "key-hash"));
    entry->key_hash = key_hash == NULL ? NULL : normal_key_hash(reader->list, key_hash);
    entry->id = node_list_keep(reader->list, id);
    reader->list->count++;
    return true;
}

/* `"<id>": {...}` */
static bool take_node(struct reader *reader, struct err *err)
{
    if (peek(reader) != '"') {
        return malformed(reader, err, "a node id in quotes expected");
    }
    size_t position = reader->at;
    json_t *id = take_value(reader, err), *node = NULL;
    bool done = false;
    if (id == NULL) {
        goto out;
    }
    if (peek(reader) != ':') {
        malformed(reader, err, "':' expected behind a node id");
        goto out;
    }
    advance(reader, 1);
    peek(reader);
    node = take_value(reader, err);
    done = node != NULL && node_list_add_node(reader, json_string_value(id), node, position, err);
out:
    json_decref(id);
    json_decref(node);
    return done;
}

/* ---- the whole ---- */

static bool take_nodes(struct reader *reader, struct err *err)
{
    if (peek(reader) != '{') {
        return malformed(reader, err, "not a node list: '{' expected");
    }
    advance(reader, 1);
    if (peek(reader) == '}') {
        advance(reader, 1);
    } else {
        char next;
        do {
            if (!take_node(reader, err)) {
                return false;
            }
            next = peek(reader);
            if (next != ',' && next != '}') {
                return malformed(reader, err, "',' or '}' expected behind a node");
            }
            advance(reader, 1);
        } while (next == ',');
    }
    peek(reader);
    return reader->at == reader->len || malformed(reader, err, "nothing expected behind the node list");
}

static int by_id_then_position(const void *a, const void *b)
{
    const struct node_list_entry *left = a, *right = b;
    int order = strcmp(left->id, right->id);
    return order != 0 ? order : (left->position > right->position) - (left->position < right->position);
}

static void sort(struct node_list *list)
{
    size_t kept = 0;
    if (list->count > 0) {
        qsort(list->entries, list->count, sizeof *list->entries, by_id_then_position);
    }
    for (size_t i = 0; i < list->count; i++) {
        if (i + 1 == list->count || strcmp(list->entries[i].id, list->entries[i + 1].id) != 0) {
            list->entries[kept++] = list->entries[i];
        }
    }
    list->count = kept;
}

bool node_list_parse(const char *json, size_t len, struct node_list *list, struct err *err)
{
    struct reader reader = {.json = json, .len = len, .line = 1, .list = list};
    *list = (struct node_list){.owner = xcalloc(1, sizeof(struct arena))};
    if (!take_nodes(&reader, err)) {
        node_list_free(list);
        return false;
    }
    if (reader.skipped > MAX_WARNINGS) {
        log_warn("more nodes skipped: not a node id", log_number("skipped", (int64_t)reader.skipped));
    }
    sort(list);
    return true;
}

/* Read, not mapped: whoever writes the file may cut it at any moment, and touching a map behind its file's end kills.
 * The path may be a symbolic link, which safe_file_read does not follow. */
bool node_list_read(const char *path, struct node_list *list, struct err *err)
{
    struct buffer json = {0};
    *list = (struct node_list){0};
    char *real = realpath(path, NULL);
    if (real == NULL && errno == ENOENT) {
        log_warn("no node list: taken as empty", log_text("file", path));
        return true;
    }
    if (real == NULL) {
        return err_set_errno(err, errno, "%s", path);
    }
    bool done = safe_file_read(AT_FDCWD, real, NODE_LIST_MAX_SIZE, &json, err);
    if (done && !node_list_parse(json.at, json.len, list, err)) {
        done = err_prefix(err, "%s", path);
    }
    buffer_free(&json);
    free(real);
    return done;
}

void node_list_free(struct node_list *list)
{
    if (list->owner != NULL) {
        arena_free(list->owner);
    }
    free(list->owner);
    free(list->entries);
    *list = (struct node_list){0};
}

static int by_id(const void *id, const void *entry)
{
    return strcmp(id, ((const struct node_list_entry *)entry)->id);
}

const struct node_list_entry *node_list_find(const struct node_list *list, const char *id)
{
    return list->count == 0 ? NULL : bsearch(id, list->entries, list->count, sizeof *list->entries, by_id);
}
