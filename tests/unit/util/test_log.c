/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "support/suite.h"
#include "util/err.h"
#include "util/log.h"

START_TEST(log_filter_wins_over_level)
{
    struct err err;
    ck_assert(log_configure(LOG_LEVEL_WARN, "spool=trace, upload=error", &err));
    ck_assert(log_enabled(LOG_LEVEL_TRACE, "spool"));
    ck_assert(!log_enabled(LOG_LEVEL_WARN, "upload"));
    ck_assert(log_enabled(LOG_LEVEL_WARN, "other"));
    ck_assert(!log_enabled(LOG_LEVEL_INFO, "other"));
    ck_assert(!log_configure(LOG_LEVEL_TRACE, "spool=loud", &err));
    ck_assert_ptr_nonnull(strstr(err.text, "spool=loud"));
    ck_assert(!log_configure(LOG_LEVEL_TRACE, "=debug", &err));
    ck_assert(!log_enabled(LOG_LEVEL_INFO, "other")); /* the old settings stay */
}
END_TEST

SUITE_MAIN("log", log_filter_wins_over_level)
