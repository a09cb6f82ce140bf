/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "relay/relay_config.h"
#include "relay/relay_config_keys.h"
#include "support/suite.h"
#include "support/tmpdir.h"
#include "util/xmalloc.h"

#define PIN "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static struct tmpdir directory;
static char *path;

static void relay_config_make_directory(void)
{
    directory = tmpdir_make();
    path = xasprintf("%s/relay.conf", directory.path);
}

static void relay_config_remove_directory(void)
{
    tmpdir_remove(&directory);
    free(path);
}

static struct relay_config *test_relay_config_load(struct err *err, const char *text)
{
    tmpdir_write(directory.fd, "relay.conf", text);
    return relay_config_load(path, err);
}

static void assert_fault(const char *text, const char *fault)
{
    struct err err;
    struct relay_config *config = test_relay_config_load(&err, text);
    bool right = config != NULL && relay_config_load_passwords(config, &err);
    relay_config_free(config);
    ck_assert_msg(!right, "%s", text);
    ck_assert_msg(strstr(err.text, fault) != NULL, "\n%s\n%s", err.text, fault);
    ck_assert_ptr_nonnull(strstr(err.text, path));
    ck_assert_ptr_null(strstr(err.text, "hush"));
}

START_TEST(defaults_of_root)
{
    struct err err;
    relay_config_make_directory();
    struct relay_config *config = test_relay_config_load(&err, "general: { node_id = \"root\"; };");
    ck_assert_msg(config != NULL, "%s", err.text);
    ck_assert_str_eq(config->path, path);
    ck_assert_str_eq(config->general.node_id, "root");
    ck_assert_str_eq(config->general.nodes_list_file, "/var/rudder/lib/relay/nodeslist.json");
    ck_assert_str_eq(config->general.nodes_certs_file, "/var/rudder/lib/ssl/shared/allnodescerts.pem");
    ck_assert_int_eq(config->general.https_port, 443);
    ck_assert_int_eq(config->general.https_idle_timeout, 2);
    ck_assert_str_eq(config->general.httpd_certificate_file, "/opt/rudder/etc/ssl/rudder.crt");
    ck_assert_int_eq(config->general.peer_authentication, RELAY_PEER_CERT_PINNING);
    ck_assert_int_eq(config->inventory.output, RELAY_OUTPUT_DISABLED);
    ck_assert_int_eq(config->inventory.catchup_frequency, 10);
    ck_assert_int_eq(config->inventory.cleanup_retention, 7 * 86400);
    ck_assert_int_eq(config->reporting.output, RELAY_OUTPUT_DISABLED);
    ck_assert_int_eq(config->reporting.cleanup_frequency, 3600);
    ck_assert_int_eq(config->reporting.max_expanded_size, 67108864);
    ck_assert_ptr_null(config->reporting.skip_event_types[0]);
    ck_assert_str_eq(config->database.url, "postgres://rudder@127.0.0.1/rudder");
    ck_assert_int_eq(config->database.max_pool_size, 10);
    ck_assert_int_eq(config->reporting.store_logs, RUNLOG_LOGS_ALL);
    ck_assert_str_eq(config->database.purge.url, "postgres://rudder_purge@127.0.0.1/rudder");
    ck_assert_int_eq(config->database.purge.keep_runs, 0);
    ck_assert_str_eq(config->upstream.user, "rudder");
    ck_assert_str_eq(config->upstream.default_password, "rudder");
    ck_assert(config->remote_run.enabled && config->remote_run.use_sudo);
    ck_assert_int_eq(config->shared_files.max_body_size, 52428800);
    ck_assert_int_eq(config->shared_files.cleanup_frequency, 600);
    ck_assert_int_eq(config->logging.level, LOG_LEVEL_INFO);
    relay_config_free(config);
    relay_config_remove_directory();
}
END_TEST

