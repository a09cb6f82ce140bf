/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/decompress.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdint.h>
#include <zlib.h>

#include "support/suite.h"

static const struct decompress_limits wide = {64 << 20, 0};
static struct decompressor *decompressor; /* one for all calls of a test: its state must not leak from file to file */

static bool decompress_expand(enum compression compression, struct buffer *image,
                              const struct decompress_limits *limits, struct buffer *out, struct err *err)
{
    if (decompressor == NULL) {
        decompressor = decompressor_new();
    }
    /* exactly as large as told, for the sanitizers to see a read behind the end */
    char *exact = malloc(image->len > 0 ? image->len : 1);
    memcpy(exact, image->len > 0 ? image->at : "", image->len);
    bool good = decompress(decompressor, compression, (struct slice){exact, image->len}, limits, out, err);
    free(exact);
    return good;
}

static void accept(enum compression compression, struct buffer *image, struct slice expected)
{
    struct buffer out = {0};
    struct err err = {0};
    buffer_add_text(&out, "before");
    ck_assert_msg(decompress_expand(compression, image, &wide, &out, &err), "%s", err.text);
    ck_assert_uint_eq(out.len, 6 + expected.len);
    ck_assert(memcmp(out.at, "before", 6) == 0);
    ck_assert(expected.len == 0 || memcmp(out.at + 6, expected.at, expected.len) == 0);
    buffer_free(&out);
}

static void refuse_within(enum compression compression, struct buffer *image, const struct decompress_limits *limits,
                          const char *reason)
{
    struct buffer out = {0};
    struct err err = {0};
    buffer_add_text(&out, "before");
    ck_assert(!decompress_expand(compression, image, limits, &out, &err));
    ck_assert_msg(strstr(err.text, reason) != NULL, "'%s' instead of '%s'", err.text, reason);
    ck_assert_uint_eq(out.len, 6);
    buffer_free(&out);
}

static void decompress_refuse(enum compression compression, struct buffer *image, const char *reason)
{
    refuse_within(compression, image, &wide, reason);
}

static void add_gzip(struct buffer *image, struct slice text)
{
    z_stream stream = {0};
    ck_assert_int_eq(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&stream, text.len);
    stream.next_in = (unsigned char *)text.at;
    stream.avail_in = (uInt)text.len;
    stream.next_out = (unsigned char *)buffer_reserve(image, room);
    stream.avail_out = (uInt)room;
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    image->len += room - stream.avail_out;
    deflateEnd(&stream);
}

/* Text that does not compress away to nothing. */
static struct slice some_text(struct buffer *buffer, size_t lines)
{
    uint32_t state = 1;
    for (size_t i = 0; i < lines; i++) {
        state = state * 1664525 + 1013904223;
        buffer_add_format(buffer, "line %zu of the text, %08x\n", i, state);
    }
    return buffer_slice(buffer);
}

static struct slice zero_bytes(struct buffer *buffer, size_t count)
{
    memset(buffer_reserve(buffer, count), 0, count);
    buffer->len = count;
    return buffer_slice(buffer);
}

START_TEST(gzip_of_any_size_is_expanded)
{
    static const size_t lines[] = {0, 1, 100, 1000, 100000};
    struct buffer text = {0};
    struct buffer image = {0};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        buffer_clear(&text);
        buffer_clear(&image);
        add_gzip(&image, some_text(&text, lines[i]));
        accept(COMPRESSION_GZIP, &image, buffer_slice(&text));
    }
    buffer_free(&text);
    buffer_free(&image);
}
END_TEST

START_TEST(gzip_members_are_joined)
{
    struct buffer image = {0};
    struct buffer text = {0};
    add_gzip(&image, some_text(&text, 5000));
    add_gzip(&image, slice_from_str(""));
    add_gzip(&image, slice_from_str("two"));
    buffer_add_text(&text, "two");
    accept(COMPRESSION_GZIP, &image, buffer_slice(&text));
    buffer_free(&image);
    buffer_free(&text);
}
END_TEST

START_TEST(what_stands_behind_a_gzip_counts_for_nothing)
{
    static const struct slice junk[] = {{"\0", 1}, {"\0\0\0\0\0\0\0\0\0\0\0\0", 12}, {"\0x", 2}, {"\n", 1}, {"\r\n", 2},
                                        {"\x1f", 1}, {"junk that is long enough for a member", 37}};
    for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
        struct buffer image = {0};
        add_gzip(&image, slice_from_str("one"));
        buffer_add(&image, junk[i].at, junk[i].len);
        accept(COMPRESSION_GZIP, &image, slice_from_str("one"));
        buffer_free(&image);
    }
}
END_TEST

