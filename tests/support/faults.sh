# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# faults: the engine of the fault bench (tests/faults). Every fault meets a whole site: PostgreSQL, httpd, the upload
# program and the forwarder, all real, to which many nodes send signed runs. Sourced from the repository's root.
#
#     faults_open [KEY=VALUE...]   makes the site; KEY=VALUE of relay.conf
#     fault NAME FEED DISTURB      sends all runs by FEED, calls DISTURB meanwhile, waits until nothing waits any more,
#                                  and compares what was acknowledged with what is stored; a line of the table
#     fault_skip NAME WHY
#     faults_done
#
# FEED is feed_spool (a run is acknowledged when it was renamed into incoming) or feed_put (when a PUT was answered 201
# or 204; what was not is sent again, as agents do). DISTURB says with $ASIDE how many files are to be set aside in
# failed/. It may wait for the runs' progress, in per cent of all:
#
#     until_sent PERCENT           waits until so many are acknowledged
#     until_gone PERCENT           waits until so many have left incoming
#     $BELOW                       the spool of a relay below that sends to the site, whose files count, too
#     while_below PERCENT COMMAND...   the command over and over until so many have left, for a minute at most
#
# LAB_STORAGE=compact: in compact storage, where $ROWS is the table with a row for each run; in plain storage it is
# RudderSysEvents. $EVENTS is the table RudderSysEvents itself.
#
# RUNS: how many runs each fault meets; the full bench is RUNS=20000. Every test that sources this is a theme; `fault`
# prints lines that begin with "#|", which ./run-tests shows.
. tests/support/tap.sh
. lab/lab.sh
. lab/postgres.sh
. lab/relay.sh
. lab/httpd.sh

RUNS=${RUNS:-2000}
ROWS=RudderSysEvents EVENTS=RudderSysEvents
[ "${LAB_STORAGE:-plain}" = plain ] || ROWS=rudder_relay.run EVENTS=rudder_relay.RudderSysEvents
FAULTS_NODES=$((RUNS < 20000 ? (RUNS + 19) / 20 : 1000))
FAULTS_REPORTS=4
FAULTS_STILL=${FAULTS_STILL:-180} # seconds without any progress after which the rest counts as lost
FAULTS_RATE=4000                  # runs a second, at the most

# A mount namespace of its own, so that what a fault mounts goes with it.
if [ "$(id -u)" = 0 ] && [ -z "${FAULTS_MOUNTS:-}" ] && unshare --mount true 2>/dev/null; then
    FAULTS_MOUNTS=yes exec unshare --mount -- "$BASH" "tests/faults/${0##*/}" "$@"
fi

faults_open() {
    FAULTS_SETTINGS=("$@")
    trap faults_close EXIT
    trap 'exit 1' INT TERM HUP
    lab_open && lab_relay_layout && lab_postgres_start && faults_runs "$LAB/made" "$FAULTS_NODES" "$RUNS" 0 &&
        faults_configure || exit
    INCOMING=$LAB/relay/reports/incoming
    FAILED=$LAB/relay/reports/failed
    faults_nodes made
    lab_index >/dev/null && lab_httpd_start && lab_endpoint_hold upload 4 && faults_forwarder_start || exit
    printf '#| %-56s %6s %6s %6s %5s %7s %6s %7s\n' "${0##*/}" sent ackn. stored lost doubled aside seconds
}

# The standard streams of what runs in the background may hold a pipe open.
faults_close() {
    faults_feeder_end
    lab_close
}

faults_done() {
    done_testing
}

# faults_configure [KEY=VALUE...]: in addition to the theme's own settings. The upload limits of one node and of the
# disk are not what most faults are about.
# shellcheck disable=SC2120 # themes give some
faults_configure() {
    lab_relay_config 'upload.min_free_space="0"' 'processing.reporting.unknown_node_grace="5min"' \
        ${FAULTS_SETTINGS[@]+"${FAULTS_SETTINGS[@]}"} "$@"
}

# faults_runs DIRECTORY NODES RUNS FIRST-NODE
faults_runs() {
    # one of the themes that run at the same time builds them
    flock "${RELAY_BUILD:?is where the build is}" make -s -C "$RELAY_BUILD" tests/bench/{make,feed}_runs \
        >"$LAB/log/bench-programs.log" 2>&1 || return
    "$RELAY_BUILD/tests/bench/make_runs" "$1" "$2" "$3" "$FAULTS_REPORTS" 256 "$4"
}

# faults_nodes SET...: the nodes of these sets of runs become the site's.
faults_nodes() {
    local lib=$LAB/relay/lib set
    for set; do cat "$LAB/$set/certificates.pem"; done | lab_replace "$lib/nodescerts.pem" 644
    for set; do cat "$LAB/$set/nodeslist.json"; done | jq -s add | lab_replace "$lib/nodeslist.json" 644
}

