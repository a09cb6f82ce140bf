/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upload/admission.h"

#include "relay/spool.h"
#include "util/clock.h"
#include "util/free_space.h"

enum {
    SHARE_OF_ROOM = 16,
    COUNT_LASTS_MS = 10000,
    NAMES_PER_MS = 64, /* about what counting costs is a tenth of this: no more than a tenth of the time goes into it */
};

static bool count_is_due(const struct admission *admission, int64_t now)
{
    if (!admission->counted) {
        return true;
    }
    int64_t age = now - admission->counted_at;
    if (age < (int64_t)(admission->waiting / NAMES_PER_MS)) {
        return false;
    }
    if (admission->waiting > admission->max_waiting || age >= COUNT_LASTS_MS) {
        return true;
    }
    return admission->stored_since >= (admission->max_waiting - admission->waiting) / SHARE_OF_ROOM;
}

static bool too_many(struct admission *admission, int dir_fd)
{
    int64_t now = clock_ms();
    if (count_is_due(admission, now)) {
        admission->waiting = spool_count(dir_fd, admission->max_waiting + 1);
        admission->counted_at = now;
        admission->counted = true;
        admission->stored_since = 0;
    }
    return admission->waiting > admission->max_waiting;
}

enum admission_verdict admission_check(struct admission *admission, int dir_fd, int64_t bytes, struct err *err)
{
    if (too_many(admission, dir_fd)) {
        err_set(err, "more than %zu files wait in the spool", admission->max_waiting);
        return ADMISSION_TOO_MANY;
    }
    if (!free_space_for(dir_fd, bytes, admission->min_free_space, err)) {
        return ADMISSION_NO_SPACE;
    }
    return ADMISSION_GRANTED;
}

void admission_stored(struct admission *admission)
{
    admission->stored_since++;
}
