/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdatomic.h>
#include <threads.h>

#include "shared-folder/content_hash.h"
#include "shared-folder/hash_cache.h"
#include "shared-folder/shared_folder.h"
#include "support/made_request.h"
#include "support/suite.h"
#include "support/tmpdir.h"
#include "util/digest.h"
#include "util/xmalloc.h"

#define HELLO "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
#define HELLO_512                                                                                                      \
    "9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca7"                                                 \
    "2323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043"
#define OTHER "0000000000000000000000000000000000000000000000000000000000000000"
#define API "/rudder/relay-api/1/shared-folder/"

static const struct route routes[] = {
    {"HEAD", "/shared-folder/**", shared_folder_answer},
    {"GET", "/shared-folder/**", shared_folder_answer},
};
static const struct route_table table = {.at = routes, .count = 2, .relay_api = true};

struct fixture {
    struct tmpdir all;    /* holds the directory and what is outside */
    int fd;               /* of the directory */
    struct relay_config config;
    void *state;
    struct made_request made;
    const char *more_env; /* one more variable */
    const char *if_range; /* and another */
};

static struct fixture shared_folder_fixture_make(void)
{
    struct fixture it = {.all = tmpdir_make()};
    struct err err = {0};
    ck_assert_int_eq(mkdirat(it.all.fd, "shared", 0755), 0);
    ck_assert_int_eq(chmod(it.all.path, 0755), 0);
    it.config.shared_folder.path = xasprintf("%s/shared", it.all.path);
    it.config.shared_folder.hash_cache_file = xasprintf("%s/hashes", it.all.path);
    it.fd = openat(it.all.fd, "shared", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    tmpdir_write(it.all.fd, "secret", "hello");
    tmpdir_write(it.fd, "file", "hello");
    tmpdir_age(it.fd, "file", 1000000);
    ck_assert_int_eq(mkdirat(it.fd, "directory", 0755), 0);
    tmpdir_write(it.fd, "directory/file", "hello");
    ck_assert_int_eq(mkfifoat(it.fd, "pipe", 0666), 0);
    ck_assert_int_eq(symlinkat("../secret", it.fd, "out"), 0);
    ck_assert_int_eq(symlinkat("file", it.fd, "in"), 0);
    ck_assert_int_eq(symlinkat("directory", it.fd, "link"), 0);
    it.state = shared_folder_start(&it.config, &err);
    ck_assert_ptr_nonnull(it.state);
    return it;
}

static void shared_folder_fixture_remove(struct fixture *it)
{
    made_request_free(&it->made);
    shared_folder_stop(it->state);
    close(it->fd);
    free(it->config.shared_folder.path);
    free(it->config.shared_folder.hash_cache_file);
    tmpdir_remove(&it->all);
}

static int shared_folder_ask(struct fixture *it, const char *method, const char *path, const char *query)
{
    static char variable[4096];
    made_request_free(&it->made);
    made_request_new(&it->made, method, path, NULL, NULL, 0);
    snprintf(variable, sizeof variable, "QUERY_STRING=%s", query != NULL ? query : "");
    if (query != NULL) {
        made_request_env(&it->made, variable);
    }
    if (it->more_env != NULL) {
        made_request_env(&it->made, it->more_env);
    }
    if (it->if_range != NULL) {
        made_request_env(&it->made, it->if_range);
    }
    made_request_begin(&it->made);
    response_begin(&it->made.response, strcmp(method, "HEAD") == 0, NULL);
    route_request(&table, it->state, &it->made.request, &it->made.response);
    ck_assert(made_request_send_file(&it->made));
    return it->made.response.status;
}

static bool has_header(struct fixture *it, const char *text)
{
    return strstr(buffer_cstr(&it->made.response.headers), text) != NULL;
}

START_TEST(the_answer_tells_whether_the_hash_is_right)
{
    struct fixture it = shared_folder_fixture_make();
    static const struct {
        const char *path;
        const char *query;
        int status;
    } cases[] = {
        {API "file", NULL, 200},
        {API "file", "", 200},
        {API "file", "hash_type=sha512", 200},
        {API "file", "hash=" HELLO, 304},
        {API "file", "hash=" HELLO "&hash_type=sha256", 304},
        {API "file", "hash=2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824", 304},
        {API "file", "hash=" OTHER, 200},
        {API "file", "hash=" HELLO_512 "&hash_type=sha512", 304},
        {API "file", "hash=" OTHER OTHER "&hash_type=sha512", 200},
        {API "file", "hash=" HELLO_512, 400},
        {API "file", "hash=" HELLO "&hash_type=sha512", 400},
        {API "file", "hash=" HELLO "&hash_type=md5", 400},
        {API "file", "hash=", 200},
        {API "file", "hash=&hash_type=md5", 400},
        {API "file", "hash=x", 400},
        {API "file", "hash=" HELLO "&hash=" OTHER, 400},
        {API "file", "hash=%", 400},
        {API "directory/file", "hash=" HELLO, 304},
        {API "./directory/./file", "hash=" HELLO, 304},
        {"/rudder/relay-api/shared-folder/file", "hash=" HELLO, 304},
        {API "none", "hash=" HELLO, 404},
        {API "none", NULL, 404},
        {API "file/", NULL, 404},
        {API "file/file", NULL, 404},
        {API "none", "hash=x", 404},
        {API "", NULL, 404},
        {API "", "hash=" HELLO, 404},
        {API "directory", NULL, 404},
        {API "directory/", "hash=" HELLO, 404},
        {API "pipe", NULL, 404},
        {API "pipe", "hash=" HELLO, 404},
        {API "out", NULL, 404},
        {API "out", "hash=" HELLO, 404},
        {API "in", "hash=" HELLO, 404},
        {API "link/file", "hash=" HELLO, 404},
        {API "../secret", "hash=" HELLO, 400},
        {API "directory/../../secret", NULL, 400},
        {API "directory/../file", NULL, 400},
        {API "..file", NULL, 400},
        {API "a\\b", NULL, 400},
        {API "a\nb", NULL, 400},
        {API "/etc/passwd", NULL, 400},
        {"/rudder/relay-api/1/shared-folder", NULL, 404},
        {"/shared-folder/file", NULL, 404},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static const char *const methods[] = {"HEAD", "GET"};
        for (size_t m = 0; m < 2; m++) {
            int status = shared_folder_ask(&it, methods[m], cases[i].path, cases[i].query);
            ck_assert_msg(status == cases[i].status, "%s %s?%s: %d", methods[m], cases[i].path,
                          cases[i].query ? cases[i].query : "", status);
        }
    }
    ck_assert_int_eq(shared_folder_ask(&it, "POST", API "file", NULL), 404);
    ck_assert_int_eq(shared_folder_ask(&it, "PUT", API "file", NULL), 404);
    shared_folder_fixture_remove(&it);
}
END_TEST

START_TEST(names_of_255_bytes_and_more)
{
    struct fixture it = shared_folder_fixture_make();
    char path[512];
    snprintf(path, sizeof path, "%s%0255d", API, 0);
    tmpdir_write(it.fd, path + strlen(API), "hello");
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", path, "hash=" HELLO), 304);
    snprintf(path, sizeof path, "%s%0256d", API, 0);
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", path, "hash=" HELLO), 404);
    shared_folder_fixture_remove(&it);
}
END_TEST

START_TEST(a_get_gets_the_file)
{
    struct fixture it = shared_folder_fixture_make();
    ck_assert_int_eq(shared_folder_ask(&it, "GET", API "file", "hash=" OTHER), 200);
    ck_assert_str_eq(buffer_cstr(&it.made.response.body), "hello");
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "file", "hash=" OTHER), 200);
    ck_assert_uint_eq(it.made.response.body.len, 0);
    ck_assert_int_eq(shared_folder_ask(&it, "GET", API "file", "hash=" HELLO), 304);
    ck_assert_uint_eq(it.made.response.body.len, 0);
    char *large = xmalloc(300000);
    memset(large, 'x', 300000 - 1);
    large[300000 - 1] = '\0';
    tmpdir_write(it.fd, "large", large);
    ck_assert_int_eq(shared_folder_ask(&it, "GET", API "large", NULL), 200);
    ck_assert_str_eq(buffer_cstr(&it.made.response.body), large);
    tmpdir_write(it.fd, "empty", "");
    ck_assert_int_eq(shared_folder_ask(&it, "GET", API "empty", NULL), 200);
    ck_assert_uint_eq(it.made.response.body.len, 0);
    free(large);
    shared_folder_fixture_remove(&it);
}
END_TEST