START_TEST(a_further_member_must_be_whole)
{
    struct buffer image = {0};
    add_gzip(&image, slice_from_str("one"));
    buffer_add_text(&image, "\x1f\x8b");
    decompress_refuse(COMPRESSION_GZIP, &image, "is cut");
    buffer_add_text(&image, "junk that is long enough for a member");
    decompress_refuse(COMPRESSION_GZIP, &image, "is damaged");
    buffer_free(&image);
}
END_TEST

START_TEST(damaged_gzip_is_refused_wherever_it_is_cut)
{
    struct buffer text = {0};
    struct buffer image = {0};
    add_gzip(&image, some_text(&text, 20));
    size_t whole = image.len;
    for (image.len = 0; image.len < whole; image.len++) {
        decompress_refuse(COMPRESSION_GZIP, &image, image.len < 18 ? "cannot be a gzip" : "");
    }
    image.at[whole - 1] ^= 1; /* length */
    decompress_refuse(COMPRESSION_GZIP, &image, "the gzip is damaged: incorrect length check");
    image.at[whole - 1] ^= 1;
    image.at[whole - 5] ^= 1; /* checksum */
    decompress_refuse(COMPRESSION_GZIP, &image, "the gzip is damaged: incorrect data check");
    image.at[whole - 5] ^= 1;
    accept(COMPRESSION_GZIP, &image, buffer_slice(&text));
    buffer_clear(&image);
    buffer_add_text(&image, "2018-08-24T15:55:01+00:00 R: plain");
    decompress_refuse(COMPRESSION_GZIP, &image, "the gzip is damaged: incorrect header check");
    buffer_free(&text);
    buffer_free(&image);
}
END_TEST

START_TEST(expanded_size_is_limited_to_the_byte)
{
    struct buffer text = {0};
    struct buffer image = {0};
    struct buffer out = {0};
    struct err err = {0};
    add_gzip(&image, some_text(&text, 3000));
    struct decompress_limits limits = {text.len, 0};
    ck_assert_msg(decompress_expand(COMPRESSION_GZIP, &image, &limits, &out, &err), "%s", err.text);
    limits.expanded--;
    char reason[80];
    snprintf(reason, sizeof reason, "expands to more than the limit of %zu bytes", limits.expanded);
    refuse_within(COMPRESSION_GZIP, &image, &limits, reason);
    limits.expanded = 100;
    refuse_within(COMPRESSION_GZIP, &image, &limits, "expands to more than the limit of 100 bytes");
    buffer_clear(&image);
    add_gzip(&image, slice_from_str(""));
    add_gzip(&image, buffer_slice(&text)); /* a limit for the members together, whatever the trailer says */
    limits.expanded = text.len - 1;
    refuse_within(COMPRESSION_GZIP, &image, &limits, reason);
    buffer_free(&text);
    buffer_free(&image);
    buffer_free(&out);
}
END_TEST

START_TEST(ratio_is_limited_above_a_free_allowance)
{
    struct buffer zeros = {0};
    struct buffer image = {0};
    struct buffer out = {0};
    struct err err = {0};
    const struct decompress_limits limits = {64 << 20, 100};
    add_gzip(&image, zero_bytes(&zeros, DECOMPRESS_RATIO_FREE));
    ck_assert_msg(decompress_expand(COMPRESSION_GZIP, &image, &limits, &out, &err), "%s", err.text);
    buffer_clear(&image);
    add_gzip(&image, zero_bytes(&zeros, DECOMPRESS_RATIO_FREE + 1));
    refuse_within(COMPRESSION_GZIP, &image, &limits,
                  "expands to more than 1048576 bytes, past the limit of 100 times its compressed size");
    accept(COMPRESSION_GZIP, &image, buffer_slice(&zeros));
    buffer_free(&zeros);
    buffer_free(&image);
    buffer_free(&out);
}
END_TEST

struct zip_entry {
    const char *name;
    const char *text; /* NULL: a directory */
    bool streamed;    /* the sizes stand behind the data */
};

