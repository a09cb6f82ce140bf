/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/relayd_import.h"

#include <stdio.h>

#include "cli/import_files.h"
#include "cli/relayd_database_url.h"
#include "relay/relay_config.h"
#include "support/suite.h"
#include "support/tmpdir.h"
#include "util/safe_file.h"

/* relayd's files with this text, read. */
static bool imported(struct tmpdir *directory, const char *text, struct relayd_import *import, struct err *err)
{
    *directory = tmpdir_make();
    tmpdir_write(directory->fd, "main.conf", text);
    tmpdir_write(directory->fd, "logging.conf", "[general]\nlevel = \"debug\"\n");
    return relayd_import_read(directory->path, import, err);
}

/* "path=value" of each setting, in a line. */
static void ck_imports(const char *text, const char *settings, const char *notes)
{
    struct tmpdir directory;
    struct relayd_import import = {.count = 0};
    struct err err = {""};
    struct buffer got = {0};
    ck_assert_msg(imported(&directory, text, &import, &err), "%s: %s", text, err.text);
    for (size_t i = 0; i < import.count; i++) {
        if (strcmp(import.settings[i].path, "logging.level") != 0) {
            buffer_add_format(&got, "%s=%s;", import.settings[i].path, import.settings[i].value);
        }
    }
    ck_assert_str_eq(buffer_cstr(&got), settings);
    const char *told = buffer_cstr(&import.notes);
    ck_assert_msg(notes[0] == '\0' ? told[0] == '\0' : strstr(told, notes) != NULL, "%s instead of %s", told, notes);
    buffer_free(&got);
    relayd_import_free(&import);
    tmpdir_remove(&directory);
}

static void ck_import_refused(const char *text, const char *why)
{
    struct tmpdir directory;
    struct relayd_import import = {.count = 0};
    struct err err = {""};
    ck_assert(!imported(&directory, text, &import, &err));
    ck_assert_msg(strstr(err.text, why) != NULL, "%s instead of %s", err.text, why);
    relayd_import_free(&import);
    tmpdir_remove(&directory);
}

START_TEST(values_keep_their_meaning)
{
    ck_imports("", "", "");
    ck_imports("[shared_folder]\npath = \"/a/b//\"", "shared_folder.path=\"/a/b\";", "");
    ck_imports("[processing.reporting]\nskip_event_types = ['a\"b', 'c\\d']",
               "processing.reporting.skip_event_types=[ \"a\\\"b\", \"c\\\\d\" ];", "");
    ck_imports("[remote_run]\nenabled = false", "remote_run.enabled=false;", "");
    ck_imports("[shared_files]\nmax_body_size = 5000000000", "shared_files.max_body_size=5000000000L;", "");
    ck_imports("[general]\nhttps_idle_timeout = 7", "general.https_idle_timeout=7;", "");
}
END_TEST

START_TEST(what_cannot_be_carried_over_is_told_or_refused)
{
    ck_imports("[general]\ncore_threads = 4", "",
               "main.conf:2: general.core_threads: the programs have no such threads");
    ck_imports("[general]\nlisten = \"127.0.0.1:3030\"", "", "");
    ck_imports("[general]\nlisten = \"0.0.0.0:3030\"", "", "main.conf:2: general.listen: the address of the local");
    ck_imports("\n[what]\never = 1", "", "main.conf:3: what.ever: relayd has no such key");
    ck_imports("[general]\nhttps_idle_timeout = \"300ms\"", "",
               "main.conf:2: general.https_idle_timeout: \"300ms\" is not");
    ck_import_refused("[processing.reporting]\noutput = \"elsewhere\"",
                      "main.conf:2: processing.reporting.output: \"elsewhere\" is not one of");
    ck_import_refused("[shared_files]\n\npath = \"relative\"",
                      "main.conf:3: shared_files.path: \"relative\" is not an");
    ck_import_refused("[output.upstream]\npassword = 7",
                      "main.conf:2: output.upstream.password: must be a text in quotes");
    ck_import_refused("[output.upstream]\npassword = \"a\\nb\"", "a password with a line end cannot be kept in a file");
    ck_import_refused("[output.database]\nurl = \"postgres://[x\"",
                      "main.conf:2: output.database.url: is no connection");
    ck_import_refused("oops", "main.conf:1: oops: a = should follow");
}
END_TEST