START_TEST(ranges_are_those_of_http)
{
    struct fixture it = shared_folder_fixture_make();
    it.more_env = "HTTP_RANGE=bytes=1-3";
    ck_assert_int_eq(shared_folder_ask(&it, "GET", API "file", NULL), 206);
    ck_assert_str_eq(buffer_cstr(&it.made.response.body), "ell");
    ck_assert(has_header(&it, "Content-Range: bytes 1-3/5\r\n"));
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "file", NULL), 200);
    ck_assert_int_eq(shared_folder_ask(&it, "GET", API "file", "hash=" HELLO), 304);
    it.more_env = "HTTP_RANGE=bytes=5-";
    ck_assert_int_eq(shared_folder_ask(&it, "GET", API "file", NULL), 416);
    ck_assert(has_header(&it, "Content-Range: bytes */5\r\n"));
    ck_assert_uint_eq(it.made.response.body.len, 0);
    shared_folder_fixture_remove(&it);
}
END_TEST

/* A part is of use only with the rest of the same version. */
START_TEST(if_range_wants_this_very_version)
{
    struct fixture it = shared_folder_fixture_make();
    struct timespec moment[2] = {{1700000000, 123456789}, {1700000000, 123456789}};
    static const struct {
        const char *version;
        int status;
    } cases[] = {
        {"HTTP_IF_RANGE=\"5-60a2418202240\"", 206},
        {"HTTP_IF_RANGE=W/\"5-60a2418202240\"", 200},
        {"HTTP_IF_RANGE=\"5-60a2418202241\"", 200},
        {"HTTP_IF_RANGE=Tue, 14 Nov 2023 22:13:20 GMT", 206},
        {"HTTP_IF_RANGE=Tue, 14 Nov 2023 22:13:21 GMT", 200},
        {"HTTP_IF_RANGE=", 200},
    };
    ck_assert_int_eq(utimensat(it.fd, "file", moment, 0), 0);
    it.more_env = "HTTP_RANGE=bytes=1-3";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        it.if_range = cases[i].version;
        ck_assert_msg(shared_folder_ask(&it, "GET", API "file", NULL) == cases[i].status, "%s", cases[i].version);
    }
    moment[0].tv_sec = moment[1].tv_sec = time(NULL) + 100; /* as if written this second: its tag is weak */
    ck_assert_int_eq(utimensat(it.fd, "file", moment, 0), 0);
    ck_assert_int_eq(shared_folder_ask(&it, "GET", API "file", NULL), 200);
    const char *tag = strstr(buffer_cstr(&it.made.response.headers), "W/\"");
    ck_assert_ptr_nonnull(tag);
    char *same = xasprintf("HTTP_IF_RANGE=%.*s", (int)strcspn(tag + 2, "\r"), tag + 2);
    it.if_range = same;
    ck_assert_int_eq(shared_folder_ask(&it, "GET", API "file", NULL), 200);
    free(same);
    shared_folder_fixture_remove(&it);
}
END_TEST

