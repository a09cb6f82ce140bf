# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# forwarder: what the end-to-end tests of the forwarder share: a lab with PostgreSQL and two nodes, n1 and n2, and
# questions to ask. Sourced; it makes the lab at once and takes it away on exit. RELAY_CONFIG=(KEY=VALUE...) before it
# adds to the configuration.

FORWARDER_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$FORWARDER_TOP/lab/lab.sh"
. "$FORWARDER_TOP/lab/postgres.sh"
. "$FORWARDER_TOP/lab/relay.sh"
. "$FORWARDER_TOP/tests/support/staged_runs.sh"
. "$FORWARDER_TOP/tests/support/tap.sh"

lab_program rudder-relay-forwarder >/dev/null || exit
LAB_NODE_KEY=ec
lab_open || exit
trap lab_close EXIT
trap 'exit 1' INT TERM HUP
lab_relay_layout && lab_postgres_start && lab_relay_config ${RELAY_CONFIG[@]+"${RELAY_CONFIG[@]}"} &&
    lab_node_new root root.example.com root && lab_node_new n1 n1.example.com && lab_node_new n2 n2.example.com || exit

INCOMING=$LAB/relay/reports/incoming
FAILED=$LAB/relay/reports/failed
FORWARDER_LOG=$LAB/log/forwarder.log
FORWARDER_EPOCH=1700000000 # when the first run of a test starts

# spool_run ID NUMBER [REPORTS]: puts run NUMBER of the node into incoming. Each run begins five minutes after the one
# before.
spool_run() {
    lab_run_file "$INCOMING" "$1" "$(lab_start_time $((FORWARDER_EPOCH + $2 * 300)))" "${3:-20}"
}

# stage_runs DIRECTORY COUNT [REPORTS]: makes COUNT runs beforehand, of n1 and n2 in turn.
stage_runs() {
    local i
    for i in $(seq "$2"); do
        echo "n$((i % 2 + 1)) $((FORWARDER_EPOCH + i * 300))"
    done | staged_runs "$1" "${3:-20}"
}

# query SQL: its answer, columns separated by |.
query() {
    lab_psql -At -c "$1"
}

# files_in DIRECTORY: prints the names of its files in one line, also of hidden ones, except the cleaner's notes.
files_in() {
    find "$1" -mindepth 1 ! -name '.ages-*' ! -name '.in-work-*' ! -name .suspects ! -path '*/failed/.*.tmp' -printf \
        '%f\n' | LC_ALL=C sort | xargs
}

count_in() {
    find "$1" -mindepth 1 ! -name '.ages-*' ! -name '.in-work-*' ! -name .suspects ! -path '*/failed/.*.tmp' -printf \
        . | wc -c
}

incoming_is_empty() {
    [ "$(count_in "$INCOMING")" = 0 ]
}

drained() {
    lab_wait_for "${1:-60}" incoming_is_empty
}

logged() {
    grep -qF -- "$1" "$FORWARDER_LOG"
}

times_logged() {
    grep -cF -- "$1" "$FORWARDER_LOG"
}

# To be called outside of check, which runs a subshell, when the exit status is needed later.
forwarder_ready() {
    lab_forwarder_start && lab_wait_for 60 logged 'started workers='
}

# logged_times COUNT TEXT: at least.
logged_times() {
    [ "$(times_logged "$2")" -ge "$1" ]
}

# Prints the reason beside the failed file of that name.
reason_of() {
    sed -n 's/^reason: //p' "$FAILED/$1.reason"
}

# exactly_once COUNT REPORTS: COUNT runs are in the database, each with all of its reports, none twice.
exactly_once() {
    equal "$1|$1|$1" "$(query "SELECT (SELECT count(*) FROM ReportsExecution),
        (SELECT count(DISTINCT (nodeId, executionTimeStamp)) FROM RudderSysEvents),
        (SELECT count(*) FROM (SELECT 1 FROM RudderSysEvents GROUP BY nodeId, executionTimeStamp
            HAVING count(*) = $2 AND count(*) FILTER (WHERE eventType = 'control') = 2) AS whole)")"
}

# How many rows a run of lab_runlog with so many reports gives: its log entries are reports, too.
rows_of_run() {
    lab_runlog n1 "$(lab_start_time 0)" "$1" |
        awk '/ R: @@/ { rows++ } / rudder +(info|notice|error):/ { rows++ } END { print rows }'
}
