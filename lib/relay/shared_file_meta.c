/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/shared_file_meta.h"

#include <inttypes.h>
#include <string.h>

#include "util/ascii.h"
#include "util/base64.h"
#include "util/digest.h"

enum { DIGEST_MAX = 2048, EXPIRES_DIGITS = 15 };

enum key { HEADER, ALGORITHM, DIGEST, HASH_VALUE, SHORT_PUBKEY, HOSTNAME, KEYDATE, KEYID, EXPIRES, KEY_COUNT };

static const char *const names[KEY_COUNT] = {"header",   "algorithm", "digest", "hash_value", "short_pubkey",
                                             "hostname", "keydate",   "keyid",  "expires"};
static const char header[] = "rudder-signature-v1";

/* ---- lines to values ---- */

/* `at` NULL: not there yet. */
struct values {
    struct slice of[KEY_COUNT];
};

static bool shared_file_meta_take_line(struct values *values, struct slice line, struct err *err)
{
    const char *sign = line.len > 0 ? memchr(line.at, '=', line.len) : NULL;
    if (sign == NULL || sign == line.at) {
        return err_set(err, "a line of the metadata is not of the form key=value");
    }
    if (slice_has_control(line)) {
        return err_set(err, "a line of the metadata holds a control character");
    }
    struct slice name = {line.at, (size_t)(sign - line.at)};
    struct slice value = {sign + 1, line.len - name.len - 1};
    for (size_t key = 0; key < KEY_COUNT; key++) {
        if (!slice_eq_str(name, names[key])) {
            continue;
        }
        if (values->of[key].at != NULL) {
            return err_set(err, "the metadata says %s twice", names[key]);
        }
        values->of[key] = value;
    }
    return true;
}

/* Takes a line off the front, with its LF or CRLF, and returns it without. The last one may have none. */
static struct slice next_line(struct slice *text)
{
    struct slice line = slice_take_until(text, '\n');
    slice_take_end(&line, "\r");
    return line;
}

static bool shared_file_meta_take_lines(struct values *values, struct slice text, struct err *err)
{
    if (text.len > SHARED_FILE_META_MAX_SIZE) {
        return err_set(err, "the metadata has more than %d bytes", SHARED_FILE_META_MAX_SIZE);
    }
    for (size_t lines = 0; text.len > 0; lines++) {
        if (lines == SHARED_FILE_META_MAX_LINES) {
            return err_set(err, "the metadata has more than %d lines", SHARED_FILE_META_MAX_LINES);
        }
        if (!shared_file_meta_take_line(values, next_line(&text), err)) {
            return false;
        }
    }
    for (size_t key = 0; key < EXPIRES; key++) {
        if (values->of[key].len == 0) {
            return err_set(err, "the metadata lacks %s", names[key]);
        }
    }
    return true;
}

/* ---- what the values may be ---- */

static bool shared_file_meta_is_hex(struct slice text)
{
    unsigned char ignored[DIGEST_MAX];
    return text.len / 2 <= sizeof ignored && digest_unhex(ignored, text.len / 2, text.at, text.len);
}

static bool is_base64(struct slice text)
{
    struct buffer ignored = {0};
    bool good = memchr(text.at, ' ', text.len) == NULL && base64_decode(&ignored, text);
    buffer_free(&ignored);
    return good;
}

static int64_t expires_of(struct slice text)
{
    int64_t seconds = 0;
    if (text.len == 0 || text.len > EXPIRES_DIGITS) {
        return SHARED_FILE_NO_EXPIRY;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (!ascii_is_digit(text.at[i])) {
            return SHARED_FILE_NO_EXPIRY;
        }
        seconds = seconds * 10 + (text.at[i] - '0');
    }
    return seconds;
}

bool shared_file_meta_parse(struct shared_file_meta *meta, struct slice text, struct err *err)
{
    struct values values = {0};
    *meta = (struct shared_file_meta){.expires = SHARED_FILE_NO_EXPIRY};
    if (!shared_file_meta_take_lines(&values, text, err)) {
        return false;
    }
    if (!digest_algorithm_parse(values.of[ALGORITHM], &meta->algorithm)) {
        return err_set(err, "the algorithm is neither sha256 nor sha512");
    }
    if (!slice_eq_str(values.of[HEADER], header)) {
        return err_set(err, "the header of the metadata is not %s", header);
    }
    if (!shared_file_meta_is_hex(values.of[DIGEST])) {
        return err_set(err, "the digest is not hexadecimal");
    }
    size_t digits = 2 * digest_algorithm_size(meta->algorithm);
    if (!shared_file_meta_is_hex(values.of[HASH_VALUE]) || values.of[HASH_VALUE].len != digits) {
        return err_set(err, "hash_value is not %zu hexadecimal digits", digits);
    }
    if (!is_base64(values.of[SHORT_PUBKEY])) {
        return err_set(err, "short_pubkey is not base64");
    }
    meta->digest = values.of[DIGEST];
    meta->hash_value = values.of[HASH_VALUE];
    meta->short_pubkey = values.of[SHORT_PUBKEY];
    meta->hostname = values.of[HOSTNAME];
    meta->keydate = values.of[KEYDATE];
    meta->keyid = values.of[KEYID];
    meta->expires = expires_of(values.of[EXPIRES]);
    return true;
}

/* ---- and back ---- */

static void shared_file_meta_add_line(struct buffer *out, enum key key, struct slice value)
{
    buffer_add_text(out, names[key]);
    buffer_add_text(out, "=");
    buffer_add(out, value.at, value.len);
    buffer_add_text(out, "\n");
}

void shared_file_meta_format(const struct shared_file_meta *meta, struct buffer *out)
{
    shared_file_meta_add_line(out, HEADER, slice_from_str(header));
    shared_file_meta_add_line(out, ALGORITHM, slice_from_str(digest_algorithm_name(meta->algorithm)));
    shared_file_meta_add_line(out, DIGEST, meta->digest);
    shared_file_meta_add_line(out, HASH_VALUE, meta->hash_value);
    shared_file_meta_add_line(out, SHORT_PUBKEY, meta->short_pubkey);
    shared_file_meta_add_line(out, HOSTNAME, meta->hostname);
    shared_file_meta_add_line(out, KEYDATE, meta->keydate);
    shared_file_meta_add_line(out, KEYID, meta->keyid);
    if (meta->expires != SHARED_FILE_NO_EXPIRY) {
        buffer_add_format(out, "%s=%" PRId64 "\n", names[EXPIRES], meta->expires);
    }
}

bool shared_file_meta_end(struct slice text, size_t *len, size_t *skip)
{
    struct slice left = text;
    while (left.len > 0 && memchr(left.at, '\n', left.len) != NULL) {
        *len = text.len - left.len;
        if (next_line(&left).len == 0) {
            *skip = text.len - left.len;
            return true;
        }
    }
    return false;
}

bool shared_file_meta_has_hash(const struct shared_file_meta *meta, struct slice hash)
{
    unsigned char wanted[DIGEST_MAX_SIZE];
    unsigned char stored[DIGEST_MAX_SIZE];
    size_t size = digest_algorithm_size(meta->algorithm);
    return digest_unhex(stored, size, meta->hash_value.at, meta->hash_value.len) &&
           digest_unhex(wanted, size, hash.at, hash.len) && memcmp(stored, wanted, size) == 0;
}

bool shared_file_meta_expired(const struct shared_file_meta *meta, int64_t now)
{
    return meta->expires != SHARED_FILE_NO_EXPIRY && meta->expires <= now;
}