/* made_client.h needs an index; here it is enough that who comes by TLS is asked for a certificate. */
START_TEST(by_tls_a_certificate_is_needed)
{
    struct fixture it = shared_folder_fixture_make();
    it.more_env = "SSL_CLIENT_VERIFY=NONE";
    ck_assert_int_eq(shared_folder_ask(&it, "GET", API "file", NULL), 503); /* no index */
    shared_folder_fixture_remove(&it);
}
END_TEST

START_TEST(validators_are_those_of_httpd)
{
    struct fixture it = shared_folder_fixture_make();
    struct timespec moment[2] = {{1700000000, 123456789}, {1700000000, 123456789}};
    ck_assert_int_eq(utimensat(it.fd, "file", moment, 0), 0);
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "file", NULL), 200);
    ck_assert(has_header(&it, "ETag: \"5-60a2418202240\"\r\n"));
    ck_assert(has_header(&it, "Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT\r\n"));
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "file", "hash=" HELLO), 304);
    ck_assert(has_header(&it, "ETag: \"5-60a2418202240\"\r\n"));
    moment[0].tv_sec = moment[1].tv_sec = time(NULL) + 100;
    ck_assert_int_eq(utimensat(it.fd, "file", moment, 0), 0);
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "file", NULL), 200);
    ck_assert(has_header(&it, "ETag: W/\"5-")); /* changed too shortly ago to be sure */
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "none", NULL), 404);
    ck_assert(!has_header(&it, "ETag"));
    shared_folder_fixture_remove(&it);
}
END_TEST

