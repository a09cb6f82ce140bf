/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "relay/node_index.h"
#include "support/certificate.h"
#include "support/suite.h"
#include "support/tmpdir.h"
#include "util/x509_key.h"

/* A directory with a list of nodes, certificates and the index made of them. */
struct site {
    struct tmpdir directory;
    char list[100];
    char certs[100];
    char index[100];
    struct node_index_summary summary;
    struct err err;
};

static struct site site_make(const char *list, const struct buffer *certs)
{
    struct site site = {.directory = tmpdir_make()};
    snprintf(site.list, sizeof site.list, "%s/list.json", site.directory.path);
    snprintf(site.certs, sizeof site.certs, "%s/certs.pem", site.directory.path);
    snprintf(site.index, sizeof site.index, "%s/nodes.index", site.directory.path);
    tmpdir_write(site.directory.fd, "list.json", list);
    if (certs != NULL) {
        tmpdir_write(site.directory.fd, "certs.pem", strndupa(certs->at, certs->len));
    }
    return site;
}

static bool test_node_index_build(struct site *site)
{
    return node_index_build(site->list, site->certs, site->index, &site->summary, &site->err);
}

static struct node_index *build_and_open(struct site *site)
{
    ck_assert_msg(test_node_index_build(site), "%s", site->err.text);
    struct node_index *index = node_index_open(site->index, &site->err);
    ck_assert_msg(index != NULL, "%s", site->err.text);
    return index;
}

#define NODE(id, server) "\"" id "\": {\"hostname\": \"" id ".example\", \"policy-server\": \"" server "\"}"
#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

START_TEST(a_node_is_found_with_all_that_is_known_of_it)
{
    struct site site =
        site_make("{" NODE("root", "root") ", \"b\": {\"hostname\": \"b.example\", "
                                           "\"policy-server\": \"root\", \"key-hash\": \"sha256:" HASH "\"}}",
                  NULL);
    struct node_index *index = build_and_open(&site);
    struct node_index_entry entry;
    ck_assert(node_index_find(index, "b", &entry));
    ck_assert(slice_eq_str(entry.hostname, "b.example"));
    ck_assert(slice_eq_str(entry.policy_server, "root"));
    ck_assert(slice_eq_str(entry.key_hash, "sha256:" HASH));
    ck_assert(node_index_find(index, "root", &entry));
    ck_assert_uint_eq(entry.key_hash.len, 0);
    ck_assert(node_index_find(index, "root", NULL));
    ck_assert(!node_index_find(index, "roo", NULL));
    ck_assert(!node_index_find(index, "root2", NULL));
    ck_assert(!node_index_find(index, "", NULL));
    ck_assert(!node_index_find(index, "../x", NULL));
    char longer[1000] = {0};
    memset(longer, 'b', sizeof longer - 1);
    ck_assert(!node_index_find(index, longer, NULL));
    struct node_index_summary summary;
    node_index_summary(index, &summary);
    ck_assert_uint_eq(summary.nodes, 2);
    ck_assert_uint_eq(summary.certificates, 0);
    node_index_close(index);
    tmpdir_remove(&site.directory);
}
END_TEST

START_TEST(an_empty_index_is_an_index)
{
    struct site site = site_make("{}", NULL);
    ck_assert_int_eq(unlink(site.list), 0);
    struct node_index *index = build_and_open(&site);
    ck_assert_uint_eq(site.summary.nodes, 0);
    ck_assert(!node_index_find(index, "root", NULL));
    node_index_close(index);
    tmpdir_remove(&site.directory);
}
END_TEST