START_TEST(a_relay_with_its_own_values)
{
    struct err err;
    relay_config_make_directory();
    tmpdir_write(directory.fd, "uuid.hive", " \t e745a140-40bc-4b86-b6dc-084488fc906b \r\n\n");
    char *text = xasprintf("general: { node_id_file = \"%s/uuid.hive\"; https_port = 4443;\n"
                           "  peer_authentication = \"dangerous_none\"; };\n"
                           "processing: { inventory: { output = \"upstream\"; };\n"
                           "  reporting: { output = \"upstream\"; skip_event_types = [ \"log_debug\", \"log_info\" ];\n"
                           "    cleanup: { retention = \"30d\"; }; }; };\n"
                           "output: { upstream: { host = \"root.example.org\"; password = \"hush\"; }; };\n"
                           "logging: { level = \"trace\"; filter = \"spool=debug\"; };\n",
                           directory.path);
    struct relay_config *config = test_relay_config_load(&err, text);
    ck_assert_msg(config != NULL, "%s", err.text);
    ck_assert_str_eq(config->general.node_id, "e745a140-40bc-4b86-b6dc-084488fc906b");
    ck_assert_str_eq(config->general.nodes_certs_file, "/var/rudder/lib/ssl/nodescerts.pem");
    ck_assert_int_eq(config->general.peer_authentication, RELAY_PEER_DANGEROUS_NONE);
    ck_assert_int_eq(config->inventory.output, RELAY_OUTPUT_UPSTREAM);
    ck_assert_int_eq(config->reporting.output, RELAY_OUTPUT_UPSTREAM);
    ck_assert_str_eq(config->reporting.skip_event_types[1], "log_info");
    ck_assert_int_eq(config->reporting.cleanup_retention, 30 * 86400);
    ck_assert_str_eq(config->upstream.password, "hush");
    ck_assert_int_eq(config->logging.level, LOG_LEVEL_TRACE);
    relay_config_free(config);
    free(text);
    relay_config_remove_directory();
}
END_TEST

#define ROOT "general: { node_id = \"root\"; };\n"
#define RELAY "general: { node_id = \"n-1\"; };\n"
#define TO_DATABASE "processing: { reporting: { output = \"database\"; }; };\n"
#define TO_UPSTREAM "processing: { inventory: {\n output = \"upstream\"; }; };\n"

START_TEST(contradictions)
{
    relay_config_make_directory();
    assert_fault("general: { node_id_file = \"/nonexistent/uuid\"; };",
                 "relay.conf:1: general.node_id_file: /nonexistent/uuid: No such file or directory");
    assert_fault("general: { node_id = \"a/b\"; };", "relay.conf:1: general.node_id: \"a/b\" is not a node id");
    tmpdir_write(directory.fd, "empty", "\n");
    char *text = xasprintf("general: { node_id_file = \"%s/empty\"; };", directory.path);
    assert_fault(text, "relay.conf:1: general.node_id_file: \"\" is not a node id");
    free(text);
    assert_fault(RELAY, "relay.conf: output.upstream.host: is needed, since this server (n-1) is not root");
    assert_fault(RELAY "output: { upstream: {\n host = \"\"; }; };", "relay.conf:3: output.upstream.host: is needed");
    assert_fault(ROOT "output: { upstream: { host = \"https://a/\"; }; };", "relay.conf:2: output.upstream.host: ");
    assert_fault(ROOT "output: { upstream: { host = \"root.example.org:443\"; }; };",
                 "(the port is general.https_port)");
    assert_fault(ROOT "output: { upstream: { host = \"[::1]:443\"; }; };",
                 "\"[::1]:443\" is not a host name or address");
    assert_fault(ROOT "output: { upstream: { host = \"[root]\"; }; };", "\"[root]\" is not a host name or address");
    assert_fault(ROOT TO_UPSTREAM,
                 "relay.conf:3: processing.inventory.output: \"upstream\" needs output.upstream.host");
    assert_fault(RELAY TO_UPSTREAM "output: { upstream: { host = \"a\"; }; };",
                 "relay.conf:3: processing.inventory.output: \"upstream\" needs output.upstream.password");
    assert_fault("processing: { inventory: { output = \"database\"; }; };",
                 "processing.inventory.output: \"database\" is not one of disabled, upstream");
    assert_fault(ROOT TO_DATABASE,
                 "relay.conf:2: processing.reporting.output: \"database\" needs output.database.password");
    assert_fault(ROOT TO_DATABASE "output: { database: { url = \"postgres://rudder@h1,h2/rudder\"; }; };", "needs");
    assert_fault(ROOT "output: { database: { url = \"postgres://u:hush@[h/rudder\"; }; };",
                 "relay.conf:2: output.database.url: is no connection URL");
    assert_fault(ROOT "output: { database: { url = \"postgres://u:hush%zz@h/rudder\"; }; };", "is no connection URL");
    assert_fault(ROOT "output: { database: { password = \"hush\"; password_file = \"/x\"; }; };",
                 "relay.conf:2: output.database.password_file: the password is given elsewhere, too");
    assert_fault(ROOT "output: { database: { url = \"postgres://u:hush@h/d\"; password_file = \"/x\"; }; };",
                 "elsewhere");
    assert_fault(ROOT "output: { upstream: { password = \"hush\"; password_file = \"/x\"; }; };", "elsewhere");
    assert_fault(ROOT "output: { upstream: { default_password = \"hush\"; default_password_file = \"/x\"; }; };",
                 "elsewhere");
    assert_fault(ROOT "logging: {\n filter = \"spool=loud\"; };", "relay.conf:3: logging.filter: ");
    assert_fault(ROOT "output: { database: { password = 5; }; };",
                 "relay.conf:2: output.database.password: must be a text");
    assert_fault(ROOT "output: { database: { password = [ \"hush\" ]; }; };", "must be a text");
    assert_fault(ROOT "output: { database: { password = \"hush\" hush } };", "relay.conf:2: syntax error");
    relay_config_remove_directory();
}
END_TEST