START_TEST(what_the_template_always_writes_is_left_out)
{
    ck_imports("[processing.reporting.catchup]\nfrequency = 10\nlimit = 0\n"
               "[processing.reporting.cleanup]\nfrequency = \"10min\"\nretention = \"1day\"",
               "processing.reporting.cleanup.frequency=\"10min\";", "");
    ck_imports("[processing.inventory.cleanup]\nretention = \"8days\"",
               "processing.inventory.cleanup.retention=\"8days\";", "");
    ck_imports("[processing.inventory.cleanup]\nretention = 604801", "processing.inventory.cleanup.retention=604801;",
               "");
    ck_imports("[processing.inventory.cleanup]\nretention = 604800", "", "");
    ck_imports("[processing.inventory.cleanup]\nretention = \"2months\"",
               "processing.inventory.cleanup.retention=\"2months\";", "");
    ck_imports("[processing.inventory.cleanup]\nretention = \"1d 500ms\"", "",
               "main.conf:2: processing.inventory.cleanup.retention: \"1d 500ms\" is not");
}
END_TEST

START_TEST(deprecated_keys_yield_to_the_others)
{
    ck_imports("[output.upstream]\nurl = \"https://up.example:4443/\"",
               "output.upstream.host=\"up.example\";general.https_port=4443;",
               "main.conf:2: output.upstream.url: deprecated");
    ck_imports("[output.upstream]\nurl = \"https://old\"\nhost = \"new\"", "output.upstream.host=\"new\";",
               "without effect");
    ck_import_refused("[output.upstream]\nurl = \"https://a b\"", "main.conf:2: output.upstream.url: is no URL");
    ck_imports("[output.upstream]\nverify_certificates = false", "general.peer_authentication=\"dangerous_none\";",
               "deprecated");
    ck_imports("[output.upstream]\nverify_certificates = false\n[general]\npeer_authentication = \"cert_pinning\"",
               "general.peer_authentication=\"cert_pinning\";", "without effect");
    ck_imports("[general]\ncertificate_verification_model = \"system\"",
               "general.peer_authentication=\"cert_validation\";", "");
}
END_TEST