START_TEST(conditions_are_those_of_http)
{
    struct fixture it = shared_folder_fixture_make();
    struct timespec moment[2] = {{1700000000, 123456789}, {1700000000, 123456789}};
    static const struct {
        const char *variable;
        int status;
    } cases[] = {
        {"HTTP_IF_NONE_MATCH=\"5-60a2418202240\"", 304},
        {"HTTP_IF_NONE_MATCH=W/\"5-60a2418202240\"", 304},
        {"HTTP_IF_NONE_MATCH=\"a\", W/\"b\",\"5-60a2418202240\"", 304},
        {"HTTP_IF_NONE_MATCH=  \"5-60a2418202240\" , \"b\"", 304},
        {"HTTP_IF_NONE_MATCH=*", 304},
        {"HTTP_IF_NONE_MATCH=", 200},
        {"HTTP_IF_NONE_MATCH=,,", 200},
        {"HTTP_IF_NONE_MATCH=\"5-60a2418202241\"", 200},
        {"HTTP_IF_NONE_MATCH=5-60a2418202240", 200},
        {"HTTP_IF_NONE_MATCH=\"5-60a2418202240", 200},
        {"HTTP_IF_MODIFIED_SINCE=Tue, 14 Nov 2023 22:13:20 GMT", 304},
        {"HTTP_IF_MODIFIED_SINCE=Tue, 14 Nov 2023 22:13:21 GMT", 304},
        {"HTTP_IF_MODIFIED_SINCE=Tue, 14 Nov 2023 22:13:19 GMT", 200},
        {"HTTP_IF_MODIFIED_SINCE=yesterday", 200},
        {"HTTP_IF_MODIFIED_SINCE=Tue, 14 Nov 2023 22:13:20 GMT+1", 200},
        {"HTTP_IF_MODIFIED_SINCE=", 200},
        {"HTTP_IF_MODIFIED_SINCE=Tuesday, 14-Nov-23 22:13:20 GMT", 304},
        {"HTTP_IF_MODIFIED_SINCE=Tue Nov 14 22:13:20 2023", 304},
        {"HTTP_IF_MATCH=\"5-60a2418202240\"", 200},
        {"HTTP_IF_MATCH=\"x\", \"5-60a2418202240\"", 200},
        {"HTTP_IF_MATCH=*", 200},
        {"HTTP_IF_MATCH=\"x\"", 412},
        {"HTTP_IF_MATCH=W/\"5-60a2418202240\"", 412},
        {"HTTP_IF_UNMODIFIED_SINCE=Tue, 14 Nov 2023 22:13:20 GMT", 200},
        {"HTTP_IF_UNMODIFIED_SINCE=Tue, 14 Nov 2023 22:13:19 GMT", 412},
        {"HTTP_IF_UNMODIFIED_SINCE=yesterday", 200},
    };
    ck_assert_int_eq(utimensat(it.fd, "file", moment, 0), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        it.more_env = cases[i].variable;
        ck_assert_msg(shared_folder_ask(&it, "HEAD", API "file", NULL) == cases[i].status, "%s", cases[i].variable);
        ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "file", "hash=" OTHER),
                         200); /* who gives a hash asks for nothing else */
        ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "none", NULL), 404);
    }
    shared_folder_fixture_remove(&it);
}
END_TEST