static void make_zip(struct buffer *image, const char *options, const struct zip_entry *entries, size_t count)
{
    struct archive *archive = archive_write_new();
    size_t used = 0;
    archive_write_set_format_zip(archive);
    ck_assert_int_eq(archive_write_set_options(archive, options), ARCHIVE_OK);
    buffer_clear(image);
    ck_assert_int_eq(archive_write_open_memory(archive, buffer_reserve(image, 1 << 20), 1 << 20, &used), ARCHIVE_OK);
    for (size_t i = 0; i < count; i++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, entries[i].name);
        archive_entry_set_mode(entry, entries[i].text != NULL ? AE_IFREG | 0644 : AE_IFDIR | 0755);
        if (!entries[i].streamed) {
            archive_entry_set_size(entry, entries[i].text != NULL ? (la_int64_t)strlen(entries[i].text) : 0);
        }
        ck_assert_int_eq(archive_write_header(archive, entry), ARCHIVE_OK);
        if (entries[i].text != NULL) {
            size_t len = strlen(entries[i].text);
            ck_assert_int_eq(archive_write_data(archive, entries[i].text, len), (la_ssize_t)len);
        }
        archive_entry_free(entry);
    }
    ck_assert_int_eq(archive_write_close(archive), ARCHIVE_OK);
    archive_write_free(archive);
    image->len = used;
}

/* Where the record with this signature begins. */
static unsigned char *decompress_find(struct buffer *image, const char *signature)
{
    unsigned char *at = memmem(image->at, image->len, signature, 4);
    ck_assert_ptr_nonnull(at);
    return at;
}

static const char deflated[] = "zip:compression=deflate";
static const char stored[] = "zip:compression=store";

START_TEST(first_file_of_a_zip_is_expanded)
{
    static const struct zip_entry entries[] = {
        {"directory/", NULL, false}, {"directory/one", "the first text", false}, {"two", "the second text", false}};
    static const char *const methods[] = {deflated, stored};
    struct buffer image = {0};
    for (size_t i = 0; i < 2; i++) {
        make_zip(&image, methods[i], entries, 3);
        accept(COMPRESSION_ZIP, &image, slice_from_str("the first text"));
        make_zip(&image, methods[i], entries + 2, 1);
        accept(COMPRESSION_ZIP, &image, slice_from_str("the second text"));
    }
    buffer_free(&image);
}
END_TEST

START_TEST(streamed_and_large_zips_are_expanded)
{
    struct buffer text = {0};
    struct buffer image = {0};
    some_text(&text, 5000);
    const struct zip_entry entry = {"one", buffer_cstr(&text), true};
    make_zip(&image, deflated, &entry, 1);
    accept(COMPRESSION_ZIP, &image, buffer_slice(&text));
    make_zip(&image, stored, &entry, 1);
    accept(COMPRESSION_ZIP, &image, buffer_slice(&text));
    buffer_free(&text);
    buffer_free(&image);
}
END_TEST

START_TEST(zip_limits_are_those_of_gzip)
{
    struct buffer image = {0};
    struct buffer text = {0};
    zero_bytes(&text, 2 << 20);
    memset(text.at, 'x', text.len);
    const struct zip_entry entry = {"one", buffer_cstr(&text), false};
    make_zip(&image, deflated, &entry, 1);
    accept(COMPRESSION_ZIP, &image, buffer_slice(&text));
    const struct decompress_limits small = {(2 << 20) - 1, 0};
    refuse_within(COMPRESSION_ZIP, &image, &small, "expands to more than the limit of 2097151 bytes");
    const struct decompress_limits ratio = {64 << 20, 10};
    refuse_within(COMPRESSION_ZIP, &image, &ratio, "past the limit of 10 times its compressed size");
    buffer_free(&image);
    buffer_free(&text);
}
END_TEST

static void add_le(struct buffer *out, uint32_t value, size_t bytes)
{
    for (; bytes > 0; bytes--, value >>= 8) {
        char byte = (char)(value & 0xff);
        buffer_add(out, &byte, 1);
    }
}

enum { ZIP_UTF8 = 0x0800 };

/* An entry of which every byte is ours to choose; stored. */
struct raw_entry {
    const char *name;
    const char *text; /* "" for a directory, whose name ends in / */
    uint32_t flags;
    const char *unicode_name; /* in an extra field 0x7075, or NULL */
    uint32_t crc_fault;       /* added to the right one */
};

