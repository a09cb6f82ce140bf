# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# agent-order: the run of one order of the hub, and what the hub is told of it. In $listen_run, $listen_directory/run:
#     order      its ticket, and whether the hub wants the output
#     lock       the process that runs the command holds it (flock) from before it exists, and with it dies
#     pid        of that process, which leads a session of its own: a signal to its group reaches the whole run
#     output     what the command prints, if the hub wants it
#     status     its exit status, when it has ended
# All that is needed to tell the end stands there. So the process that listens may be killed: the one that follows it
# finds the run, goes on sending its output, or tells that it never began. When it is asked to end (TERM), it ends the
# run first.

order_piece_max=262144 # bytes: what the hub takes at once
order_send_max=60      # seconds for a piece
order_patience=300     # seconds that the end is tried to be sent without success
order_steps_back_max=9 # how often the hub may say that it has less
order_grace=10         # seconds from TERM to KILL

# order_say WHAT: to who operates the node, and if it wants the output to the hub.
order_say() {
    say "order $order_ticket $1"
    [ "$order_output" = no ] || echo "rudder-relay-agent: the order $1" >>"$listen_run/output"
}

# ---- its beginning ----

order_prepare() {
    rm -rf "$listen_run" && mkdir "$listen_run" && : >"$listen_run/output" &&
        echo "$order_ticket $order_output" >"$listen_run/order"
}

# The conditions are one argument of a program; no shell reads them.
order_begin() {
    set -f
    # shellcheck disable=SC2086 # a word each
    set -- $conf_listen_command ${order_conditions:+-D "$order_conditions"}
    set +f
    say "order $order_ticket is run: $*"
    exec 8>>"$listen_run/lock"
    flock -n 8
    order_process "$@" &
    exec 8>&-
}

# It stays until the command has ended, and notes how.
order_process() {
    exec 9>&-
    if [ "$order_output" = yes ]; then exec >>"$listen_run/output"; else exec >/dev/null; fi
    umask "$caller_umask"
    # shellcheck disable=SC2016 # that shell expands it
    exec setsid sh -c 'run=$1
        shift
        trap : HUP INT TERM
        (umask 077 && echo $$ >"$run/pid") || exit
        "$@" 8>&-
        status=$?
        (umask 077 && echo $status >"$run/status.new") && mv "$run/status.new" "$run/status"' \
        rudder-relay-agent "$listen_run" "$@" </dev/null 2>&1 8>&8
}

# order_resume: what a process that listened before has left.
order_resume() {
    order_ticket='' order_output='' order_begun=no
    [ -e "$listen_run" ] || return 0
    read -r order_ticket order_output 2>/dev/null <"$listen_run/order"
    if ! order_is_over; then
        say "order $order_ticket: its run goes on, begun by a process that listened before"
    elif ! listen_is_ticket "$order_ticket" || listen_is_new "$order_ticket"; then
        order_forget # was never begun, and comes again
        return
    elif [ -e "$listen_run/pid" ]; then
        say "order $order_ticket: its end was not sent yet"
    else
        order_say "was not run: the process that listened was ended when it came"
    fi
    order_follow
}

order_forget() {
    rm -rf "$listen_run"
    order_begun=no
}

# ---- its end ----

# (It notes its status before it lets go of the lock.)
order_is_over() {
    [ -e "$listen_run/status" ] || flock -n "$listen_run/lock" true 2>/dev/null
}

# order_status: sets $order_end: 125 for what did not begin, 137 for what was killed and could not say.
order_status() {
    order_end=125
    [ ! -e "$listen_run/pid" ] || order_end=137
    read -r order_end 2>/dev/null <"$listen_run/status"
    say "order $order_ticket has ended with exit status $order_end"
}

# order_follow: until it has ended and the hub knows. A piece of its output a second, but for the last.
order_follow() {
    order_begun=yes order_sent=0 order_wanted=$order_output order_end='' order_done=no
    order_tries=0 order_pause=0 order_waited=0 order_steps_back=0
    until order_is_over; do
        order_second
        if [ "$order_pause" -gt 0 ]; then
            order_pause=$((order_pause - 1))
        elif [ "$order_wanted" = yes ]; then
            order_send
        fi
    done
    order_status
    order_waited=0
    order_send
    until [ $order_done = yes ]; do
        listen_pause $((order_pause + 1))
        order_waited=$((order_waited + order_pause + 1))
        order_send
    done
    order_forget
}