# ---- programs ----

# Sets FAULTS_FORWARDER=(COMMAND...) in front of it, for a clock of its own, say.
faults_forwarder_start() {
    local program before
    program=$(lab_program rudder-relay-forwarder) || return
    before=$(faults_forwarder_starts)
    lab_start forwarder env ${FAULTS_FORWARDER[@]+"${FAULTS_FORWARDER[@]}"} "$program" -c "$LAB_CONFIG" &&
        lab_wait_for 60 faults_forwarder_up "$before"
}
faults_forwarder_starts() {
    cat "$LAB/log/forwarder.log" 2>/dev/null | grep -c 'started workers='
}
faults_forwarder_up() {
    [ "$(faults_forwarder_starts)" -gt "$1" ]
}

# As systemd does, whatever the fault left: everything runs again.
faults_all_up() {
    lab_running postgres || faults_postgres_again
    lab_running upload || lab_endpoint_hold upload 4
    lab_running httpd || lab_httpd_start
    lab_running forwarder || faults_forwarder_start
}

# After a kill -9 the last sessions must have ended before PostgreSQL can start.
faults_postgres_again() {
    lab_wait_for 120 lab_postgres_start 2>/dev/null
}

# signal SIGNAL <PIDS
signal() {
    xargs -r kill -s "$1"
}

# all_of PART: it and its children of all generations.
all_of() {
    lab_family "$1"
}

# ---- the runs' way ----

feed_spool() {
    cp -rl "$LAB/made/runs" "$LAB/stage" && "$RELAY_BUILD/tests/bench/feed_runs" "$LAB/stage" "$INCOMING" $FAULTS_RATE \
        >>"$LAB/acknowledged"
}

# faults_put DIRECTORY <NAMES: uploads these files of it by one curl, prints the names of those that were taken.
faults_put() {
    local uploads
    uploads=$(mktemp "$LAB/uploads.XXXXXX") || return
    sed "s|.*|url = \"$LAB_HTTPS_URL/reports/&\"\nupload-file = \"$1/&\"\noutput = /dev/null|" >"$uploads"
    lab_curl --parallel --parallel-max 8 --connect-timeout 5 --max-time 60 --config "$uploads" \
        --write-out '%{http_code} %{url}\n' 2>/dev/null | sed -n 's/^20[14] .*\///p'
    rm -f "$uploads"
}

# Some hundred at a time, so that those that were refused come again soon: behind the others.
feed_put() {
    local file=$LAB/left
    cp "$LAB/sent" "$file"
    while [ -s "$file" ]; do
        head -n 400 "$file" | faults_put "$LAB/made/runs" >"$LAB/round"
        cat "$LAB/round" >>"$LAB/acknowledged"
        [ -s "$LAB/round" ] || sleep 0.5
        awk 'FILENAME == ARGV[1] { taken[$0]; next } FNR > 400 { print; next } !($0 in taken) { again[++count] = $0 }
            END { for (i = 1; i <= count; i++) print again[i] }' "$LAB/round" "$file" >"$file.new"
        mv "$file.new" "$file"
    done
}

faults_feeder_end() {
    [ -z "${FEEDER:-}" ] || { kill "$FEEDER" && wait "$FEEDER"; } 2>/dev/null
    FEEDER=
}

acknowledged() {
    wc -l <"$LAB/acknowledged"
}
# Files that wait, those that are being taken out too.
waiting() {
    find "$INCOMING" ${BELOW:+"$BELOW/incoming"} -mindepth 1 ! -name '.ages-*' ! -name '*.tmp' -printf '\n' \
        2>/dev/null | wc -l
}
set_aside() {
    find "$FAILED" ${BELOW:+"$BELOW/failed"} -mindepth 1 ! -name '.*' ! -name '*.reason' -printf '\n' 2>/dev/null |
        wc -l
}
sent_are() {
    [ "$(acknowledged)" -ge $((RUNS * $1 / 100)) ]
}
# First the one, then the other: what comes in between counts as waiting.
gone_are() {
    local all
    all=$(acknowledged)
    [ $((all - $(waiting))) -ge $((RUNS * $1 / 100)) ]
}
until_sent() {
    lab_wait_for 600 sent_are "$1"
}
until_gone() {
    lab_wait_for 600 gone_are "$1"
}
while_below() {
    local percent=$1 until=$((SECONDS + 60))
    shift
    until gone_are "$percent" || [ $SECONDS -ge $until ]; do
        "$@"
    done
}