START_TEST(a_changed_file_has_another_hash_at_once)
{
    struct fixture it = shared_folder_fixture_make();
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "file", "hash=" HELLO), 304);
        tmpdir_write(it.fd, "file", "jello"); /* same size, and soon after */
        ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "file", "hash=" HELLO), 200);
        tmpdir_write(it.fd, "new", "hello");
        ck_assert_int_eq(renameat(it.fd, "new", it.fd, "file"), 0);
    }
    ck_assert_int_eq(unlinkat(it.fd, "file", 0), 0);
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "file", "hash=" HELLO), 404);
    shared_folder_fixture_remove(&it);
}
END_TEST

struct toucher {
    int fd;
    atomic_bool stop;
};

static int touch_for_ever(void *context)
{
    struct toucher *toucher = context;
    while (!atomic_load(&toucher->stop)) {
        tmpdir_age(toucher->fd, "large", 5);
    }
    return 0;
}

static void hash_query(const struct fixture *it, const char *name, char query[256])
{
    unsigned char digest[DIGEST_MAX_SIZE];
    struct stat status;
    int fd = openat(it->fd, name, O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(fstat(fd, &status), 0);
    ck_assert_int_eq(content_hash(fd, &status, DIGEST_SHA256, digest, NULL), CONTENT_HASHED);
    close(fd);
    strcpy(query, "hash=");
    digest_hex(query + strlen(query), digest, 32, false);
}

START_TEST(a_file_that_changes_all_the_time_counts_as_other)
{
    enum { LARGE = 32 << 20, MOST = 1000 };
    struct fixture it = shared_folder_fixture_make();
    struct toucher toucher = {.fd = it.fd};
    thrd_t thread;
    char query[256];
    bool counted_as_other = false;
    tmpdir_write(it.fd, "large", "");
    int fd = openat(it.fd, "large", O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(ftruncate(fd, LARGE), 0);
    close(fd);
    hash_query(&it, "large", query);
    ck_assert_int_eq(thrd_create(&thread, touch_for_ever, &toucher), thrd_success);
    for (int i = 0; i < MOST && !counted_as_other; i++) { /* the thread has to get its turn in each of the tries */
        counted_as_other = shared_folder_ask(&it, "HEAD", API "large", query) == 200;
    }
    atomic_store(&toucher.stop, true);
    thrd_join(thread, NULL);
    ck_assert(counted_as_other);
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "large", query), 304);
    shared_folder_fixture_remove(&it);
}
END_TEST

