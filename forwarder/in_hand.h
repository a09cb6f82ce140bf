/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * in_hand: a file of the spool that somebody works on, and the ways out of his hand, the same for every sink.
 *
 * Counted here is what is the same for every sink: retries, refusals before any sink was asked, the last error. What
 * became of a file at its sink is counted by that sink.
 *
 * The file leaves only if it is still the one that was worked on: if an upload has replaced it, it waits anew.
 */
#ifndef RELAY_FORWARDER_IN_HAND_H
#define RELAY_FORWARDER_IN_HAND_H

#include "dispatch.h"
#include "relay/relay_metrics.h"
#include "spool_process.h"
#include "util/backoff.h"
#include "util/log.h"

struct in_hand {
    struct queued_run *run;
    struct spool_file file;
    int64_t taken_ms; /* clock_ms, by who took it */
};

/* Where it came from. */
struct in_hand_origin {
    enum relay_kind kind;
    const struct spool_tools *tools;
    struct dispatch *dispatch;
    const struct backoff *retry;
    struct relay_state *state; /* where it is counted; NULL: nowhere */
};

/* To be tried again later: after the file's own back-off, but within the file's retry_within_ms and most_ms (0: no
 * limit). */
void in_hand_put_off(const struct in_hand_origin *origin, struct in_hand *in_hand, const char *reason, int64_t most_ms);

/* Its way ends well: it leaves the spool. */
void in_hand_leave(const struct in_hand_origin *origin, struct in_hand *in_hand);

/* It ends badly: into failed/ with the reason; an inventory takes its signature along. */
void in_hand_refuse(const struct in_hand_origin *origin, struct in_hand *in_hand, const char *reason);

/* Whatever is to become of a file that spool_process did not find ready. */
void in_hand_dismiss(const struct in_hand_origin *origin, struct in_hand *in_hand, enum spool_verdict verdict,
                     const char *reason);

/* Its processing has ended: counts how long it took, and how large the content was, expanded. For run logs. */
void in_hand_processed(const struct in_hand_origin *origin, const struct in_hand *in_hand, uint64_t bytes);

/* How long ago it came, by the file's time. */
int64_t in_hand_age_ms(const struct in_hand *in_hand);

#endif