START_TEST(certificates_are_kept_with_their_node_in_order)
{
    struct buffer pem = {0};
    X509 *certs[3];
    const char *const ids[] = {"b", "a", "b"};
    for (int i = 0; i < 3; i++) {
        certs[i] = certificate_make((const char *const[]){ids[i], NULL});
        certificate_add_pem(&pem, certs[i]);
    }
    certificate_add(&pem, NULL);
    certificate_add(&pem, "unknown");
    buffer_add_text(&pem, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    struct site site = site_make("{" NODE("a", "root") "," NODE("b", "root") "," NODE("c", "root") "}", &pem);
    struct node_index *index = build_and_open(&site);
    ck_assert_uint_eq(site.summary.nodes, 3);
    ck_assert_uint_eq(site.summary.certificates, 3);
    ck_assert_uint_eq(site.summary.skipped_certificates, 3);
    struct cert_record known[NODE_INDEX_MAX_CERTS];
    ck_assert_uint_eq(node_index_certificates(index, "b", known, NODE_INDEX_MAX_CERTS), 2);
    for (int i = 0; i < 2; i++) {
        unsigned char digest[X509_KEY_DIGEST_SIZE];
        ck_assert(x509_key_digest(certs[2 * i], digest));
        ck_assert(slice_eq(known[i].key_digest, (struct slice){(const char *)digest, sizeof digest}));
        ck_assert_int_eq(X509_digest(certs[2 * i], EVP_sha256(), digest, NULL), 1);
        ck_assert(slice_eq(known[i].der_digest, (struct slice){(const char *)digest, sizeof digest}));
    }
    ck_assert_uint_eq(node_index_certificates(index, "b", known, 1), 1);
    ck_assert_uint_eq(node_index_certificates(index, "a", known, NODE_INDEX_MAX_CERTS), 1);
    ck_assert_uint_eq(node_index_certificates(index, "c", known, NODE_INDEX_MAX_CERTS), 0);
    ck_assert_uint_eq(node_index_certificates(index, "unknown", known, NODE_INDEX_MAX_CERTS), 0);
    node_index_close(index);
    for (int i = 0; i < 3; i++) {
        X509_free(certs[i]);
    }
    buffer_free(&pem);
    tmpdir_remove(&site.directory);
}
END_TEST

/* As httpd hands over what a client showed, and as DER; a renewed certificate with the same key counts as well. */
START_TEST(a_key_is_known_by_its_node_alone)
{
    struct buffer pem = {0}, shown[3] = {{0}};
    const char *const ids[] = {"a", "b", "a"};
    X509 *certs[3];
    for (int i = 0; i < 3; i++) {
        certs[i] = certificate_make((const char *const[]){ids[i], NULL});
        certificate_add_pem(&shown[i], certs[i]);
        if (i < 2) {
            buffer_add(&pem, shown[i].at, shown[i].len);
        }
    }
    struct site site = site_make("{" NODE("a", "root") "," NODE("b", "root") "}", &pem);
    struct node_index *index = build_and_open(&site);
    ck_assert(node_index_has_key(index, "a", buffer_slice(&shown[0])));
    ck_assert(node_index_has_key(index, "b", buffer_slice(&shown[1])));
    ck_assert(!node_index_has_key(index, "b", buffer_slice(&shown[0])));
    ck_assert(!node_index_has_key(index, "a", buffer_slice(&shown[2]))); /* its UID is not what counts */
    ck_assert(!node_index_has_key(index, "unknown", buffer_slice(&shown[0])));
    ck_assert(!node_index_has_key(index, "a", slice_from_str("")));
    ck_assert(!node_index_has_key(index, "a", slice_from_str("-----BEGIN CERTIFICATE-----\n")));
    X509_gmtime_adj(X509_getm_notAfter(certs[0]), 2 * 86400);
    ck_assert_int_gt(X509_sign(certs[0], X509_get0_pubkey(certs[0]), EVP_sha256()), 0);
    unsigned char *der = NULL;
    int len = i2d_X509(certs[0], &der);
    ck_assert(node_index_has_key(index, "a", (struct slice){(const char *)der, (size_t)len}));
    OPENSSL_free(der);
    node_index_close(index);
    for (int i = 0; i < 3; i++) {
        X509_free(certs[i]);
        buffer_free(&shown[i]);
    }
    buffer_free(&pem);
    tmpdir_remove(&site.directory);
}
END_TEST

START_TEST(a_node_has_no_more_certificates_than_the_limit)
{
    struct buffer pem = {0};
    for (int i = 0; i < NODE_INDEX_MAX_CERTS + 2; i++) {
        certificate_add(&pem, "a");
    }
    struct site site = site_make("{" NODE("a", "root") "}", &pem);
    struct node_index *index = build_and_open(&site);
    struct cert_record known[2 * NODE_INDEX_MAX_CERTS];
    ck_assert_uint_eq(node_index_certificates(index, "a", known, 2 * NODE_INDEX_MAX_CERTS), NODE_INDEX_MAX_CERTS);
    ck_assert_uint_eq(site.summary.skipped_certificates, 2);
    node_index_close(index);
    buffer_free(&pem);
    tmpdir_remove(&site.directory);
}
END_TEST

START_TEST(routes_go_up_to_the_neighbour)
{
    struct site site =
        site_make("{" NODE("root", "root") "," NODE("r1", "root") "," NODE("r2", "r1") "," NODE("n", "r2") "," NODE(
                      "loop1", "loop2") "," NODE("loop2", "loop1") "," NODE("gap", "gone") "," NODE("odd", "../x") "}",
                  NULL);
    struct node_index *index = build_and_open(&site);
    struct slice hop;
    ck_assert(node_index_next_hop(index, "root", "n", &hop) && slice_eq_str(hop, "r1"));
    ck_assert(node_index_next_hop(index, "root", "r1", &hop) && slice_eq_str(hop, "r1"));
    ck_assert(node_index_next_hop(index, "r1", "n", &hop) && slice_eq_str(hop, "r2"));
    ck_assert(node_index_next_hop(index, "r2", "n", &hop) && slice_eq_str(hop, "n"));
    ck_assert(!node_index_next_hop(index, "n", "r1", &hop));
    ck_assert(!node_index_next_hop(index, "root", "loop1", &hop));
    ck_assert(!node_index_next_hop(index, "root", "gap", &hop));
    ck_assert(!node_index_next_hop(index, "root", "odd", &hop));
    ck_assert(!node_index_next_hop(index, "root", "nobody", &hop));

    ck_assert_int_eq(node_index_levels(index, "root", "n"), 3);
    ck_assert_int_eq(node_index_levels(index, "root", "r1"), 1);
    ck_assert_int_eq(node_index_levels(index, "r1", "n"), 2);
    ck_assert_int_eq(node_index_levels(index, "n", "r1"), 0);
    ck_assert_int_eq(node_index_levels(index, "root", "loop1"), 0);

    ck_assert(node_index_is_above(index, "n", "n"));
    ck_assert(node_index_is_above(index, "r1", "n"));
    ck_assert(node_index_is_above(index, "root", "n"));
    ck_assert(!node_index_is_above(index, "n", "r2"));
    ck_assert(!node_index_is_above(index, "r1", "loop1"));
    ck_assert(node_index_is_above(index, "gone", "gap")); /* on a relay its own id is in no entry */
    ck_assert(!node_index_is_above(index, "nobody", "nobody"));
    node_index_close(index);
    tmpdir_remove(&site.directory);
}
END_TEST

START_TEST(a_way_up_has_at_most_twenty_levels)
{
    struct buffer list = {0};
    for (int i = 1; i <= NODE_INDEX_MAX_LEVELS + 1; i++) {
        buffer_add_format(&list, "%s\"n%d\": {\"hostname\": \"h\", \"policy-server\": \"n%d\"}", i == 1 ? "{" : ",", i,
                          i - 1);
    }
    buffer_add_text(&list, "}");
    struct site site = site_make(buffer_cstr(&list), NULL);
    struct node_index *index = build_and_open(&site);
    struct slice hop;
    ck_assert(node_index_next_hop(index, "n0", "n20", &hop) && slice_eq_str(hop, "n1"));
    ck_assert(!node_index_next_hop(index, "n0", "n21", &hop));
    ck_assert_int_eq(node_index_levels(index, "n0", "n20"), 20);
    ck_assert_int_eq(node_index_levels(index, "n0", "n21"), 0);
    ck_assert(node_index_is_above(index, "n0", "n20"));
    ck_assert(!node_index_is_above(index, "n0", "n21"));
    node_index_close(index);
    buffer_free(&list);
    tmpdir_remove(&site.directory);
}
END_TEST

START_TEST(a_replaced_file_is_seen_by_a_refresh)
{
    struct site site = site_make("{" NODE("a", "root") "}", NULL);
    struct node_index *index = build_and_open(&site);
    tmpdir_write(site.directory.fd, "list.json", "{" NODE("b", "root") "}");
    ck_assert(node_index_refresh(index, &site.err));
    ck_assert(node_index_find(index, "a", NULL));
    ck_assert(test_node_index_build(&site));
    ck_assert(node_index_find(index, "a", NULL)); /* until it is refreshed */
    ck_assert(node_index_refresh(index, &site.err));
    ck_assert(!node_index_find(index, "a", NULL));
    ck_assert(node_index_find(index, "b", NULL));

    struct stat old;
    ck_assert_int_eq(stat(site.index, &old), 0);
    tmpdir_write(site.directory.fd, "list.json", "{" NODE("c", "root") "}");
    ck_assert(test_node_index_build(&site));
    ck_assert_int_eq(utimensat(AT_FDCWD, site.index, (struct timespec[]){old.st_atim, old.st_mtim}, 0), 0);
    ck_assert(node_index_refresh(index, &site.err));
    ck_assert(node_index_find(index, "c", NULL)); /* of the same size and time, yet another file */

    tmpdir_write(site.directory.fd, "nodes.index.new", "rubbish");
    ck_assert_int_eq(renameat(site.directory.fd, "nodes.index.new", site.directory.fd, "nodes.index"), 0);
    ck_assert(!node_index_refresh(index, &site.err));
    ck_assert(node_index_find(index, "c", NULL));
    ck_assert_int_eq(unlink(site.index), 0);
    ck_assert(!node_index_refresh(index, &site.err));
    ck_assert(node_index_find(index, "c", NULL));
    node_index_close(index);
    tmpdir_remove(&site.directory);
}
END_TEST

START_TEST(many_look_ups_with_refreshes_between_go_on)
{
    struct site site = site_make("{" NODE("a", "root") "}", NULL);
    struct node_index *index = build_and_open(&site);
    for (int i = 0; i < 1000; i++) {
        ck_assert(node_index_refresh(index, &site.err));
        ck_assert(node_index_find(index, "a", NULL));
    }
    node_index_close(index);
    tmpdir_remove(&site.directory);
}
END_TEST

START_TEST(bad_sources_leave_the_index_in_place)
{
    struct buffer pem = {0};
    certificate_add(&pem, "a");
    struct site site = site_make("{" NODE("a", "root") "}", &pem);
    struct node_index *index = build_and_open(&site);
    struct stat before, after;
    ck_assert_int_eq(stat(site.index, &before), 0);
    ck_assert_uint_eq(before.st_mode & 07777, 0644);
    tmpdir_write(site.directory.fd, "list.json", "{" NODE("b", "root"));
    ck_assert(!test_node_index_build(&site));
    tmpdir_write(site.directory.fd, "list.json", "{" NODE("b", "root") "}");
    pem.at[pem.len - 10] = '\0';
    tmpdir_write(site.directory.fd, "certs.pem", pem.at);
    ck_assert(!test_node_index_build(&site));
    ck_assert_ptr_nonnull(strstr(site.err.text, "certs.pem: line 1:"));
    static const char *const unreadable[] = {"<html>",
                                             "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"};
    for (size_t i = 0; i < sizeof unreadable / sizeof *unreadable; i++) {
        tmpdir_write(site.directory.fd, "certs.pem", unreadable[i]);
        ck_assert(!test_node_index_build(&site));
        ck_assert_ptr_nonnull(strstr(site.err.text, "certs.pem: no certificate can be read in it"));
    }
    ck_assert_int_eq(stat(site.index, &after), 0);
    ck_assert_uint_eq(after.st_ino, before.st_ino);
    ck_assert(node_index_refresh(index, &site.err));
    ck_assert(node_index_find(index, "a", NULL));
    node_index_close(index);
    const char *const left[] = {"list.json", "certs.pem", "nodes.index"};
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        ck_assert_int_eq(unlinkat(site.directory.fd, left[i], 0), 0);
    }
    ck_assert_int_eq(rmdir(site.directory.path), 0); /* nothing else was left behind */
    close(site.directory.fd);
    buffer_free(&pem);
}
END_TEST

