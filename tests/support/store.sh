# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# store: a private PostgreSQL and tests/support/store_driver on it. Sourced by tests/e2e/store-*.test, after tap.sh.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../lab/lab.sh"
. "$here/../../lab/postgres.sh"

# With LAB_STORAGE=compact, what becomes of a whole run is a row of rudder_relay.run, and of a list.
ROWS=RudderSysEvents
[ "${LAB_STORAGE:-plain}" = plain ] || ROWS=rudder_relay.run

STORE_DRIVER=${RELAY_BUILD:?is where the build is}/tests/support/store_driver

# store_open: starts both; store_close is called at the script's end.
store_open() {
    lab_open || exit
    trap store_close EXIT
    trap 'exit 130' HUP INT TERM
    lab_postgres_start || exit
    export LAB_PG_URL LAB_PG_PASSWORD
    coproc STORE { exec "$STORE_DRIVER"; }
    # copies: bash keeps a coprocess's own descriptors from pipelines
    exec {STORE_TO}>&"${STORE[1]}" {STORE_FROM}<&"${STORE[0]}"
    eval "exec ${STORE[1]}>&-"
}

store_close() {
    store_end
    lab_close
}

# store_end: ends the driver, and with it its connection; its exit status.
store_end() {
    local pid=${STORE_PID:-}
    [ -n "$pid" ] || return 0
    exec {STORE_TO}>&-
    wait "$pid"
}

# store_say LINE...: commands without an answer.
store_say() {
    printf '%s\n' "$@" >&"$STORE_TO"
}

# store_ask LINE: a command with an answer of one line, which is printed.
store_ask() {
    local line
    store_say "$1"
    IFS= read -r line <&"$STORE_FROM" && printf '%s\n' "$line"
}

# store_runs RUN...: stores them in one batch ("NODE START REPORTS [OPTION]..."), prints a line a run.
store_runs() {
    store_say "${@/#/run }" store
    store_outcomes
}

store_outcomes() {
    local line
    while IFS= read -r line <&"$STORE_FROM" && [ "$line" != . ]; do
        printf '%s\n' "$line"
    done
}

# sql QUERY: what it gives, columns separated by |.
sql() {
    lab_psql -At -c "$1"
}

# batch NAME COUNT BAD...: stores COUNT runs of new nodes; the options of the N-th are given as N:OPTION. Prints a line a run.
batch() {
    local name=$1 count=$2 i option runs=()
    shift 2
    for ((i = 1; i <= count; i++)); do
        runs[i]="$name$i 1500000000 5 config=c"
    done
    for option; do
        runs[${option%%:*}]+=" ${option#*:}"
    done
    store_runs "${runs[@]}"
}

outcomes() {
    awk '{ print $3 }' <<<"$1" | sort | uniq -c | xargs
}

# stored_whole NAME: how many nodes of that name have all five reports and their row in ReportsExecution.
stored_whole() {
    sql "SELECT count(*) FROM ReportsExecution e WHERE nodeId LIKE '$1%' AND
         (SELECT count(*) FROM RudderSysEvents r WHERE r.nodeId = e.nodeId) = 5"
}

# lines TEXT...: for use with equal.
lines() {
    printf '%s\n' "$@"
}
