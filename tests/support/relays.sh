# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# relays: what the end-to-end tests with several policy servers share: root, relay1 below it, relay2 below that; nodes
# n0 (below root), n1 and n2 (below the relay of the number). In network namespaces where that is possible, else on
# loopback. Sourced by a test that was started as a program, after `cd` to the repository's root; it makes the lab at
# once and takes it away on exit.
#     RELAYS_ENDPOINTS=(upload)     which programs each server runs, of all that there are
. tests/support/tap.sh
. lab/lab.sh
. lab/postgres.sh
. lab/relay.sh
. lab/httpd.sh
. lab/relays.sh

# A namespace for the test itself: what it makes is nobody else's, and goes with it.
if [ -z "${RELAYS_NET:-}" ] && [ -z "${RELAYS_LOOPBACK:-}" ]; then
    if relays_net_possible; then
        RELAYS_NET=yes exec unshare --net --mount -- "$BASH" "$0" "$@"
    fi
    echo "# no network namespaces here: on loopback"
fi

SERVERS=(root relay1 relay2)
LAB_NODE_KEY=rsa:2048
LAB='' RELAYS=''
LAB_ENDPOINTS=("${RELAYS_ENDPOINTS[@]:-${LAB_ENDPOINTS[@]}}")
trap relays_close EXIT
trap 'exit 1' INT TERM HUP

# relays_make [KEY=VALUE...]: of all three; in $RELAYS, if the caller has opened it already.
relays_make() {
    { [ -n "${RELAYS:-}" ] || relays_open; } &&
        relays_server root "" "$@" && relays_server relay1 root "$@" && relays_server relay2 relay1 "$@" &&
        relays_node n0 root && relays_node n1 relay1 && relays_node n2 relay2 && relays_publish && relays_start_all
}

relays_start_all() {
    local server
    for server in "${SERVERS[@]}"; do
        relays_start "$server" || return
    done
}

# query SQL: of root's database.
query() {
    relays_in root lab_psql -At -c "$1"
}

runs_of() { # NODE
    query "SELECT count(*) FROM ReportsExecution WHERE nodeId = '$1'"
}

has_runs() { # NODE COUNT, for lab_wait_for
    [ "$(runs_of "$1")" = "$2" ]
}

# send_run NODE SERVER SECONDS: a signed run that began then, uploaded there; sets $RUN, its file name, and $STATUS.
send_run() {
    mkdir -p "$RELAYS/made"
    RUN=$(lab_run_file "$RELAYS/made" "$1" "$(lab_start_time "$3")") || return
    STATUS=$(relays_in "$2" lab_put "$RUN" "reports/$(basename "$RUN")")
    RUN=$(basename "$RUN")
}

queue_id() { # NAME: as the protocol says
    printf '%s' "$1" | sha256sum | cut -c 1-32 | tr a-f A-F
}

# logged SERVER PROGRAM TEXT, for check and lab_wait_for
logged() {
    grep -qF -- "$3" "$RELAYS/servers/$1/log/$2.log"
}

# What waits or failed on a server; a killed upload's temporary file is swept later and is nothing of either.
spool_of() { # SERVER DIRECTORY
    find "$RELAYS/servers/$1/relay/$2" -mindepth 1 ! -name '.*' -printf '%f\n' | LC_ALL=C sort | xargs
}
spool_has() { # SERVER DIRECTORY COUNT, for lab_wait_for
    [ "$(find "$RELAYS/servers/$1/relay/$2" -mindepth 1 ! -name '.*' | wc -l)" = "$3" ]
}