static void add_raw_common(struct buffer *out, const struct raw_entry *entry)
{
    uint32_t crc = (uint32_t)crc32(0, (const unsigned char *)entry->text, (uInt)strlen(entry->text));
    size_t extra = entry->unicode_name != NULL ? 9 + strlen(entry->unicode_name) : 0;
    add_le(out, 20, 2); /* version needed */
    add_le(out, entry->flags, 2);
    add_le(out, 0, 2);          /* method: stored */
    add_le(out, 0x58210000, 4); /* 2024-01-01 */
    add_le(out, crc + entry->crc_fault, 4);
    add_le(out, (uint32_t)strlen(entry->text), 4);
    add_le(out, (uint32_t)strlen(entry->text), 4);
    add_le(out, (uint32_t)strlen(entry->name), 2);
    add_le(out, (uint32_t)extra, 2);
}

static void add_raw_name(struct buffer *out, const struct raw_entry *entry)
{
    buffer_add_text(out, entry->name);
    if (entry->unicode_name != NULL) {
        add_le(out, 0x7075, 2);
        add_le(out, (uint32_t)(5 + strlen(entry->unicode_name)), 2);
        add_le(out, 1, 1);
        add_le(out, (uint32_t)crc32(0, (const unsigned char *)entry->name, (uInt)strlen(entry->name)), 4);
        buffer_add_text(out, entry->unicode_name);
    }
}

static void make_raw_zip(struct buffer *image, const struct raw_entry *entries, size_t count)
{
    struct buffer directory = {0};
    buffer_clear(image);
    for (size_t i = 0; i < count; i++) {
        uint32_t offset = (uint32_t)image->len;
        buffer_add(image, "PK\3\4", 4);
        add_raw_common(image, &entries[i]);
        add_raw_name(image, &entries[i]);
        buffer_add_text(image, entries[i].text);
        buffer_add(&directory, "PK\1\2\24\0", 6);
        add_raw_common(&directory, &entries[i]);
        add_le(&directory, 0, 2 + 2 + 2 + 4); /* comment, disk, attributes */
        add_le(&directory, offset, 4);
        add_raw_name(&directory, &entries[i]);
    }
    uint32_t directory_offset = (uint32_t)image->len;
    buffer_add(image, directory.at, directory.len);
    buffer_add(image, "PK\5\6\0\0\0\0", 8);
    add_le(image, (uint32_t)count, 2);
    add_le(image, (uint32_t)count, 2);
    add_le(image, (uint32_t)directory.len, 4);
    add_le(image, directory_offset, 4);
    add_le(image, 0, 2);
    buffer_free(&directory);
}

static void accept_raw(const struct raw_entry *entries, size_t count)
{
    struct buffer image = {0};
    make_raw_zip(&image, entries, count);
    accept(COMPRESSION_ZIP, &image, slice_from_str(entries[count - 1].text));
    buffer_free(&image);
}

/* What is in the entry counts, whatever libarchive has to say of its name. */
START_TEST(names_of_zip_entries_do_not_matter)
{
    static const char *const names[] = {"plain",         "\xc3\xa9t\xc3\xa9.log", "\xe6\x97\xa5\xe6\x9c\xac",
                                        "\xe9t\xe9",     "\xff\xfe",              "\xed\xa0\x80" /* half a surrogate */,
                                        "\xf0\x9f\x98\x80", "../up",              "/root",
                                        "a\nb"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        for (uint32_t flags = 0; flags <= ZIP_UTF8; flags += ZIP_UTF8) {
            char directory[32];
            snprintf(directory, sizeof directory, "%s/", names[i]);
            const struct raw_entry file = {names[i], "some text", flags, NULL, 0};
            const struct raw_entry extra = {"plain", "some text", flags, names[i], 0};
            const struct raw_entry below[] = {{directory, "", flags, NULL, 0}, {"d/", "", flags, directory, 0}, file};
            accept_raw(&file, 1);
            accept_raw(&extra, 1);
            accept_raw(below, 3);
        }
    }
}
END_TEST

/* A checksum or size of the directory that is not the content's: libarchive takes it for damage from 3.7 on, as in
 * Debian 13, and only warns of it before. */
