/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "hub/hub_path.h"
#include "support/suite.h"

/* What was understood, in a line; what is wrong; "none". */
static const char *understood(const char *target, const char *query)
{
    static char shown[700];
    static const char *const kinds[] = {"none", "wait", "output", "orders", "status"};
    struct hub_path path;
    struct err err = {""};
    if (!hub_path_parse(&path, slice_from_str(target), slice_from_str(query), &err)) {
        snprintf(shown, sizeof shown, "%s", err.text);
    } else if (path.kind == HUB_PATH_WAIT) {
        snprintf(shown, sizeof shown, "wait %s after %" PRIu64 " told %" PRIu64, path.key,
                 path.ticket, path.told);
    } else if (path.kind == HUB_PATH_OUTPUT) {
        snprintf(shown, sizeof shown, "output %s of %" PRIu64 " at %" PRId64 " end %d", path.key, path.ticket,
                 path.offset, path.has_end ? path.end : -1);
    } else {
        snprintf(shown, sizeof shown, "%s", kinds[path.kind]);
    }
    return shown;
}

#define API "/rudder/relay-api/1/"

START_TEST(paths_are_taken_apart)
{
    static const struct {
        const char *target, *query, *is;
    } cases[] = {
        {"/", "", "none"},
        {"/orders", "", "orders"},
        {"/orders/", "", "none"},
        {"/status", "", "status"},
        {API "wait/n1", "after=00000000000000000007", "wait n1 after 7 told 0"},
        {API "wait/n1", "", "wait n1 after 0 told 0"},
        {API "wait/n1/below", "after=7", "wait n1/below after 7 told 0"},
        {API "wait/n1/below", "after=7&told=6", "wait n1/below after 7 told 6"},
        {API "wait/n1/below", "after=7&told=x", "told should be a ticket"},
        {API "wait/n1/below", "after=7&told=", "told should be a ticket"},
        {API "wait/n1/above", "", "none"},
        {API "wait/", "", "this is not a node id"},
        {API "wait/n_1", "", "this is not a node id"},
        {API "wait/..", "", "this is not a node id"},
        {API "wait/n1", "after=x", "after should be a ticket"},
        {API "wait/n1", "after=", "after should be a ticket"},
        {API "wait/n1", "after=99999999999999999999", "after should be a ticket"},
        {API "wait/n1", "after=000000000000000000007", "after should be a ticket"},
        {API "output/n1/7", "offset=0", "output n1 of 7 at 0 end -1"},
        {API "output/n1/7", "offset=12&end=0", "output n1 of 7 at 12 end 0"},
        {API "output/n1/below/7", "offset=12&end=255", "output n1/below of 7 at 12 end 255"},
        {API "output/n1", "offset=0", "this is not a ticket"},
        {API "output/n1/7/8", "offset=0", "this is not a ticket"},
        {API "output/n1/7", "", "offset should be a number of bytes"},
        {API "output/n1/7", "offset=-1", "offset should be a number of bytes"},
        {API "output/n1/7", "offset=9999999999999999", "offset should be a number of bytes"},
        {API "output/n1/7", "offset=0&end=256", "end should be an exit status"},
        {API "output/n1/7", "offset=0&end=", "end should be an exit status"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_str_eq(understood(cases[i].target, cases[i].query), cases[i].is);
    }
}
END_TEST

SUITE_MAIN("hub_path", paths_are_taken_apart)
