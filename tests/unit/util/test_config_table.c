/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/suite.h"
#include "support/tmpdir.h"
#include "util/config_table.h"

enum colour { RED, GREEN };

struct target {
    char *text;
    char *path;
    int number;
    int64_t size;
    int64_t duration;
    bool flag;
    enum colour colour;
    char **texts;
    char *secret;
    char *secret_url;
};

static const char *const colours[] = {"red", "green", NULL};

static const struct config_key keys[] = {
    {"one.text", CONFIG_TEXT, offsetof(struct target, text), "a \\ b. C", .help = "First. Second sentence."},
    {"one.path", CONFIG_PATH, offsetof(struct target, path), "/tmp", .help = "Help."},
    {"one.number", CONFIG_INT, offsetof(struct target, number), "7", -5, 9, .help = "Help."},
    {"two.size", CONFIG_SIZE, offsetof(struct target, size), "64MiB", 0, INT64_C(1) << 40, .help = "Help."},
    {"two.deep.duration", CONFIG_DURATION, offsetof(struct target, duration), "1h30m", 1, 1000000, .help = "Help."},
    {"two.deep.flag", CONFIG_BOOL, offsetof(struct target, flag), "true", .help = "Help."},
    {"two.colour", CONFIG_CHOICE, offsetof(struct target, colour), "green", .choices = colours, .help = "Help."},
    {"texts", CONFIG_TEXTS, offsetof(struct target, texts), "", .help = "Help."},
    {"secret", CONFIG_TEXT, offsetof(struct target, secret), "", .secret = true, .help = "Help."},
    {"secret_url", CONFIG_TEXT, offsetof(struct target, secret_url), "", .secret = true, .url = true, .help = "Help."},
};
static const struct config_table table = {keys, sizeof keys / sizeof *keys, NULL};

/* True and a target to free, or false and err. */
static bool config_load(const char *text, struct target *target, struct err *err)
{
    *target = (struct target){0};
    struct config_file *file = config_file_parse("t.conf", slice_from_str(text), err);
    bool done = file != NULL && config_table_load(&table, file, target, err);
    config_file_close(file);
    return done;
}

static void assert_defaults(const struct target *target)
{
    ck_assert_str_eq(target->path, "/tmp");
    ck_assert_int_eq(target->number, 7);
    ck_assert_int_eq(target->size, 64 << 20);
    ck_assert_int_eq(target->duration, 5400);
    ck_assert(target->flag);
    ck_assert_int_eq(target->colour, GREEN);
    ck_assert_ptr_null(target->texts[0]);
    ck_assert_str_eq(target->secret, "");
}

static size_t unknown_of(const char *text, char *said, size_t size)
{
    struct err err;
    struct config_file *file = config_file_parse("t.conf", slice_from_str(text), &err);
    ck_assert_msg(file != NULL, "%s", err.text);
    FILE *log = tmpfile();
    int saved = dup(STDERR_FILENO);
    dup2(fileno(log), STDERR_FILENO);
    size_t found = config_table_warn_unknown(&table, file);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(log);
    said[fread(said, 1, size - 1, log)] = '\0';
    fclose(log);
    config_file_close(file);
    return found;
}

static bool has_secret(const char *text)
{
    struct err err;
    struct config_file *file = config_file_parse("t.conf", slice_from_str(text), &err);
    bool has = config_table_has_secret(&table, file);
    config_file_close(file);
    return has;
}

/* Takes the `#` from commented keys; help has a space behind it. */
static void config_uncomment(char *text)
{
    char *to = text;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at != '#' || at[1] == ' ') {
            *to++ = *at;
        }
    }
    *to = '\0';
}

START_TEST(an_empty_file_gives_the_defaults)
{
    struct target target;
    struct err err;
    ck_assert(config_load("", &target, &err));
    assert_defaults(&target);
    config_table_free(&table, &target);
    config_table_free(&table, &target); /* twice does no harm */
}
END_TEST