START_TEST(a_blank_file_of_certificates_is_an_empty_one)
{
    struct site site = site_make("{" NODE("a", "root") "}", NULL);
    tmpdir_write(site.directory.fd, "certs.pem", " \r\n\t\n");
    ck_assert_msg(test_node_index_build(&site), "%s", site.err.text);
    ck_assert_uint_eq(site.summary.certificates, 0);
    tmpdir_remove(&site.directory);
}
END_TEST

START_TEST(a_check_says_what_a_build_would)
{
    static const struct {
        const char *list, *certs;
    } sources[] = {
        {"{" NODE("a", "root") "}", ""},
        {"{" NODE("a", "root") "}", NULL},
        {"{" NODE("a", "root"), ""},
        {"{" NODE("a", "root") "}", "-----BEGIN CERTIFICATE-----\nMII"},
        {"{" NODE("a", "root") "}", "no certificate"},
    };
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        struct err err = {0};
        struct site site = site_make(sources[i].list, NULL);
        if (sources[i].certs != NULL) {
            tmpdir_write(site.directory.fd, "certs.pem", sources[i].certs);
        }
        bool good = node_index_check(site.list, site.certs, &err);
        ck_assert(good == (i < 2));
        ck_assert(!tmpdir_has(site.directory.fd, "nodes.index"));
        ck_assert(test_node_index_build(&site) == good);
        ck_assert_str_eq(err.text, site.err.text);
        tmpdir_remove(&site.directory);
    }
}
END_TEST

