/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/node_list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>

#include "relay/node_id.h"
#include "util/arena.h"
#include "util/base64.h"
#include "util/buffer.h"
#include "util/digest.h"
#include "util/json_reader.h"
#include "util/log.h"
#include "util/safe_file.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "node_list"

enum { MAX_WARNINGS = 10 };

struct list_reader {
    struct json_reader json;
    struct buffer key;  /* of the member being read */
    struct buffer text; /* its value */
    struct node_list *list;
    size_t room; /* entries that fit */
    size_t skipped;
};

/* ---- one entry ---- */

static const char *node_list_keep(struct node_list *list, const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(arena_alloc_bytes(list->owner, size), text, size);
}

/* Brings `sha256//<base64>` and `sha256:<hex>`, and the same with sha512, to the second form. */
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

/* The keys of a node that are used. */
enum { HOSTNAME, POLICY_SERVER, KEY_HASH, KNOWN_KEYS };

struct known_key {
    const char *name;
    bool present;
    const char *text; /* NULL when it is not a text, or not one that a C string can hold */
};

static bool take_known(struct list_reader *reader, struct known_key *known, struct err *err)
{
    bool exact;
    known->present = true;
    known->text = NULL;
    if (json_reader_peek(&reader->json) != '"') {
        return json_reader_skip(&reader->json, err);
    }
    buffer_clear(&reader->text);
    if (!json_reader_string(&reader->json, &reader->text, &exact, err)) {
        return false;
    }
    if (exact) {
        known->text = node_list_keep(reader->list, buffer_cstr(&reader->text));
    }
    return true;
}

static bool take_node_member(struct list_reader *reader, struct known_key known[KNOWN_KEYS], struct err *err)
{
    for (size_t i = 0; i < KNOWN_KEYS; i++) {
        if (slice_eq_str(buffer_slice(&reader->key), known[i].name)) {
            return take_known(reader, &known[i], err);
        }
    }
    return json_reader_skip(&reader->json, err);
}

static bool is_there(const struct list_reader *reader, const char *id, const struct known_key *known, struct err *err)
{
    return known->text != NULL || err_set(err, "line %zu: node %s: \"%s\" %s", json_reader_line(&reader->json), id,
                                          known->name, known->present ? "is no text" : "is missing");
}

/* Takes the object of the node with this id. The list owns the id. */
static bool node_list_take_node(struct list_reader *reader, const char *id, struct err *err)
{
    struct known_key known[KNOWN_KEYS] = {{.name = "hostname"}, {.name = "policy-server"}, {.name = "key-hash"}};
    enum json_reader_step step;
    bool first = true;
    if (!json_reader_take(&reader->json, '{')) {
        return json_reader_skip(&reader->json, err) &&
               err_set(err, "line %zu: node %s: its value is no object", json_reader_line(&reader->json), id);
    }
    while ((step = json_reader_member(&reader->json, &first, &reader->key, err)) == JSON_READER_MEMBER) {
        if (!take_node_member(reader, known, err)) {
            return false;
        }
    }
    if (step == JSON_READER_REFUSED || !is_there(reader, id, &known[HOSTNAME], err) ||
        !is_there(reader, id, &known[POLICY_SERVER], err)) {
        return false;
    }
    const char *key_hash = known[KEY_HASH].text;
    struct node_list *list = reader->list;
    list->entries = xgrow(list->entries, list->count, &reader->room, sizeof *list->entries);
    list->entries[list->count++] = (struct node_list_entry){
        .id = id,
        .hostname = known[HOSTNAME].text,
        .policy_server = known[POLICY_SERVER].text,
        .key_hash = key_hash != NULL ? normal_key_hash(reader->list, key_hash) : NULL,
        .position = (size_t)(reader->json.at - reader->json.start),
    };
    return true;
}

/* Takes the value of the key just read. */
static bool take_list_entry(struct list_reader *reader, struct err *err)
{
    struct slice id = buffer_slice(&reader->key);
    if (node_id_valid(id.at, id.len)) {
        return node_list_take_node(reader, node_list_keep(reader->list, buffer_cstr(&reader->key)), err);
    }
    if (reader->skipped++ < MAX_WARNINGS) {
        log_warn("node skipped: not a node id", log_slice("node", id),
                 log_number("line", (int64_t)json_reader_line(&reader->json)));
    }
    return json_reader_skip(&reader->json, err);
}

/* ---- the whole ---- */

static bool take_nodes(struct list_reader *reader, struct err *err)
{
    struct json_reader *json = &reader->json;
    enum json_reader_step step;
    bool first = true;
    if (!json_reader_take(json, '{')) {
        return err_set(err, "line %zu: not a node list: '{' expected", json_reader_line(json));
    }
    while ((step = json_reader_member(json, &first, &reader->key, err)) == JSON_READER_MEMBER) {
        if (!take_list_entry(reader, err)) {
            return false;
        }
    }
    if (step == JSON_READER_REFUSED) {
        return false;
    }
    json_reader_peek(json);
    return json->at == json->end ||
           err_set(err, "line %zu: nothing expected behind the node list", json_reader_line(json));
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
    struct list_reader reader = {.list = list};
    *list = (struct node_list){.owner = xcalloc(1, sizeof(struct arena))};
    json_reader_open(&reader.json, (struct slice){json, len});
    bool done = take_nodes(&reader, err);
    json_reader_close(&reader.json);
    buffer_free(&reader.key);
    buffer_free(&reader.text);
    if (!done) {
        node_list_free(list);
        return false;
    }
    if (reader.skipped > MAX_WARNINGS) {
        log_warn("more nodes skipped: not a node id", log_number("skipped", (int64_t)reader.skipped));
    }
    sort(list);
    return true;
}

/* Reads the file and does not map it: its writer may cut it at any moment, and an access past the end of a mapped file
 * kills the process. safe_file_read refuses symbolic links, so the path is resolved first. */
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
