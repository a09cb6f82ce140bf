/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What changes while it is packed. The cache keeps no archives here, only their records; so a bundle that is asked for
 * again asks whether the record suffices, between the manifest and the packing: there the tests make their change.
 */
#include "policies/policy_bundle.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "support/suite.h"
#include "tree.h"
#include "util/xmalloc.h"

static struct tmpdir directory;
static struct relay_config config;
static struct policy_bundles *bundles;
static struct file_cached cached;
static struct err err;
static int asked;

#define POLICIES "share/node/rules/cfengine-community"

static void open_bundles(int64_t max_wait)
{
    policy_bundles_close(bundles);
    config.policies.max_wait = max_wait;
    bundles = policy_bundles_open(&config, &err);
    ck_assert_msg(bundles != NULL, "%s", err.text);
}

static void set_up_policies(void)
{
    directory = tmpdir_make();
    tree_directory(directory.fd, "share");
    tree_directory(directory.fd, "share/node");
    tree_directory(directory.fd, "share/node/rules");
    tree_directory(directory.fd, POLICIES);
    tree_file(directory.fd, POLICIES "/a", "first", 0644);
    tree_file(directory.fd, POLICIES "/b", "second", 0644);
    config = (struct relay_config){0};
    config.policies.path = xasprintf("%s/share", directory.path);
    config.policies.cache_directory = xasprintf("%s/cache", directory.path);
    config.policies.cache_retention = 1000;
    config.policies.max_files = 1000;
    config.policies.max_size = 1000000;
    open_bundles(60);
}

static void tear_down_policies(void)
{
    policy_bundles_close(bundles);
    bundles = NULL;
    free(config.policies.path);
    free(config.policies.cache_directory);
    tmpdir_remove(&directory);
}

static bool record_is_enough(void *context, const struct file_cached *record)
{
    (void)context;
    ck_assert_int_eq(record->fd, -1);
    asked++;
    return true;
}

/* The context is what to do meanwhile. */
static bool change_something(void *context, const struct file_cached *record)
{
    void (*const *change)(void) = context;
    (void)record;
    asked++;
    (*change)();
    return false;
}

static enum policy_bundle get_bundle_of(const char *node_id, policy_record_suffices *suffices, void *context)
{
    err = (struct err){0};
    asked = 0;
    enum policy_bundle result =
        policy_bundle_get(bundles, node_id, POLICY_TAR_GZ, suffices, context, &cached, &err);
    file_cached_close(&cached);
    return result;
}

static void file_comes(void)
{
    tree_file(directory.fd, POLICIES "/c", "third", 0644);
}

static void file_goes(void)
{
    ck_assert_int_eq(unlinkat(directory.fd, POLICIES "/b", 0), 0);
}

static void file_changes(void)
{
    tree_file(directory.fd, POLICIES "/b", "SECOND", 0644);
}

static void mode_changes(void)
{
    ck_assert_int_eq(fchmodat(directory.fd, POLICIES "/a", 0600, 0), 0);
}

/* Nothing in the directory changes, but its path now leads to another one. */
static void all_is_replaced(void)
{
    ck_assert_int_eq(renameat(directory.fd, "share/node/rules", directory.fd, "old"), 0);
    tree_directory(directory.fd, "share/node/rules");
    tree_directory(directory.fd, POLICIES);
}

START_TEST(what_changes_while_it_is_packed_is_not_given)
{
    static void (*const changes[])(void) = {file_comes, file_goes, file_changes, mode_changes, all_is_replaced};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        void (*change)(void) = changes[i];
        set_up_policies();
        ck_assert_int_eq(get_bundle_of("node", record_is_enough, NULL), POLICY_BUNDLE_READY);
        ck_assert_int_eq(asked, 0); /* nothing was known of it: it was packed */
        ck_assert_int_eq(get_bundle_of("node", record_is_enough, NULL), POLICY_BUNDLE_READY);
        ck_assert_int_eq(asked, 1); /* it was not packed again */
        open_bundles(0);
        ck_assert_msg(get_bundle_of("node", change_something, &change) == POLICY_BUNDLE_CHANGING, "change %zu", i);
        ck_assert_int_eq(asked, 1);
        ck_assert_str_ne(err.text, "");
        open_bundles(60);
        ck_assert_int_eq(get_bundle_of("node", record_is_enough, NULL), POLICY_BUNDLE_READY);
        ck_assert_int_eq(asked,
                         0); /* in the new state, which is packed, since nothing of the old one was kept for it */
        tear_down_policies();
    }
}
END_TEST