START_TEST(pins_of_other_servers)
{
    static const char *const wrong[] = {"x", "=sha256//" PIN, "a/b=sha256//" PIN, "a=sha256//" PIN "A", "a=sha256/" PIN,
                                        "a=sha256//", "a=sha256//" PIN ";sha256//" PIN};
    struct err err = {0};
    relay_config_make_directory();
    struct relay_config *config = test_relay_config_load(
        &err, "general: { node_id = \"root\"; additional_pins = [ \"a=sha256//" PIN "\" ]; };");
    ck_assert_msg(config != NULL, "%s", err.text);
    ck_assert_str_eq(config->general.additional_pins[0], "a=sha256//" PIN);
    relay_config_free(config);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char *text = xasprintf("general: { node_id = \"root\"; additional_pins = [ \"%s\" ]; };", wrong[i]);
        assert_fault(text, "is not NODE-ID=sha256//BASE64");
        free(text);
    }
    relay_config_remove_directory();
}
END_TEST

START_TEST(messages_are_unpacked_where_the_web_application_is)
{
    struct err err;
    relay_config_make_directory();
    struct relay_config *config = test_relay_config_load(
        &err, "general: { node_id = \"root\"; }; processing: { inventory: { smime = true; }; };");
    ck_assert_msg(config != NULL, "%s", err.text);
    ck_assert(config->inventory.smime);
    relay_config_free(config);
    assert_fault("general: { node_id = \"root\"; };\n"
                 "output: { upstream: { host = \"h\"; password = \"hush\"; }; };\n"
                 "processing: { inventory: { output = \"upstream\"; smime = true; }; };",
                 "processing.inventory.smime: is for the server whose web application");
    relay_config_remove_directory();
}
END_TEST

#define SYSLOG_ON                                                                                                      \
    "general: { node_id = \"root\"; }; output: { database: { password = \"x\"; }; }; "                                 \
    "processing: { reporting: { output = \"database\"; }; }; "

START_TEST(syslog_needs_its_lists)
{
    static const char good[] = SYSLOG_ON "syslog: { enabled = true; networks = [\"::1\"]; nodes = [\"n1\"]; };";
    struct err err;
    relay_config_make_directory();
    struct relay_config *config = test_relay_config_load(&err, good);
    ck_assert_msg(config != NULL, "%s", err.text);
    ck_assert(config->syslog.enabled);
    relay_config_free(config);
    assert_fault(SYSLOG_ON "syslog: { enabled = true; };", "needs syslog.networks and syslog.nodes");
    assert_fault(SYSLOG_ON "syslog: { enabled = true; networks = [\"::1\"]; };", "needs syslog.networks");
    assert_fault(SYSLOG_ON "syslog: { networks = [\"::1/200\"]; };", "\"::1/200\" is not a network");
    assert_fault(SYSLOG_ON "syslog: { nodes = [\"a_b\"]; };", "\"a_b\" is not a node id");
    assert_fault(SYSLOG_ON "syslog: { readmitted_nodes = [\"\"]; };", "is not a node id");
    assert_fault("general: { node_id = \"root\"; }; syslog: { enabled = true; };", "on a relay, rsyslog passes on");
    relay_config_remove_directory();
}
END_TEST