START_TEST(every_kind_is_read)
{
    struct target target;
    struct err err;
    ck_assert_msg(config_load("one: { text = \"x\"; path = \"/a/b\"; number = -5; };\n"
                       "two: { size = 5000000000; deep: { duration = \"2 min\"; flag = false; }; colour = \"red\"; }\n"
                       "texts = [ \"a\", \"b\" ]; secret = \"p\\\"\\\\w\";",
                       &target, &err),
                  "%s", err.text);
    ck_assert_str_eq(target.text, "x");
    ck_assert_str_eq(target.path, "/a/b");
    ck_assert_int_eq(target.number, -5);
    ck_assert_int_eq(target.size, 5000000000);
    ck_assert_int_eq(target.duration, 120);
    ck_assert(!target.flag);
    ck_assert_int_eq(target.colour, RED);
    ck_assert_str_eq(target.texts[0], "a");
    ck_assert_str_eq(target.texts[1], "b");
    ck_assert_ptr_null(target.texts[2]);
    ck_assert_str_eq(target.secret, "p\"\\w");
    config_table_free(&table, &target);

    ck_assert(config_load("one = { number = 9L }\ntwo = { size = \"2 GiB\", deep = { duration = 90 } } texts = (\"x\")",
                   &target, &err));
    ck_assert_int_eq(target.number, 9);
    ck_assert_int_eq(target.size, INT64_C(2) << 30);
    ck_assert_int_eq(target.duration, 90);
    ck_assert_str_eq(target.texts[0], "x");
    config_table_free(&table, &target);
}
END_TEST