START_TEST(current_until_a_source_changes)
{
    struct site site = site_make("{" NODE("a", "root") "}", NULL);
    ck_assert(!node_index_current(site.list, site.certs, site.index));
    ck_assert(test_node_index_build(&site));
    ck_assert(node_index_current(site.list, site.certs, site.index));
    tmpdir_write(site.directory.fd, "certs.pem", "");
    ck_assert(!node_index_current(site.list, site.certs, site.index));
    ck_assert(test_node_index_build(&site));
    ck_assert(node_index_current(site.list, site.certs, site.index));
    tmpdir_write(site.directory.fd, "list.json", "{" NODE("b", "root") "}"); /* of the same length */
    ck_assert(!node_index_current(site.list, site.certs, site.index));
    ck_assert(test_node_index_build(&site));
    struct stat old, now;
    ck_assert_int_eq(stat(site.list, &old), 0);
    struct timespec times[] = {old.st_atim, old.st_mtim};
    do { /* the kernel's clock for files goes on by some milliseconds at a time */
        tmpdir_write(site.directory.fd, "list.json", "{" NODE("c", "root") "}");
        ck_assert_int_eq(utimensat(site.directory.fd, "list.json", times, 0), 0);
        ck_assert_int_eq(stat(site.list, &now), 0);
    } while (now.st_ctim.tv_sec == old.st_ctim.tv_sec && now.st_ctim.tv_nsec == old.st_ctim.tv_nsec);
    ck_assert(!node_index_current(site.list, site.certs, site.index)); /* of the same size and time, yet written */
    tmpdir_remove(&site.directory);
}
END_TEST