START_TEST(a_password_leaves_the_url)
{
    static const struct {
        const char *url;
        const char *bare;
        const char *password;
    } cases[] = {
        {"postgres://rudder@127.0.0.1/rudder", "postgres://rudder@127.0.0.1/rudder", NULL},
        {"postgresql://u:p%40%2F%25'\\%3A@h1:1,h2:2/db", "user='u' dbname='db' host='h1,h2' port='1,2'", "p@/%'\\:"},
        {"host=h password='a b\\'c'", "host='h'", "a b'c"},
        {"postgres://h/d?password=x", "dbname='d' host='h'", "x"},
        {"user='o\\'brien' password=x", "user='o\\'brien'", "x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *bare = NULL;
        char *password = NULL;
        ck_assert(relayd_database_url(cases[i].url, &bare, &password));
        ck_assert_str_eq(bare, cases[i].bare);
        ck_assert_pstr_eq(password, cases[i].password);
        free(bare);
        free(password);
    }
}
END_TEST

START_TEST(the_password_beside_the_url_wins)
{
    struct tmpdir directory;
    struct relayd_import import = {.count = 0};
    struct err err;
    ck_assert(
        imported(&directory, "[output.database]\nurl = \"postgres://u:in@h/d\"\npassword = \"beside\"", &import, &err));
    ck_assert_str_eq(import.passwords[RELAYD_PASSWORD_DATABASE], "beside");
    ck_assert_ptr_null(import.passwords[RELAYD_PASSWORD_UPSTREAM]);
    relayd_import_free(&import);
    tmpdir_remove(&directory);
}
END_TEST

static void ck_written(struct tmpdir *to, const char *text, struct relay_config **config)
{
    struct tmpdir directory;
    struct relayd_import import = {.count = 0};
    struct err err = {""};
    FILE *out = fopen("/dev/null", "w");
    char path[128];
    ck_assert_msg(imported(&directory, text, &import, &err) && import_files_write(to->path, &import, false, out, &err),
                  "%s", err.text);
    snprintf(path, sizeof path, "%s/relay.conf", to->path);
    *config = relay_config_load(path, &err);
    ck_assert_msg(*config != NULL && relay_config_load_passwords(*config, &err), "%s", err.text);
    fclose(out);
    relayd_import_free(&import);
    tmpdir_remove(&directory);
}

START_TEST(files_are_made_and_own_settings_are_kept)
{
    static const char first[] = "[general]\nnode_id = \"root\"\n[processing.reporting]\noutput = \"database\"\n"
                                "[output.database]\npassword = 'q\"\\u%'\nmax_pool_size = 3";
    struct tmpdir to = tmpdir_make();
    struct relay_config *config;
    struct stat status;
    tmpdir_write(
        to.fd, "relay.conf",
        "upload: { min_free_space = \"1GiB\"; }; processing: { reporting: { cleanup: { retention = \"9d\"; };\n"
        "max_age = 5000; skip_event_types = [ \"log_info\" ]; }; };\n"
        "output: { database: { password = \"old\"; }; };");
    ck_written(&to, first, &config);
    ck_assert_str_eq(config->database.password, "q\"\\u%");
    ck_assert_int_eq(config->database.max_pool_size, 3);
    ck_assert(config->upload.min_free_space == 1 << 30);
    ck_assert(config->reporting.cleanup_retention == 9 * 86400);
    ck_assert(config->reporting.max_age == 5000);
    ck_assert_ptr_null(config->reporting.skip_event_types[0]); /* relayd's, and it does not say so */
    ck_assert(config->logging.level == LOG_LEVEL_DEBUG);
    relay_config_free(config);
    ck_assert(fstatat(to.fd, "database-password", &status, 0) == 0 && (status.st_mode & 07777) == 0600);
    ino_t before = status.st_ino;
    ck_written(&to, first, &config);
    relay_config_free(config);
    ck_assert(fstatat(to.fd, "database-password", &status, 0) == 0 && status.st_ino == before);
    tmpdir_remove(&to);
}
END_TEST

START_TEST(nothing_is_replaced_by_what_is_not_right)
{
    struct tmpdir directory;
    struct tmpdir to = tmpdir_make();
    struct relayd_import import = {.count = 0};
    struct err err = {""};
    FILE *out = fopen("/dev/null", "w");
    tmpdir_write(to.fd, "database-password", "old\n");
    ck_assert(imported(&directory,
                       "[general]\nnode_id = \"root\"\n[processing.inventory]\noutput = \"upstream\"\n"
                       "[output.database]\npassword = \"new\"",
                       &import, &err));
    ck_assert(!import_files_write(to.path, &import, false, out, &err));
    ck_assert_msg(strstr(err.text, "does not make a relay.conf: relay.conf:") != NULL, "%s", err.text);
    ck_assert_msg(strstr(err.text, "\"upstream\" needs output.upstream.host") != NULL, "%s", err.text);
    struct buffer content = {0};
    char path[128];
    snprintf(path, sizeof path, "%s/database-password", to.path);
    ck_assert(safe_file_read_followed(path, 100, &content, &err));
    ck_assert_str_eq(buffer_cstr(&content), "old\n");
    ck_assert(faccessat(to.fd, "relay.conf", F_OK, 0) != 0);
    buffer_free(&content);
    fclose(out);
    relayd_import_free(&import);
    tmpdir_remove(&directory);
    tmpdir_remove(&to);
}
END_TEST

SUITE_MAIN("relayd_import", values_keep_their_meaning, what_cannot_be_carried_over_is_told_or_refused,
           what_the_template_always_writes_is_left_out, deprecated_keys_yield_to_the_others, a_password_leaves_the_url,
           the_password_beside_the_url_wins, files_are_made_and_own_settings_are_kept,
           nothing_is_replaced_by_what_is_not_right)
