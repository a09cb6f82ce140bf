# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# lab: real parts, privately. What ./quickstart, the end-to-end tests and the benchmarks start their PostgreSQL, httpd,
# FastCGI programs and forwarder with. Sourced by bash; nothing happens before lab_open.
#
# A lab is one directory, $LAB: run/ (pid files, sockets), log/, and whatever the parts add (pg/, httpd/, spool/, ...).
# It is made in a place with a short path, since a socket's path may have no more than 107 bytes, and which other users
# (postgres refuses to be root) may enter. Everything listens on 127.0.0.1 or on a socket in the lab, ports are chosen
# free, and processes are ended by their own pid, so that any number of labs stand beside each other.
#
# The parts have files of their own beside this one: lab/postgres.sh, lab/httpd.sh, lab/relay.sh.

# lab_open [DIR]: makes (or takes up again) a lab. Without DIR a new directory that lab_close removes.
lab_open() {
    if [ $# -gt 0 ]; then
        LAB=$1
        mkdir -p "$LAB" || return
    else
        LAB=$(mktemp -d "${TMPDIR:-/tmp}/relay-lab.XXXXXX") || return
    fi
    LAB=$(cd "$LAB" && pwd -P) || return
    # nobody else writes here: what stands in run/ says which processes are ended
    mkdir -p "$LAB/run" "$LAB/log" && chmod 755 "$LAB" "$LAB/run" "$LAB/log"
}

# lab_close: stops what runs, last started first, and removes the directory, but nothing that is mounted in it.
lab_close() {
    [ -n "${LAB:-}" ] || return 0
    lab_stop_all
    rm -rf --one-file-system "$LAB"
    LAB=
}

# lab_as USER COMMAND...: as that user when we are root, else as we are. (setpriv changes no environment but what is
# asked.) Under lab_start the command takes the place of the shell ($LAB_EXEC), so that the pid is its own. $(lab_net)
# is several words or none.
# shellcheck disable=SC2046
lab_as() {
    local user=$1
    shift
    # shellcheck disable=SC2046 # lab_net prints words, or none
    if [ "$(id -u)" = 0 ] && [ "$user" != root ]; then
        ${LAB_EXEC:-} $(lab_net) setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups -- "$@"
    else
        ${LAB_EXEC:-} $(lab_net) "$@"
    fi
}

# What puts a command into the network namespace $LAB_NET, if there is such a thing (lab/relays.sh).
lab_net() {
    [ -z "${LAB_NET:-}" ] || echo "ip netns exec $LAB_NET"
}

# lab_free_port: prints a port on 127.0.0.1 that nobody listens on. Drawn at random from below the ephemeral range, so
# that neither a second test run nor an outgoing connection is likely to take it before its user does.
lab_free_port() {
    local port try
    for try in $(seq 200); do
        port=$((10000 + (RANDOM * 32768 + RANDOM) % 22000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return 0
        fi
    done
    echo "lab: no free port after $try tries" >&2
    return 1
}

# lab_rsa_key FILE: a new RSA key. To make one takes longer than to start most programs. With LAB_RSA_KEYS, a directory,
# keys come from its parent and are made there only where there are too few. What was taken is linked in the directory,
# so no key is taken twice there; other directories beside it may have the same.
lab_rsa_key() {
    local taken=${LAB_RSA_KEYS:-} number=1
    if [ -z "$taken" ]; then
        openssl genrsa -out "$1" 2048 2>/dev/null
        return
    fi
    until [ ! -e "$taken/$number" ] && lab_rsa_key_make "$taken" "$taken/../$number" &&
        ln "$taken/../$number" "$taken/$number" 2>/dev/null; do
        [ -e "$taken/$number" ] || return
        number=$((number + 1))
    done
    cp "$taken/$number" "$1"
}
# Others may make the same one at the same time: then the first one counts.
lab_rsa_key_make() {
    [ ! -e "$2" ] || return 0
    local new=$1/new.$BASHPID
    openssl genrsa -out "$new" 2048 2>/dev/null && ln "$new" "$2" 2>/dev/null
    rm -f "$new"
    [ -e "$2" ]
}

# lab_start NAME COMMAND...: runs it in the background, its output in log/NAME.log, its pid in run/NAME.pid.
# COMMAND must be a program that stays in the foreground and becomes that pid (use exec in scripts; lab_as does).
# With LAB_DETACH set a program gets a session of its own, to outlive the terminal.
lab_start() {
    local name=$1
    shift
    if lab_running "$name"; then
        echo "lab: $name runs already (pid $(cat "$LAB/run/$name.pid"))" >&2
        return 1
    fi
    {
        # not exported: what is started does not see it
        LAB_EXEC=exec
        # the parts of a lab are on this machine, whatever the world beyond is reached by
        unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY
        if [ "$(type -t "$1")" = function ]; then "$@"; else exec $(lab_net) ${LAB_DETACH:+setsid} "$@"; fi
    } </dev/null >>"$LAB/log/$name.log" 2>&1 &
    lab_birth $! >"$LAB/run/$name.birth"
    echo $! >"$LAB/run/$name.pid"
}

# lab_pid NAME: prints the pid, if there is one.
lab_pid() {
    cat "$LAB/run/$1.pid" 2>/dev/null
}

# lab_family NAME: prints its pid and those of its children of all generations.
lab_family() {
    local pid
    pid=$(lab_pid "$1") && echo "$pid" && lab_children "$pid"
}
lab_children() {
    local child
    for child in $(pgrep -P "$1"); do
        echo "$child"
        lab_children "$child"
    done
}

# lab_birth PID: prints when it began (field 22 of stat, the 20th after the name in brackets). Nothing for a process
# that has ended and was not waited for: where pid 1 waits for nobody, as in many containers, it stays.
lab_birth() {
    local stat
    read -r stat 2>/dev/null <"/proc/$1/stat" && read -ra stat <<<"${stat##*)}" && [ "${stat[0]}" != Z ] &&
        echo "${stat[19]}"
}

# A pid alone may have become somebody else's, after a reboot say.
lab_running() {
    local pid birth
    pid=$(lab_pid "$1") && [ -n "$pid" ] && birth=$(lab_birth "$pid") &&
        [ "$birth" = "$(cat "$LAB/run/$1.birth" 2>/dev/null)" ]
}

# lab_stop NAME [SIGNAL [SECONDS]]: signals it (with what is in run/NAME.signal, else TERM), waits for its end (30 s),
# then kills it. True if it ended by itself.
lab_stop() {
    local name=$1 signal=${2:-} seconds=${3:-30} pid
    pid=$(lab_pid "$name") || return 0
    [ -n "$signal" ] || signal=$(cat "$LAB/run/$name.signal" 2>/dev/null) || signal=TERM
    if ! lab_running "$name"; then
        wait "$pid" 2>/dev/null
        rm -f "$LAB/run/$name.pid"
        return 0
    fi
    kill -s "$signal" "$pid" 2>/dev/null
    lab_wait_for "$seconds" lab_gone "$pid"
    local ended=$?
    if [ $ended != 0 ]; then
        echo "lab: $name (pid $pid) did not end within $seconds s of $signal" >&2
        kill -KILL "$pid" 2>/dev/null
        lab_wait_for 5 lab_gone "$pid"
    fi
    wait "$pid" 2>/dev/null
    rm -f "$LAB/run/$name.pid"
    return $ended
}

lab_gone() {
    [ -z "$(lab_birth "$1")" ]
}

lab_stop_all() {
    local file
    # newest first: what was started last may need what was started before
    while IFS= read -r file; do
        [ -n "$file" ] && lab_stop "$(basename "$file" .pid)"
    done < <(ls -t "$LAB"/run/*.pid 2>/dev/null)
    return 0
}

# lab_wait_for SECONDS COMMAND...: until the command succeeds; false when time is up.
lab_wait_for() {
    local until=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
    shift
    while ! "$@"; do
        [ "${EPOCHREALTIME/[.,]/}" -lt "$until" ] || return 1
        sleep 0.02
    done
}