struct crowd {
    struct site *site;
    _Atomic bool done;
    _Atomic unsigned looked;
};

static void *keep_building(void *context)
{
    struct crowd *crowd = context;
    struct node_index_summary summary;
    struct err err;
    for (int i = 0; i < 20; i++) {
        ck_assert_msg(node_index_build(crowd->site->list, crowd->site->certs, crowd->site->index, &summary, &err), "%s",
                      err.text);
    }
    return NULL;
}

static void *keep_looking(void *context)
{
    struct crowd *crowd = context;
    struct err err;
    struct node_index *index = node_index_open(crowd->site->index, &err);
    ck_assert_msg(index != NULL, "%s", err.text);
    do {
        struct cert_record known[NODE_INDEX_MAX_CERTS];
        ck_assert_msg(node_index_refresh(index, &err), "%s", err.text);
        ck_assert_uint_eq(node_index_certificates(index, "a", known, NODE_INDEX_MAX_CERTS), 1);
        ck_assert_uint_eq(known[0].key_digest.len, X509_KEY_DIGEST_SIZE);
        crowd->looked++;
    } while (!crowd->done);
    node_index_close(index);
    return NULL;
}

/* Each thread has its handle, two build at the same time: nobody ever sees half an index. */
START_TEST(builders_and_readers_do_not_disturb_each_other)
{
    struct buffer pem = {0};
    certificate_add(&pem, "a");
    struct site site = site_make("{" NODE("a", "root") "}", &pem);
    ck_assert(test_node_index_build(&site));
    struct crowd crowd = {.site = &site};
    pthread_t builders[2], readers[3];
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(pthread_create(&readers[i], NULL, keep_looking, &crowd), 0);
    }
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_create(&builders[i], NULL, keep_building, &crowd), 0);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(builders[i], NULL);
    }
    crowd.done = true;
    for (int i = 0; i < 3; i++) {
        pthread_join(readers[i], NULL);
    }
    ck_assert_uint_ge(crowd.looked, 3);
    buffer_free(&pem);
    tmpdir_remove(&site.directory);
}
END_TEST