# A second, or less if it ends.
order_second() {
    turns=5
    until [ $turns = 0 ] || [ -e "$listen_run/status" ]; do
        listen_pause 0.2
        turns=$((turns - 1))
    done
}

# order_interrupted: this process is to end, and the run with it. The hub is told, if it listens.
order_interrupted() {
    [ "${order_begun:-no}" = yes ] || return 0
    exec 8>&-
    order_is_over || {
        say "order $order_ticket: its run is ended"
        order_kill TERM || order_kill KILL
    }
    order_status
    order_send_max=5 order_done=no order_sent=${order_sent:-0} order_wanted=${order_wanted:-$order_output}
    order_send
    [ $order_done = no ] || order_forget
}

# order_kill SIGNAL: once, to the whole run, as soon as it has a pid. True when it has ended within the grace. What is
# left of it then is killed: a shell that blocks TERM while it starts a process leaves one that had none.
order_kill() {
    signal=$1 pid='' turns=$((order_grace * 5))
    until order_is_over; do
        [ $turns -gt 0 ] || return
        [ -n "$signal" ] && read -r pid 2>/dev/null <"$listen_run/pid" && kill -s "$signal" -- "-$pid" && signal=''
        listen_pause 0.2
        turns=$((turns - 1))
    done
    [ -z "$pid" ] || kill -s KILL -- "-$pid" 2>/dev/null || :
}

# ---- what the hub is told ----

# order_send: the piece of the output that the hub has not had, and with the last one the end. Sets $order_done when
# there is nothing left to be told; $order_pause, for how many seconds the hub is to be left in peace.
order_send() {
    order_piece || return 0
    listen_request order_options
    case $upload_status in
    2[0-9][0-9])
        order_sent=$((order_sent + order_size)) order_tries=0 order_pause=0 order_waited=0
        [ -z "$order_last" ] || order_done=yes
        ;;
    409) order_go_on ;;
    410)
        say "order $order_ticket: nobody waits for its output any more"
        order_give_up
        ;;
    408 | 429 | 5[0-9][0-9] | '' | 000) order_retry ;;
    *)
        listen_explain
        say "order $order_ticket: the hub takes nothing of it: $listen_failed"
        order_give_up
        ;;
    esac
}

# order_go_on: the hub has less than we thought, and says how much.
order_go_on() {
    offset=$(sed -nE 's/^offset = (0|[1-9][0-9]{0,14})$/\1/p' "$scratch/answer" 2>/dev/null | head -n 1)
    order_steps_back=$((order_steps_back + 1))
    if [ -n "$offset" ] && [ "$offset" -lt "$order_sent" ] && [ $order_steps_back -le $order_steps_back_max ]; then
        order_sent=$offset
    else
        say "order $order_ticket: the hub wants to have its output from where it cannot be (409 $upload_answer)"
        order_give_up
    fi
}

# No more of its output is sent; the end is, unless that is what was not taken.
order_give_up() {
    order_wanted=no order_pause=0
    [ -z "$order_last" ] || order_done=yes
}

# Said once: a hub whose client is slow sends us away every second.
order_retry() {
    order_tries=$((order_tries + 1))
    listen_explain
    listen_back_off $order_tries
    order_pause=${listen_delay%.*}
    [ $order_tries -gt 1 ] || say "order $order_ticket: $listen_failed; tries again"
    [ -z "$order_end" ] || [ "$order_waited" -lt $order_patience ] || {
        say "order $order_ticket: its end is not told: $listen_failed"
        order_give_up
    }
}

# order_piece: sets $order_size, and $order_last if the end is told with it. False when there is nothing to be told.
order_piece() {
    if [ "$order_wanted" = yes ]; then
        tail -c "+$((order_sent + 1))" "$listen_run/output" | head -c $order_piece_max >"$listen_run/piece"
    else
        : >"$listen_run/piece"
    fi
    order_size=$(($(wc -c <"$listen_run/piece")))
    order_last=$order_end
    [ "$order_size" -lt $order_piece_max ] || order_last=
    [ "$order_size" -gt 0 ] || [ -n "$order_last" ]
}

order_options() {
    listen_options "output/$conf_node_id/$order_ticket?offset=$order_sent${order_last:+&end=$order_last}" \
        $order_send_max
    upload_option upload-file "$listen_run/piece"
    upload_option header "Expect:"
}
