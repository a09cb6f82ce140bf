# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# lab/endpoints: the FastCGI programs of a lab, each behind spawn-fcgi at $LAB/run/NAME.sock. Sourced by lab/httpd.sh;
# needs lab/lab.sh and lab/relay.sh.
#
#     LAB_ENDPOINTS                       the names of all that there are
#     lab_endpoint_start NAME [WORKERS]   rudder-relay-NAME (default 2 workers)
#     lab_endpoint_stop NAME [SIGNAL]
#     lab_endpoint_hold NAME [WORKERS]    the same, but the socket stays when the program is restarted, as with
#                                         systemd's socket units
#     lab_endpoint_restart NAME           of one that is held: all its workers finish and others start

mapfile -t LAB_ENDPOINTS < <(cd "$LAB_SOURCE/fcgi-apps" && printf '%s\n' */ | tr -d /)

# A single worker runs without a supervisor.
lab_endpoint_start() {
    local name=$1 workers=${2:-2} program before
    program=$(lab_program "rudder-relay-$name") || return
    local command=("$program" -c "$LAB_CONFIG")
    [ "$workers" = 1 ] || command+=(--processes "$workers")
    rm -f "$LAB/run/$name.sock"
    before=$(lab_endpoint_starts "$name")
    lab_start "$name" spawn-fcgi -n -s "$LAB/run/$name.sock" -M 0666 -- "${command[@]}" || return
    lab_wait_for 30 lab_endpoint_listens "$name" "$before" && return 0
    echo "lab: the program rudder-relay-$name does not start:" >&2
    tail -n 5 "$LAB/log/$name.log" >&2
    lab_stop "$name"
    return 1
}

# A shell keeps the listening socket open and starts the program again whenever it has ended.
lab_endpoint_hold() {
    local name=$1 program before
    program=$(lab_program "rudder-relay-$name") || return
    rm -f "$LAB/run/$name.sock" "$LAB/run/$name.child"
    before=$(lab_endpoint_starts "$name")
    # shellcheck disable=SC2016 # it is the inner shell that is to replace these
    lab_start "$name" spawn-fcgi -n -s "$LAB/run/$name.sock" -M 0666 -- /bin/bash -c '
        exec 3<&0
        trap "end=yes; kill \$child" TERM
        until [ -n "${end:-}" ]; do
            "$@" <&3 3<&- &
            child=$!
            echo $child >"$0.new" && mv "$0.new" "$0"
            wait $child || wait $child
        done' "$LAB/run/$name.child" "$program" -c "$LAB_CONFIG" --processes "${2:-2}" || return
    lab_wait_for 30 test -s "$LAB/run/$name.child" && lab_wait_for 30 lab_endpoint_listens "$name" "$before"
}

# Its program may answer before the shell that started it has written down the new pid: both are waited for.
lab_endpoint_restart() {
    local before child
    before=$(lab_endpoint_starts "$1")
    child=$(cat "$LAB/run/$1.child")
    kill -TERM "$child" && lab_wait_for 30 lab_endpoint_is_another "$1" "$child" &&
        lab_wait_for 30 lab_endpoint_listens "$1" "$before"
}

lab_endpoint_is_another() {
    [ "$(cat "$LAB/run/$1.child")" != "$2" ]
}

# The program is there (and not only spawn-fcgi's socket) when it has said so once more than before.
lab_endpoint_listens() {
    lab_running "$1" && [ -S "$LAB/run/$1.sock" ] && [ "$(lab_endpoint_starts "$1")" -gt "${2:-0}" ]
}

lab_endpoint_starts() {
    cat "$LAB/log/$1.log" 2>/dev/null | grep -c "$1: started"
}

# A supervisor cannot pass on a KILL: its workers are killed, too, as systemd would.
lab_endpoint_stop() {
    local name=$1 workers='' ended
    [ "${2:-TERM}" != KILL ] || mapfile -t workers < <(pgrep -P "$(lab_pid "$name")")
    lab_stop "$name" "${2:-TERM}"
    ended=$?
    [ -z "${workers[*]}" ] || kill -KILL "${workers[@]}" 2>/dev/null
    return $ended
}