static void change_nothing(void)
{
}

START_TEST(what_stays_is_packed_again)
{
    void (*change)(void) = change_nothing;
    set_up_policies();
    ck_assert_int_eq(get_bundle_of("node", record_is_enough, NULL), POLICY_BUNDLE_READY);
    open_bundles(0);
    ck_assert_int_eq(get_bundle_of("node", change_something, &change), POLICY_BUNDLE_READY);
    tear_down_policies();
}
END_TEST

START_TEST(one_process_packs)
{
    void (*change)(void) = change_nothing;
    set_up_policies();
    ck_assert_int_eq(get_bundle_of("node", record_is_enough, NULL), POLICY_BUNDLE_READY);
    open_bundles(0);
    int other = openat(directory.fd, POLICIES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_eq(flock(other, LOCK_EX), 0);
    ck_assert_int_eq(get_bundle_of("node", change_something, &change), POLICY_BUNDLE_CHANGING);
    ck_assert_ptr_nonnull(strstr(err.text, "another process"));
    ck_assert_int_eq(get_bundle_of("node", record_is_enough, NULL), POLICY_BUNDLE_READY);
    close(other);
    ck_assert_int_eq(get_bundle_of("node", change_something, &change), POLICY_BUNDLE_READY);
    tear_down_policies();
}
END_TEST

START_TEST(a_change_a_moment_ago_may_go_on)
{
    set_up_policies();
    config.policies.settle_time = 1000;
    open_bundles(0);
    ck_assert_int_eq(get_bundle_of("node", record_is_enough, NULL), POLICY_BUNDLE_CHANGING);
    ck_assert_ptr_nonnull(strstr(err.text, "a moment ago"));
    config.policies.settle_time = 0;
    open_bundles(60);
    ck_assert_int_eq(get_bundle_of("node", record_is_enough, NULL), POLICY_BUNDLE_READY);
    tear_down_policies();
}
END_TEST

START_TEST(what_is_missing)
{
    set_up_policies();
    open_bundles(0);
    ck_assert_int_eq(get_bundle_of("stranger", record_is_enough, NULL), POLICY_BUNDLE_NONE);
    /* one `rules` makes room for another */
    ck_assert_int_eq(renameat(directory.fd, "share/node/rules", directory.fd, "old"), 0);
    ck_assert_int_eq(get_bundle_of("node", record_is_enough, NULL), POLICY_BUNDLE_CHANGING);
    open_bundles(60);
    ck_assert_int_eq(get_bundle_of("node", record_is_enough, NULL), POLICY_BUNDLE_NONE); /* none comes */
    open_bundles(0);
    tree_directory(directory.fd, "share/node/rules");
    ck_assert_int_eq(get_bundle_of("node", record_is_enough, NULL), POLICY_BUNDLE_NONE);
    tree_file(directory.fd, POLICIES, "a file", 0644);
    ck_assert_int_eq(get_bundle_of("node", record_is_enough, NULL), POLICY_BUNDLE_NONE);
    /* not the node's policies are missing, but all: nobody must think that it has none */
    ck_assert_int_eq(renameat(directory.fd, "share", directory.fd, "away"), 0);
    ck_assert_int_eq(get_bundle_of("node", record_is_enough, NULL), POLICY_BUNDLE_FAILED);
    ck_assert_ptr_nonnull(strstr(err.text, "policies.path"));
    tear_down_policies();
}
END_TEST

SUITE_MAIN("policy_bundle", what_changes_while_it_is_packed_is_not_given, what_stays_is_packed_again, one_process_packs,
           a_change_a_moment_ago_may_go_on, what_is_missing)
