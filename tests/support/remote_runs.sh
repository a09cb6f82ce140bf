# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# remote_runs: a lab for the tests of remote-run: httpd, the program behind it, and as remote_run.command a script
# that does what the hosts' names say. Sourced from the repository's root after tap.sh.
#
#     remote_open ID [KEY=VALUE...]   a server of that id: a lab, its httpd, its remote-run. The nodes are made
#                                     beforehand, in remote_nodes, which the test defines.
#     remote_post PATH [ARGS...]      curl's POST to .../remote-run/PATH, the answer's body; remote_status: the status
#                                     instead
#     remote_calls                    the commands that ran, a line each
#
# Hosts: say-X prints X; fail-N ends with status N; wait-F prints "F begun" and then waits for the file F in the lab's
# directory before it prints "F ended"; mute-F waits alike and prints nothing; hang-F prints "F hangs" and ignores TERM
# (its pid is in the file F.pid); flood-N prints N lines of 1000 bytes; daemon-F leaves a daemon behind that keeps the
# output open (pid in F.pid); half prints a line without end.
. lab/lab.sh
. lab/relay.sh
. lab/httpd.sh

export LAB_NODE_KEY=ec
REMOTE_WORKERS=${REMOTE_WORKERS:-3}

remote_open() {
    local id=$1
    shift
    lab_relay_layout && remote_command_make || exit
    lab_relay_config "general.node_id=\"$id\"" "remote_run.command=\"$LAB/rudder\"" "remote_run.use_sudo=false" \
        "$@" || exit
    remote_nodes && lab_index >/dev/null || exit
    lab_endpoint_start remote-run "$REMOTE_WORKERS" && lab_httpd_start || exit
}

remote_command_make() {
    mkdir -p "$LAB/calls" && remote_command >"$LAB/rudder" && chmod 755 "$LAB/rudder"
}

remote_url() {
    echo "$LAB_LOCAL_URL/remote-run/$1"
}

remote_post() {
    local path=$1
    shift
    curl --disable --noproxy '*' --silent --show-error -X POST "$@" "$(remote_url "$path")"
}

remote_status() {
    remote_post "$@" --output /dev/null --write-out '%{http_code}'
}

remote_calls() {
    cat "$LAB/calls/"* 2>/dev/null
}

# remote_says TEXT: for check; the program's log has a line with it.
remote_says() {
    lab_wait_for 60 grep -qF -e "$1" "$LAB/log/remote-run.log" || {
        tail -n 5 "$LAB/log/remote-run.log"
        return 1
    }
}

remote_command() {
    printf '#!/bin/bash\nLAB=%q\n' "$LAB"
    cat <<'END'
printf '%s\n' "$*" >"$LAB/calls/$$"
status=0
for host in ${!#//,/ }; do
    word=${host#*-}
    case $host in
    say-*) echo "$word" ;;
    fail-*) status=$word ;;
    wait-*)
        echo "$word begun"
        until [ -e "$LAB/$word" ]; do sleep 0.02; done
        echo "$word ended"
        ;;
    mute-*) until [ -e "$LAB/$word" ]; do sleep 0.02; done ;;
    hang-*)
        trap '' TERM
        echo $$ >"$LAB/$word.pid"
        echo "$word hangs"
        while :; do sleep 1000; done
        ;;
    flood-*) yes "$(printf '%0999d' 7)" | head -n "$word" ;;
    daemon-*)
        setsid sleep 1000 &
        echo $! >"$LAB/$word.pid"
        ;;
    half) printf 'no line end' ;;
    esac
done
exit "$status"
END
}