# Until everything is sent and nothing waits; false when nothing moves for long.
faults_settle() {
    local state before='' since=$SECONDS
    while :; do
        state="$(acknowledged) $(waiting)"
        [ "$state" != "$before" ] || [ $((SECONDS - since)) -lt "$FAULTS_STILL" ] || return 1
        [ "$state" = "$before" ] || since=$SECONDS
        before=$state
        [ "${state#* }" != 0 ] || kill -0 "$FEEDER" 2>/dev/null || return 0
        sleep 0.1
    done
}

# ---- one fault ----

fault() {
    local name=$1 feed=$2 disturb=$3 begun ended
    [ -z "${ONLY:-}" ] || case $name in *$ONLY*) ;; *) return 1 ;; esac
    faults_reset || { check "$name: the site is well before it" false && return; }
    begun=$SECONDS ASIDE=0
    "$feed" </dev/null >>"$LAB/log/feed.log" 2>&1 &
    FEEDER=$!
    "$disturb" </dev/null >>"$LAB/log/disturb.log" 2>&1
    faults_settle || echo "# $name: $(waiting) files wait, and nothing moves"
    faults_feeder_end
    faults_audit
    ended=$SECONDS
    printf '#| %-56s %6d %6d %6d %5d %7d %6d %7d\n' "$name" "$SENT" "$ACKNOWLEDGED" "$STORED" "$LOST" "$DOUBLED" \
        "$(set_aside)" $((ended - begun))
    check "$name: sent, acknowledged, stored; none lost, doubled, stored unsent; set aside" \
        equal "$SENT $SENT $SENT 0 0 0 $ASIDE" "$SENT $ACKNOWLEDGED $STORED $LOST $DOUBLED $STRANGE $(set_aside)" &&
        return
    faults_tell
    return 1
}

fault_skip() {
    [ -z "${ONLY:-}" ] || case $1 in *$ONLY*) ;; *) return 0 ;; esac
    skip "$1" "$2"
}

faults_reset() {
    rm -rf "$LAB/stage"
    faults_all_up && lab_empty_tables &&
        find "$INCOMING" "$FAILED" -mindepth 1 -delete || return
    : >"$LAB/acknowledged"
    ls "$LAB/made/runs" >"$LAB/sent"
}

# Sets SENT, ACKNOWLEDGED (names), STORED (runs that are there whole and once), LOST (acknowledged, not stored), DOUBLED
# (with a report more than once) and STRANGE (stored and not sent, or not whole).
faults_audit() {
    local list
    for list in sent acknowledged; do
        sed 's/\.log.*//; s/\(.*\)@\(.*\)/\2\t\1/' "$LAB/$list" | sort -u >"$LAB/$list.rows"
    done
    read -r SENT ACKNOWLEDGED STORED LOST DOUBLED STRANGE < <(lab_psql -At -F ' ' <<SQL
CREATE TEMP TABLE sent (node text, start timestamptz);
CREATE TEMP TABLE acknowledged (node text, start timestamptz);
\\copy sent FROM '$LAB/sent.rows'
\\copy acknowledged FROM '$LAB/acknowledged.rows'
CREATE TEMP TABLE stored AS SELECT nodeId AS node, executionTimeStamp AS start,
    count(*) = $FAULTS_REPORTS AND count(DISTINCT reportId) = $FAULTS_REPORTS AND
        (SELECT count(*) FROM ReportsExecution r WHERE r.nodeId = e.nodeId AND date = executionTimeStamp) = 1 AS whole,
    count(*) > count(DISTINCT reportId) AS doubled
    FROM RudderSysEvents e GROUP BY nodeId, executionTimeStamp;
SELECT (SELECT count(*) FROM sent), (SELECT count(*) FROM acknowledged),
    (SELECT count(*) FROM stored WHERE whole),
    (SELECT count(*) FROM acknowledged a WHERE NOT EXISTS (SELECT FROM stored s WHERE s.node = a.node AND s.start = a.start AND whole)),
    (SELECT count(*) FROM stored WHERE doubled),
    (SELECT count(*) FROM stored s WHERE NOT whole OR NOT EXISTS (SELECT FROM sent a WHERE s.node = a.node AND s.start = a.start));
SQL
    )
}

# What a failed fault leaves to be looked at.
faults_tell() {
    {
        find "$FAILED" -name '*.reason' -exec sed -n 's/^reason: //p' {} + | sort | uniq -c | sort -rn | head -n 5
        ls -A "$INCOMING" | head -n 3
        tail -n 3 "$LAB/log/forwarder.log"
        tail -n 3 "$LAB/log/disturb.log" "$LAB/log/feed.log"
    } 2>&1 | sed 's/^/#   /'
}
