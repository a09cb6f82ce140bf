/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "relay/inventory_name.h"
#include "support/suite.h"

static const char *inventory_name_listed(const struct inventory_names *names)
{
    static char list[1024];
    list[0] = '\0';
    for (size_t i = 0; i < names->count; i++) {
        strcat(strcat(list, i > 0 ? " " : ""), names->at[i]);
    }
    return list;
}

static const char *signed_by(const char *name)
{
    struct inventory_names names;
    inventory_name_signed(name, &names);
    return inventory_name_listed(&names);
}

static const char *signatures_of(const char *name)
{
    struct inventory_names names;
    inventory_name_signatures(name, &names);
    return inventory_name_listed(&names);
}

START_TEST(a_signature_is_of_the_plain_or_the_compressed_inventory)
{
    ck_assert_str_eq(signed_by("host-1.ocs.sign"), "host-1.ocs host-1.ocs.gz");
    ck_assert_str_eq(signed_by("host-1.xml.gz.sign"), "host-1.xml.gz");
    ck_assert_str_eq(signed_by("host-1.ocs"), "");
    ck_assert_str_eq(signed_by("host.sign.ocs"), "");
    ck_assert_str_eq(signed_by(".sign"), "");
    ck_assert_str_eq(signed_by("sign"), "");
    ck_assert(inventory_name_is_signature("host-1.ocs.sign"));
    ck_assert(!inventory_name_is_signature("host-1.ocs"));
    ck_assert(!inventory_name_is_signature(".sign"));
}
END_TEST

START_TEST(an_inventory_has_its_signatures)
{
    ck_assert_str_eq(signatures_of("host-1.ocs"), "host-1.ocs.sign");
    ck_assert_str_eq(signatures_of("host-1.ocs.gz"), "host-1.ocs.gz.sign host-1.ocs.sign");
    ck_assert_str_eq(signatures_of("host-1.ocs.sign"), "");
    ck_assert_str_eq(signatures_of(".gz"), ".gz.sign");
}
END_TEST

START_TEST(the_longest_names_fit)
{
    char name[SAFE_FILE_NAME_SIZE];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    struct inventory_names names;
    inventory_name_signatures(name, &names);
    ck_assert_uint_eq(names.count, 1);
    memcpy(name + sizeof name - 6, ".sign", 5);
    inventory_name_signed(name, &names);
    ck_assert_uint_eq(names.count, 2);
    ck_assert_uint_eq(strlen(names.at[1]), sizeof name - 1 - 5 + 3);
}
END_TEST

START_TEST(a_message_is_told_by_its_name)
{
    char inventory[SAFE_FILE_NAME_SIZE], signature[SAFE_FILE_NAME_SIZE];
    static const char *const others[] = {"host.ocs", "host.ocs.gz", "host.smime.ocs", "host.smime.ocs.gz.sign",
                                         ".smime.ocs.gz", "host.smime.gz", "smime.ocs.gz"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        ck_assert_msg(!inventory_name_is_message(others[i]), "%s", others[i]);
        ck_assert(!inventory_name_unpacked(others[i], inventory, signature));
    }
    ck_assert(inventory_name_is_message("host-1.smime.ocs.gz"));
    ck_assert(inventory_name_valid(slice_from_str("host-1.smime.ocs.gz"))); /* every relay passes it on */
    ck_assert(inventory_name_unpacked("host-1.smime.ocs.gz", inventory, signature));
    ck_assert_str_eq(inventory, "host-1.ocs");
    ck_assert_str_eq(signature, "host-1.ocs.sign");
    ck_assert(inventory_name_unpacked("host-1.smime.xml.gz", inventory, signature));
    ck_assert_str_eq(inventory, "host-1.xml");
    ck_assert_str_eq(signature, "host-1.xml.sign");
}
END_TEST

SUITE_MAIN("inventory_name", a_signature_is_of_the_plain_or_the_compressed_inventory, an_inventory_has_its_signatures,
           the_longest_names_fit, a_message_is_told_by_its_name)