/* Every length a cut may leave, by odd steps, and rubbish of every size. */
START_TEST(a_damaged_file_is_refused_and_not_mapped)
{
    struct buffer pem = {0}, image = {0};
    certificate_add(&pem, "a");
    struct site site = site_make("{" NODE("a", "root") "}", &pem);
    ck_assert(test_node_index_build(&site));
    struct stat whole;
    ck_assert_int_eq(stat(site.index, &whole), 0);
    size_t size = (size_t)whole.st_size;
    FILE *file = fopen(site.index, "r+");
    ck_assert_uint_eq(fread(buffer_reserve(&image, size), 1, size, file), size);
    for (size_t len = 0; len < size; len += 97) {
        ck_assert_int_eq(ftruncate(fileno(file), (off_t)len), 0);
        ck_assert_ptr_null(node_index_open(site.index, &site.err));
        ck_assert_msg(strncmp(site.err.text, site.index, strlen(site.index)) == 0, "%s", site.err.text);
    }
    for (size_t len = 0; len < size; len += 1021) { /* a cut file that grew again: zeroes at its end */
        ck_assert_int_eq(ftruncate(fileno(file), 0), 0);
        ck_assert_int_eq(pwrite(fileno(file), image.at, len, 0), (ssize_t)len);
        ck_assert_int_eq(ftruncate(fileno(file), (off_t)size), 0);
        ck_assert_ptr_null(node_index_open(site.index, &site.err));
    }
    for (size_t at = 0; at < size; at = at == 200 ? size - 200 : at + 1) { /* LMDB's head and our trailer */
        image.at[at] ^= 1;
        ck_assert_int_eq(pwrite(fileno(file), image.at, size, 0), (ssize_t)size);
        ck_assert_ptr_null(node_index_open(site.index, &site.err));
        image.at[at] ^= 1;
    }
    for (size_t missing = 8; missing <= 4096; missing += 8) { /* a piece is missing between the two */
        ck_assert_int_eq(pwrite(fileno(file), image.at + 8192 + missing, size - 8192 - missing, 8192),
                         (ssize_t)(size - 8192 - missing));
        ck_assert_int_eq(ftruncate(fileno(file), (off_t)(size - missing)), 0);
        ck_assert_ptr_null(node_index_open(site.index, &site.err));
    }
    ck_assert_int_eq(pwrite(fileno(file), image.at, size, 0), (ssize_t)size);
    struct node_index *index = node_index_open(site.index, &site.err);
    ck_assert_ptr_nonnull(index);
    node_index_close(index);
    fclose(file);
    ck_assert_ptr_null(node_index_open(site.directory.path, &site.err));
    buffer_free(&pem);
    buffer_free(&image);
    tmpdir_remove(&site.directory);
}
END_TEST

/* Certificates of the nodes that `order` names, from `pems`, by the letter. */
static void write_certificates_of(const struct site *site, const struct buffer *pems, const char *order)
{
    struct buffer all = {0};
    for (; *order != '\0'; order++) {
        buffer_add(&all, pems[*order - 'a'].at, pems[*order - 'a'].len);
    }
    tmpdir_write(site->directory.fd, "certs.pem", buffer_cstr(&all));
    buffer_free(&all);
}

static void check_keys(struct site *site, const struct buffer *pems)
{
    struct node_index *index = node_index_open(site->index, &site->err);
    ck_assert_msg(index != NULL, "%s", site->err.text);
    for (int i = 0; i < 3; i++) {
        const char id[] = {(char)('a' + i), '\0'};
        ck_assert(node_index_has_key(index, id, buffer_slice(&pems[i])));
    }
    node_index_close(index);
}