START_TEST(decryption_keys_are_absolute_paths)
{
    struct err err = {0};
    relay_config_make_directory();
    struct relay_config *config =
        test_relay_config_load(&err, "general: { node_id = \"root\"; };\n"
                                     "processing: { reporting: { decryption_key_file = [ \"/a\", \"/b\" ]; }; };");
    ck_assert_msg(config != NULL, "%s", err.text);
    ck_assert_str_eq(config->reporting.decryption_key_files[1], "/b");
    ck_assert_ptr_null(config->reporting.decryption_key_files[2]);
    relay_config_free(config);
    assert_fault("general: { node_id = \"root\"; };\n"
                 "processing: { reporting: { decryption_key_file = [ \"/a\", \"b\" ]; }; };",
                 "\"b\" is not an absolute path");
    relay_config_remove_directory();
}
END_TEST

START_TEST(clients_of_an_authority)
{
    struct err err = {0};
    relay_config_make_directory();
    struct relay_config *config = test_relay_config_load(
        &err, "general: { node_id = \"root\"; client_certificates = \"ca\"; node_id_domain = \"d.example\"; };");
    ck_assert_msg(config != NULL, "%s", err.text);
    ck_assert_int_eq(config->general.client_certificates, RELAY_CLIENTS_CA);
    ck_assert(config->shared_files.require_certificate);
    relay_config_free(config);
    config = test_relay_config_load(&err, "general: { node_id = \"root\"; client_certificates = \"ca\"; };"
                                          "shared_files: { require_certificate = false; };");
    ck_assert_msg(config != NULL, "%s", err.text);
    ck_assert(!config->shared_files.require_certificate);
    relay_config_free(config);
    assert_fault("general: { node_id = \"root\"; node_id_domain = \"d.example\"; };",
                 "needs general.client_certificates");
    assert_fault("general: { node_id = \"root\"; client_certificates = \"ca\"; node_id_domain = \".d\"; };",
                 "\".d\" is not a domain");
    assert_fault("general: { node_id = \"root\"; }; output: { upstream: { node_id = \"a/b\"; }; };",
                 "is not a node id");
    assert_fault("general: { node_id = \"root\"; }; output: { upstream: { client_certificate_file = \"/c\"; }; };",
                 "are given both or not at all");
    relay_config_remove_directory();
}
END_TEST

START_TEST(any_way_to_give_the_database_its_password)
{
    static const char *const ways[] = {
        "password = \"hush\";",
        "url = \"postgres://rudder:hush@h1:5432,h2/rudder?target_session_attrs=read-write\";",
        "url = \"host=h1 user=rudder password='hu sh'\";",
        "url = \"postgres://rudder@h1/rudder?password=hush\";",
        "password_file = \"/dev/null/not/there\";",
    };
    relay_config_make_directory();
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct err err;
        char *text = xasprintf(ROOT TO_DATABASE "output: { database: { %s }; };", ways[i]);
        struct relay_config *config = test_relay_config_load(&err, text);
        ck_assert_msg(config != NULL, "%s: %s", ways[i], err.text);
        bool right = relay_config_load_passwords(config, &err);
        ck_assert_msg(right || strstr(err.text, "/dev/null/not/there") != NULL, "%s: %s", ways[i], err.text);
        relay_config_free(config);
        free(text);
    }
    relay_config_remove_directory();
}
END_TEST

static void expect_password(const struct relay_config *config, enum relay_password which, const char *wanted)
{
    struct err err;
    char *password = relay_config_read_password(config, which, &err);
    ck_assert_msg(password != NULL, "%s", err.text);
    ck_assert_str_eq(password, wanted);
    free(password);
}