START_TEST(faults_name_file_line_and_key)
{
    static const struct {
        const char *text;
        const char *fault;
    } cases[] = {
        {"\none: {\n text = 5; }", "t.conf:3: one.text: must be a text in quotes"},
        {"one: { text = [ \"a\" ]; }", "t.conf:1: one.text: must be a text in quotes"},
        {"one: { text: { } }", "t.conf:1: one.text: must be a text in quotes"},
        {"one: { path = \"a/b\"; }", "t.conf:1: one.path: \"a/b\" is not an absolute path"},
        {"one: { path = \"\"; }", "t.conf:1: one.path: \"\" is not an absolute path"},
        {"one: { number = 10; }", "t.conf:1: one.number: 10 is not between -5 and 9"},
        {"one: { number = -6; }", "t.conf:1: one.number: -6 is not between -5 and 9"},
        {"one: { number = 4294967296; }", "t.conf:1: one.number: 4294967296 is not between -5 and 9"},
        {"one: { number = 1.0; }", "t.conf:1: one.number: must be a whole number, without quotes"},
        {"one: { number = \"1\"; }", "t.conf:1: one.number: must be a whole number, without quotes"},
        {"one: { number = true; }", "t.conf:1: one.number: must be a whole number, without quotes"},
        {"two: { size = 1.5; }", "t.conf:1: two.size: must be a number of bytes, or a text such as \"50MiB\""},
        {"two: { size = \"5 MB\"; }",
         "t.conf:1: two.size: \"5 MB\" is not a size such as 52428800, 512KiB, 50MiB or 1GiB"},
        {"two: { size = -1; }", "t.conf:1: two.size: -1 is not between 0 and 1099511627776"},
        {"two: { deep: { duration = \"soon\"; } }",
         "t.conf:1: two.deep.duration: \"soon\" is not a duration such as 90, 2s, 30min 20s or 1d12h"},
        {"two: { deep: { duration = \"0s\"; } }", "t.conf:1: two.deep.duration: 0 is not between 1 and 1000000"},
        {"two: { deep: { flag = 1; } }", "t.conf:1: two.deep.flag: must be true or false, without quotes"},
        {"two: { deep: { flag = \"true\"; } }", "t.conf:1: two.deep.flag: must be true or false, without quotes"},
        {"two: {\n colour = \"blue\"; }", "t.conf:2: two.colour: \"blue\" is not one of red, green"},
        {"two: { colour = 1; }", "t.conf:1: two.colour: must be a text in quotes"},
        {"texts = \"a\";", "t.conf:1: texts: must be a list of texts: [ \"one\", \"two\" ]"},
        {"texts = (\"a\", 1);", "t.conf:1: texts: must be a list of texts: [ \"one\", \"two\" ]"},
        {"\n\ntwo: { deep = 5; }", "t.conf:3: two.deep: must be a group: { ... }"},
        {"one = \"x\";", "t.conf:1: one: must be a group: { ... }"},
        {"one: {\n\n text = \"a\n", "t.conf:4: syntax error"},
        {"one: { text = \"a\" text = \"b\" }", "t.conf:1: duplicate setting name"},
        {"# @include\n\n@include \"x\"",
         "t.conf:3: @include is not supported; a password may stand in a file of its own (password_file)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct target target;
        struct err err;
        ck_assert_msg(!config_load(cases[i].text, &target, &err), "%s", cases[i].text);
        ck_assert_str_eq(err.text, cases[i].fault);
    }
    struct err err;
    struct target target;
    /* above 64 bits: libconfig 1.5 takes the largest number, newer ones call it a syntax error */
    ck_assert(!config_load("one: { number = 99999999999999999999999; }", &target, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "t.conf:1: "));
    ck_assert_ptr_null(config_file_parse("t.conf", (struct slice){"one: {\n \0 }", 10}, &err));
    ck_assert_str_eq(err.text, "t.conf:2: a NUL byte: this is not a text file");
}
END_TEST

START_TEST(files_that_cannot_be_read)
{
    struct tmpdir directory = tmpdir_make();
    struct err err;
    char path[128];
    ck_assert_ptr_null(config_file_read(directory.path, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "not a regular file"));
    snprintf(path, sizeof path, "%s/none", directory.path);
    ck_assert_ptr_null(config_file_read(path, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "No such file"));
    tmpdir_write(directory.fd, "real", "one: { number = 1; }");
    ck_assert_int_eq(symlinkat("real", directory.fd, "link"), 0);
    snprintf(path, sizeof path, "%s/link", directory.path);
    struct config_file *file = config_file_read(path, &err);
    ck_assert_ptr_nonnull(file);
    ck_assert_str_eq(config_file_name(file), path);
    config_file_close(file);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(unknown_keys_are_told_with_line_and_neighbour)
{
    char said[2048];
    ck_assert_uint_eq(unknown_of("one: { text = \"a\"; } two: { deep: { flag = true; } } secret = \"s\";", said,
                                 sizeof said), 0);
    ck_assert_str_eq(said, "");
    ck_assert_uint_eq(
        unknown_of("one: { txet = \"hush\"; };\ntwo: { deep: {\n flga = true; }; };\nquite: { other = 1; };\n"
                   "colour = \"red\";",
                   said, sizeof said),
        4);
    ck_assert_ptr_nonnull(strstr(said, "line=1 key=one.txet similar=one.text"));
    ck_assert_ptr_nonnull(strstr(said, "line=3 key=two.deep.flga similar=two.deep.flag"));
    ck_assert_ptr_nonnull(strstr(said, "line=4 key=quite\n"));
    ck_assert_ptr_nonnull(strstr(said, "line=5 key=colour similar=two.colour"));
    ck_assert_ptr_null(strstr(said, "hush"));
    char text[1024] = "";
    memset(text, 'x', 600);
    strcpy(text + 600, " = 1;");
    ck_assert_uint_eq(unknown_of(text, said, sizeof said), 1);
}
END_TEST

START_TEST(secrets_are_noticed)
{
    ck_assert(has_secret("secret = \"s\";"));
    ck_assert(has_secret("secret = \"a://b\";")); /* no URL, whatever it looks like */
    ck_assert(!has_secret("secret = \"\";"));
    ck_assert(has_secret("secret_url = \"postgres://user:word@host:5432/name\";"));
    ck_assert(has_secret("secret_url = \"postgres://host/name?user=u&password=word\";"));
    ck_assert(has_secret("secret_url = \"host=h password=word\";"));
    ck_assert(has_secret("secret_url = \"password=a://b host=h\";"));
    ck_assert(has_secret("secret_url = \"user:word@proxy:3128\";"));
    ck_assert(!has_secret("secret_url = \"postgres://user@host:5432/name\";"));
    ck_assert(!has_secret("secret_url = \"host=/run/postgresql dbname=rudder\";"));
    ck_assert(!has_secret("secret_url = \"http://proxy:3128\";"));
    ck_assert(!has_secret("secret_url = \"proxy:3128\";"));
    ck_assert(!has_secret("secret_url = \"none\";"));
    ck_assert(!has_secret("one: { text = \"s\"; }"));
}
END_TEST

START_TEST(the_sample_says_the_defaults)
{
    char text[4096] = "";
    FILE *out = fmemopen(text, sizeof text, "w");
    config_table_print_sample(&table, out);
    fclose(out);
    for (int round = 0; round < 2; round++) {
        struct target target;
        struct err err;
        char said[256];
        ck_assert_msg(config_load(text, &target, &err), "%s in\n%s", err.text, text);
        ck_assert_str_eq(target.text, "a \\ b. C");
        assert_defaults(&target);
        ck_assert_uint_eq(unknown_of(text, said, sizeof said), 0);
        config_table_free(&table, &target);
        config_uncomment(text);
    }
    ck_assert_ptr_null(strchr(text, '#') != NULL ? strstr(text, "#texts") : NULL);
    ck_assert_ptr_nonnull(strstr(text, "  deep: {\n    # Help.\n    duration = \"1h30m\";"));
}
END_TEST

SUITE_MAIN("config_table", an_empty_file_gives_the_defaults, every_kind_is_read, faults_name_file_line_and_key,
           files_that_cannot_be_read, unknown_keys_are_told_with_line_and_neighbour, secrets_are_noticed,
           the_sample_says_the_defaults)