static struct site site_of_three(struct buffer pems[3])
{
    struct site site = site_make("{" NODE("a", "root") "," NODE("b", "root") "," NODE("c", "root") "}", NULL);
    for (int i = 0; i < 3; i++) {
        pems[i] = (struct buffer){0};
        certificate_add(&pems[i], (const char[]){(char)('a' + i), '\0'});
    }
    write_certificates_of(&site, pems, "abc");
    ck_assert(test_node_index_build(&site));
    ck_assert_uint_eq(site.summary.parsed_certificates, 3);
    return site;
}

static void site_of_three_remove(struct site *site, struct buffer pems[3])
{
    for (int i = 0; i < 3; i++) {
        buffer_free(&pems[i]);
    }
    tmpdir_remove(&site->directory);
}

START_TEST(a_build_parses_only_what_the_index_of_before_has_not)
{
    static const struct {
        const char *order;
        unsigned certificates, parsed;
    } builds[] = {{"abc", 3, 1}, {"cab", 3, 0}, {"ccba", 4, 0}, {"cb", 2, 0}, {"abc", 3, 1}};
    struct buffer pems[3];
    struct site site = site_of_three(pems);
    buffer_clear(&pems[1]);
    certificate_add(&pems[1], "b");
    for (size_t i = 0; i < sizeof builds / sizeof *builds; i++) {
        write_certificates_of(&site, pems, builds[i].order);
        ck_assert(test_node_index_build(&site));
        ck_assert_uint_eq(site.summary.certificates, builds[i].certificates);
        ck_assert_uint_eq(site.summary.parsed_certificates, builds[i].parsed);
        if (builds[i].certificates >= 3) {
            check_keys(&site, pems);
        }
    }
    tmpdir_write(site.directory.fd, "list.json", "{" NODE("a", "root") "," NODE("c", "root") "}");
    ck_assert(test_node_index_build(&site));
    ck_assert_uint_eq(site.summary.certificates, 2);
    ck_assert_uint_eq(site.summary.skipped_certificates, 1);
    ck_assert_uint_eq(site.summary.parsed_certificates, 0);
    site_of_three_remove(&site, pems);
}
END_TEST

/* A changed byte anywhere, also in pages that no reader checks, or a cut. */
START_TEST(a_damaged_index_of_before_costs_only_time)
{
    struct buffer pems[3], image = {0};
    struct site site = site_of_three(pems);
    struct stat whole;
    ck_assert_int_eq(stat(site.index, &whole), 0);
    size_t size = (size_t)whole.st_size;
    FILE *file = fopen(site.index, "r");
    ck_assert_uint_eq(fread(buffer_reserve(&image, size), 1, size, file), size);
    fclose(file);
    for (size_t at = 0; at < size; at += 97) {
        file = fopen(site.index, "w");
        image.at[at] ^= 1;
        ck_assert_uint_eq(fwrite(image.at, 1, at % 2 == 0 ? size : at, file), at % 2 == 0 ? size : at);
        image.at[at] ^= 1;
        ck_assert_int_eq(fclose(file), 0);
        ck_assert_msg(test_node_index_build(&site), "%s", site.err.text);
        ck_assert_uint_eq(site.summary.parsed_certificates, 3);
        check_keys(&site, pems);
    }
    buffer_free(&image);
    site_of_three_remove(&site, pems);
}
END_TEST

SUITE_MAIN("node_index", a_node_is_found_with_all_that_is_known_of_it, an_empty_index_is_an_index,
           certificates_are_kept_with_their_node_in_order, a_key_is_known_by_its_node_alone,
           a_node_has_no_more_certificates_than_the_limit, routes_go_up_to_the_neighbour,
           a_way_up_has_at_most_twenty_levels, a_replaced_file_is_seen_by_a_refresh,
           many_look_ups_with_refreshes_between_go_on, bad_sources_leave_the_index_in_place,
           a_blank_file_of_certificates_is_an_empty_one, a_check_says_what_a_build_would,
           current_until_a_source_changes, builders_and_readers_do_not_disturb_each_other,
           a_damaged_file_is_refused_and_not_mapped, a_build_parses_only_what_the_index_of_before_has_not,
           a_damaged_index_of_before_costs_only_time)