START_TEST(passwords_from_files)
{
    struct err err;
    relay_config_make_directory();
    char *text = xasprintf(
        ROOT "processing: { reporting: { output = \"database\"; }; inventory: { output = \"upstream\"; }; };\n"
             "output: { database: { password_file = \"%s/db\"; };\n"
             "  upstream: { host = \"h\"; password_file = \"%s/up\"; default_password_file = \"%s/def\"; }; };",
        directory.path, directory.path, directory.path);
    struct relay_config *config = test_relay_config_load(&err, text);
    ck_assert_msg(config != NULL, "%s", err.text);
    ck_assert(!relay_config_load_passwords(config, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/db: No such file"));
    tmpdir_write(directory.fd, "db", " p\"\\w \r\nmore\n");
    tmpdir_write(directory.fd, "up", "up");
    tmpdir_write(directory.fd, "def", "\n");
    relay_config_free(config);
    config = test_relay_config_load(&err, text);
    ck_assert(!relay_config_load_passwords(config, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/def: its first line is not a password"));
    tmpdir_write(directory.fd, "def", "default\n");
    relay_config_free(config);
    config = test_relay_config_load(&err, text);
    ck_assert_msg(relay_config_load_passwords(config, &err), "%s", err.text);
    ck_assert_str_eq(config->database.password, " p\"\\w ");
    ck_assert_str_eq(config->upstream.password, "up");
    ck_assert_str_eq(config->upstream.default_password, "default");
    expect_password(config, RELAY_PASSWORD_DATABASE, " p\"\\w ");
    tmpdir_write(directory.fd, "up", "newer\n");
    tmpdir_write(directory.fd, "def", "other\n");
    expect_password(config, RELAY_PASSWORD_UPSTREAM, "newer");
    expect_password(config, RELAY_PASSWORD_UPSTREAM_DEFAULT, "other");
    tmpdir_write(directory.fd, "up", "\n");
    ck_assert_ptr_null(relay_config_read_password(config, RELAY_PASSWORD_UPSTREAM, &err));
    relay_config_free(config);
    free(text);
    relay_config_remove_directory();
}
END_TEST

START_TEST(passwords_are_read_again_from_their_keys)
{
    struct err err;
    relay_config_make_directory();
    struct relay_config *config = test_relay_config_load(
        &err, ROOT "output: { upstream: { password = \"one\"; }; database: { password = \"two\"; }; };");
    ck_assert_msg(config != NULL && relay_config_load_passwords(config, &err), "%s", err.text);
    tmpdir_write(directory.fd, "relay.conf",
                 ROOT "output: { upstream: { password = \"three\"; default_password = \"four\"; }; };");
    expect_password(config, RELAY_PASSWORD_UPSTREAM, "three");
    expect_password(config, RELAY_PASSWORD_UPSTREAM_DEFAULT, "four");
    expect_password(config, RELAY_PASSWORD_DATABASE, "two"); /* it is not there any more */
    tmpdir_write(directory.fd, "relay.conf", ROOT);
    expect_password(config, RELAY_PASSWORD_UPSTREAM_DEFAULT, "rudder");
    tmpdir_write(directory.fd, "relay.conf", "output: {");
    ck_assert_ptr_null(relay_config_read_password(config, RELAY_PASSWORD_UPSTREAM, &err));
    relay_config_free(config);
    relay_config_remove_directory();
}
END_TEST

START_TEST(logging_alone_is_reloaded)
{
    struct err err;
    relay_config_make_directory();
    tmpdir_write(directory.fd, "relay.conf", "logging: { level = \"error\"; filter = \"spool=trace\"; } general = 5;");
    ck_assert_msg(relay_config_reload_logging(path, &err), "%s", err.text);
    ck_assert(!log_enabled(LOG_LEVEL_WARN, "other"));
    ck_assert(log_enabled(LOG_LEVEL_TRACE, "spool"));
    tmpdir_write(directory.fd, "relay.conf", "logging: { level = \"loud\"; }");
    ck_assert(!relay_config_reload_logging(path, &err));
    tmpdir_write(directory.fd, "relay.conf", "logging: { level = \"info\"; filter = \"x\"; }");
    ck_assert(!relay_config_reload_logging(path, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "relay.conf"));
    ck_assert(!log_enabled(LOG_LEVEL_WARN, "other"));
    relay_config_remove_directory();
}
END_TEST

/* Two configurations are the same when each key of the table is. */
static void assert_same(const struct relay_config *a, const struct relay_config *b)
{
    for (size_t i = 0; i < relay_config_table.count; i++) {
        const struct config_key *key = &relay_config_table.keys[i];
        const char *at_a = (const char *)a + key->field;
        const char *at_b = (const char *)b + key->field;
        switch (key->kind) {
        case CONFIG_TEXT:
        case CONFIG_PATH:
            ck_assert_str_eq(*(char *const *)at_a, *(char *const *)at_b);
            break;
        case CONFIG_INT:
        case CONFIG_CHOICE:
            ck_assert_int_eq(*(const int *)at_a, *(const int *)at_b);
            break;
        case CONFIG_BOOL:
            ck_assert_int_eq(*(const bool *)at_a, *(const bool *)at_b);
            break;
        case CONFIG_TEXTS:
            ck_assert_ptr_null(**(char **const *)at_a);
            ck_assert_ptr_null(**(char **const *)at_b);
            break;
        default:
            ck_assert_int_eq(*(const int64_t *)at_a, *(const int64_t *)at_b);
        }
    }
}

/* Takes the `#` from commented keys (help has a space behind it) but those that say the node id or a second
 * password. */
static void relay_config_uncomment(char *text)
{
    char *to = text;
    for (char *line = text; *line != '\0';) {
        size_t len = strcspn(line, "\n") + 1;
        char *hash = line + strspn(line, " ");
        bool kept = strncmp(hash, "#node_id", 8) == 0 || strncmp(hash, "#default_password_file", 22) == 0;
        for (size_t i = 0; i < len; i++) {
            if (line + i != hash || *hash != '#' || hash[1] == ' ' || kept) {
                *to++ = line[i];
            }
        }
        line += len;
    }
    *to = '\0';
}

START_TEST(the_sample_is_the_defaults)
{
    static char sample[65536];
    struct err err;
    relay_config_make_directory();
    tmpdir_write(directory.fd, "uuid", "root");
    FILE *out = fmemopen(sample, sizeof sample, "w");
    relay_config_print_sample(out);
    fclose(out);
    struct relay_config *defaults = test_relay_config_load(&err, ROOT);
    for (int round = 0; round < 2; round++) {
        char *general = strstr(sample, "general: {");
        char *text = xasprintf("%.*sgeneral: { node_id = \"root\"; %s", (int)(general - sample), sample,
                                   general + 10);
        struct relay_config *config = test_relay_config_load(&err, text);
        ck_assert_msg(config != NULL, "%s in\n%s", err.text, text);
        assert_same(config, defaults);
        relay_config_free(config);
        free(text);
        relay_config_uncomment(sample);
    }
    ck_assert_ptr_nonnull(strstr(sample, "\n    retention = \"7d\";") != NULL
                              ? sample
                              : strstr(sample, " retention = \"7d\";"));
    relay_config_free(defaults);
    relay_config_remove_directory();
}
END_TEST

START_TEST(every_key_has_help_and_its_group_stands_together)
{
    char last[128] = "";
    for (size_t i = 0; i < relay_config_table.count; i++) {
        const struct config_key *key = &relay_config_table.keys[i];
        ck_assert_msg(key->help[strlen(key->help) - 1] == '.', "%s", key->path);
        for (size_t j = 0; j < i; j++) {
            ck_assert_str_ne(relay_config_table.keys[j].path, key->path);
            ck_assert_uint_ne(relay_config_table.keys[j].field, key->field);
        }
        snprintf(last, sizeof last, "%s", key->path);
    }
    for (size_t i = 0; i < relay_config_logging_table.count; i++) {
        ck_assert_int_eq(strncmp(relay_config_logging_table.keys[i].path, "logging.", 8), 0);
    }
    ck_assert_int_ne(strncmp(relay_config_logging_table.keys[-1].path, "logging.", 8), 0);
}
END_TEST

START_TEST(the_path_comes_from_the_environment)
{
    setenv("RUDDER_RELAY_CONFIG", "/x/y.conf", 1);
    ck_assert_str_eq(relay_config_default_path(), "/x/y.conf");
    unsetenv("RUDDER_RELAY_CONFIG");
    ck_assert_ptr_nonnull(strstr(relay_config_default_path(), "/rudder-relay/relay.conf"));
}
END_TEST

SUITE_MAIN("relay_config", defaults_of_root, a_relay_with_its_own_values, contradictions, pins_of_other_servers,
           decryption_keys_are_absolute_paths, messages_are_unpacked_where_the_web_application_is,
           syslog_needs_its_lists,
           clients_of_an_authority, any_way_to_give_the_database_its_password, passwords_from_files,
           passwords_are_read_again_from_their_keys, logging_alone_is_reloaded, the_sample_is_the_defaults,
           every_key_has_help_and_its_group_stands_together, the_path_comes_from_the_environment)