START_TEST(rights_are_said_as_httpd_says_them)
{
    struct fixture it = shared_folder_fixture_make();
    tmpdir_write(it.fd, "unreadable", "hello");
    ck_assert_int_eq(fchmodat(it.fd, "unreadable", 0, 0), 0);
    ck_assert_int_eq(mkdirat(it.fd, "closed", 0), 0);
    if (geteuid() == 0) { /* whom nothing is forbidden */
        ck_assert_int_eq(seteuid(65534), 0);
    }
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "unreadable", NULL), 403);
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "unreadable", "hash=" HELLO), 403);
    ck_assert_int_eq(shared_folder_ask(&it, "GET", API "closed/file", "hash=" HELLO), 403);
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "none", NULL), 404);
    if (getuid() == 0) {
        ck_assert_int_eq(seteuid(0), 0);
    }
    shared_folder_fixture_remove(&it);
}
END_TEST

START_TEST(the_directory_may_come_and_go)
{
    struct fixture it = shared_folder_fixture_make();
    ck_assert_int_eq(renameat(it.all.fd, "shared", it.all.fd, "away"), 0);
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "file", NULL), 404);
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "file", "hash=" HELLO), 404);
    ck_assert_int_eq(renameat(it.all.fd, "away", it.all.fd, "shared"), 0);
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "file", "hash=" HELLO), 304);
    shared_folder_fixture_remove(&it);
}
END_TEST

/* A wrong hash in the table shows who looks there. */
START_TEST(a_remembered_hash_is_believed_while_the_file_is_unchanged)
{
    struct fixture it = shared_folder_fixture_make();
    struct hash_cache *cache = hash_cache_open(it.config.shared_folder.hash_cache_file);
    unsigned char zeros[DIGEST_MAX_SIZE] = {0};
    struct stat status;
    ck_assert_int_eq(fstatat(it.fd, "file", &status, 0), 0);
    hash_cache_store(cache, &status, DIGEST_SHA256, zeros, time(NULL) + 1000);
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "file", "hash=" OTHER), 304);
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "file", "hash=" HELLO), 200);
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "file", "hash=" OTHER OTHER "&hash_type=sha512"), 200);
    tmpdir_age(it.fd, "file", 1000001);
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "file", "hash=" HELLO), 304);
    hash_cache_close(cache);
    shared_folder_fixture_remove(&it);
}
END_TEST

START_TEST(the_hash_of_a_quiet_file_is_remembered)
{
    struct fixture it = shared_folder_fixture_make();
    struct hash_cache *cache = hash_cache_open(it.config.shared_folder.hash_cache_file);
    unsigned char digest[DIGEST_MAX_SIZE];
    struct stat status;
    ck_assert_int_eq(fstatat(it.fd, "file", &status, 0), 0);
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "file", "hash=" HELLO), 304);
    if (time(NULL) <= status.st_ctim.tv_sec + HASH_CACHE_SETTLE_SECONDS) {
        ck_assert(!hash_cache_find(cache, &status, DIGEST_SHA256, digest));
    }
    while (time(NULL) <= status.st_ctim.tv_sec + HASH_CACHE_SETTLE_SECONDS) {
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "file", NULL), 200);
    ck_assert(!hash_cache_find(cache, &status, DIGEST_SHA256, digest)); /* nobody asked for a hash */
    ck_assert_int_eq(shared_folder_ask(&it, "HEAD", API "file", "hash=" OTHER), 200);
    ck_assert(hash_cache_find(cache, &status, DIGEST_SHA256, digest));
    ck_assert_int_eq(digest[0], 0x2c);
    hash_cache_close(cache);
    shared_folder_fixture_remove(&it);
}
END_TEST

SUITE_MAIN("shared_folder", the_answer_tells_whether_the_hash_is_right, names_of_255_bytes_and_more,
           a_get_gets_the_file, ranges_are_those_of_http, if_range_wants_this_very_version,
           by_tls_a_certificate_is_needed, validators_are_those_of_httpd, conditions_are_those_of_http,
           a_changed_file_has_another_hash_at_once, a_file_that_changes_all_the_time_counts_as_other,
           rights_are_said_as_httpd_says_them, the_directory_may_come_and_go,
           a_remembered_hash_is_believed_while_the_file_is_unchanged, the_hash_of_a_quiet_file_is_remembered)