START_TEST(what_libarchive_only_warns_of_is_no_damage)
{
    struct buffer image = {0};
    struct buffer text = {0};
    some_text(&text, 20000); /* several blocks, and the warning comes with the last */
    const struct zip_entry entry = {"one", buffer_cstr(&text), false};
    make_zip(&image, deflated, &entry, 1);
    decompress_find(&image, "PK\3\4")[14] ^= 1; /* checksum */
    decompress_find(&image, "PK\1\2")[16] ^= 1;
    if (archive_version_number() >= 3007000) {
        decompress_refuse(COMPRESSION_ZIP, &image, "bad CRC");
    } else {
        accept(COMPRESSION_ZIP, &image, buffer_slice(&text));
        decompress_find(&image, "PK\3\4")[22] ^= 1; /* expanded size */
        decompress_find(&image, "PK\1\2")[24] ^= 1;
        accept(COMPRESSION_ZIP, &image, buffer_slice(&text));
        accept_raw(&(struct raw_entry){"one", buffer_cstr(&text), 0, NULL, 1}, 1);
    }
    buffer_free(&image);
    buffer_free(&text);
}
END_TEST

START_TEST(of_a_zip_that_is_cut_all_is_read_or_nothing)
{
    static const struct zip_entry entry = {"one", "some text to be read from a zip", false};
    static const char *const methods[] = {deflated, stored};
    struct buffer image = {0};
    for (size_t i = 0; i < 2; i++) {
        make_zip(&image, methods[i], &entry, 1);
        size_t whole = image.len;
        for (image.len = 0; image.len < whole; image.len++) {
            struct buffer out = {0};
            ck_assert(!decompress_expand(COMPRESSION_ZIP, &image, &wide, &out, NULL) ||
                      slice_eq_str(buffer_slice(&out), entry.text));
            buffer_free(&out);
        }
    }
    buffer_free(&image);
}
END_TEST

START_TEST(unreadable_zips_are_refused)
{
    static const struct zip_entry entry = {"one", "some text to be read from a zip", false};
    static const struct zip_entry directory = {"directory/", NULL, false};
    struct buffer image = {0};
    buffer_add_text(&image, "this is no zip at all, only text");
    decompress_refuse(COMPRESSION_ZIP, &image, "the zip is damaged");
    image.len = 0;
    decompress_refuse(COMPRESSION_ZIP, &image, "the zip");
    make_zip(&image, stored, &directory, 1);
    decompress_refuse(COMPRESSION_ZIP, &image, "holds no file");
    make_zip(&image, deflated, &entry, 1);
    image.len = 50;
    decompress_refuse(COMPRESSION_ZIP, &image, "the zip is damaged");
    make_zip(&image, deflated, &entry, 1);
    decompress_find(&image, "PK\3\4")[6] |= 1; /* general purpose flags: encrypted */
    decompress_find(&image, "PK\1\2")[8] |= 1;
    decompress_refuse(COMPRESSION_ZIP, &image, "the zip is encrypted");
    make_zip(&image, deflated, &entry, 1);
    decompress_find(&image, "PK\3\4")[8] = 14; /* method: LZMA */
    decompress_find(&image, "PK\1\2")[10] = 14;
    decompress_refuse(COMPRESSION_ZIP, &image, "another method than deflate: ZIP 2.0 (lzma)");
    buffer_free(&image);
}
END_TEST

START_TEST(plain_image_is_copied_within_the_limit)
{
    struct buffer image = {0};
    buffer_add_text(&image, "plain");
    accept(COMPRESSION_NONE, &image, slice_from_str("plain"));
    const struct decompress_limits small = {4, 0};
    refuse_within(COMPRESSION_NONE, &image, &small, "is larger than the limit of 4 bytes");
    buffer_free(&image);
}
END_TEST

SUITE_MAIN("decompress", gzip_of_any_size_is_expanded, gzip_members_are_joined,
           what_stands_behind_a_gzip_counts_for_nothing, a_further_member_must_be_whole,
           damaged_gzip_is_refused_wherever_it_is_cut, expanded_size_is_limited_to_the_byte,
           ratio_is_limited_above_a_free_allowance,
           first_file_of_a_zip_is_expanded, streamed_and_large_zips_are_expanded, zip_limits_are_those_of_gzip,
           names_of_zip_entries_do_not_matter, what_libarchive_only_warns_of_is_no_damage,
           of_a_zip_that_is_cut_all_is_read_or_nothing, unreadable_zips_are_refused,
           plain_image_is_copied_within_the_limit)
