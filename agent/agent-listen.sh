# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# agent-listen: holds a request open at the hub of the policy server, whose answer is an order: run now. It works from
# behind NAT and firewalls, since the node makes the connection. In $conf_queue/listen:
#     lock           the process that listens holds it (flock)
#     ticket-HUB     the highest ticket of that hub whose run has begun
#     run/           the order at hand, until the hub knows its end (agent-order.sh)
#     work.PID/      of the process that listens
# A ticket is on disk before its run begins, and one that is not above it is refused: no order is run twice, whatever is
# killed when. An order that is refused, or was not written down, is offered again by the hub until it expires.
# What fails (network, a refusal, an answer that is none) is said, and is tried again after a random time, so that nodes
# that lost their server together do not come back together.

listen_answer_max=196608  # bytes; conditions are 128 KiB at most
listen_wait_max=330       # seconds; the hub lets go after 300
listen_wait_least=5       # seconds; a 204 before means that something is wrong, or another process waits as this node
listen_keepalive=10       # seconds; Linux takes a connection for lost after nine more of them
listen_delay_max=300      # seconds

agent_listen() {
    listen_open || return 1
    if ! flock -n 9; then
        [ "$once" = no ] || return 0 # from cron: the one before is not over
        say "another process listens, with $listen_directory"
        return 1
    fi
    # nobody else writes there now
    listen_scratch && listen_ticket_read || return
    listen_code=$(listen_fingerprint)
    say "listens to $conf_hub:$conf_hub_port as $conf_node_id"
    order_resume
    listen_failures=0
    while :; do
        if listen_wait; then
            [ $listen_failures = 0 ] || say "$conf_hub:$conf_hub_port answers again"
            listen_failures=0
            [ "$once" = no ] || return 0
        else
            listen_failures=$((listen_failures + 1))
            listen_back_off $listen_failures
            say "$listen_failed; tries again in $listen_delay s"
            listen_pause "$listen_delay"
        fi
        [ "$(listen_fingerprint)" = "$listen_code" ] || {
            say "the program or $config_file is another now: ends, to be started anew"
            return 0
        }
    done
}

# listen_interrupted: by a signal.
listen_interrupted() {
    say "listens no more: ended by a signal"
    [ -z "${listen_child:-}" ] || kill "$listen_child" 2>/dev/null
    order_interrupted
}

listen_open() {
    listen_directory=$conf_queue/listen
    (umask 077 && mkdir -p "$listen_directory" && : >>"$listen_directory/lock") || {
        say "the directory $listen_directory cannot be made or used by $(id -un)"
        return 1
    }
    exec 9>>"$listen_directory/lock"
    listen_run=$listen_directory/run
    listen_ticket_file="$listen_directory/ticket-$conf_hub:$conf_hub_port"
}

# listen_scratch: sets $scratch. Its name is another than that of a process that was killed: whose curl may still write.
listen_scratch() {
    rm -rf "$listen_directory"/work.*
    mkdir "$listen_directory/work.$$" && scratch=$listen_directory/work.$$
}

# Of all that this process was made of.
listen_fingerprint() {
    cat "$config_file" "$0" "$library"/agent-*.sh 2>/dev/null | cksum
}

# ---- tickets ----

listen_is_ticket() {
    case $1 in
    *[!0-9]*) return 1 ;;
    ????????????????????) ;;
    *) return 1 ;;
    esac
}

listen_ticket_read() {
    listen_ticket=0
    [ -e "$listen_ticket_file" ] || return 0
    IFS= read -r listen_ticket <"$listen_ticket_file"
    listen_is_ticket "$listen_ticket" || {
        say "there is no ticket in $listen_ticket_file: begins with the first that comes"
        listen_ticket=0
    }
}

listen_ticket_write() {
    printf '%s\n' "$1" >"$listen_ticket_file.new" && to_disk "$listen_ticket_file.new" &&
        mv -f "$listen_ticket_file.new" "$listen_ticket_file" && to_disk "$listen_directory" && listen_ticket=$1
}

# Twenty digits are beyond any shell's integers; x makes it a comparison of text.
listen_is_new() {
    LC_ALL=C expr "x$1" \> "x$listen_ticket" >/dev/null
}

# ---- requests ----

# listen_wait: one request. False, with $listen_failed, if the hub did not answer as it should.
listen_wait() {
    listen_request listen_wait_options
    case $upload_status in
    200) listen_take ;;
    204)
        [ "${listen_seconds:-0}" -ge $listen_wait_least ] || {
            listen_failed="$conf_hub:$conf_hub_port let go at once: does another machine listen as $conf_node_id?"
            return 1
        }
        ;;
    *) listen_explain ;;
    esac
}

# listen_request OPTIONS [ARGUMENT...]: what that function prints is the request. Sets $upload_status, $upload_answer
# and $listen_seconds, how long it took; the answer is in $scratch. curl is in the background, because a shell that
# waits for a program in the foreground does not hear signals.
listen_request() {
    rm -f "$scratch"/*
    : >"$scratch/answer"
    "$@" | listen_curl &
    upload_status='' listen_seconds=''
    # whatever the status, an answer that did not come whole is none
    listen_await $! && IFS=' .,' read -r upload_status listen_seconds _ <"$scratch/status"
    upload_answer=$(cat "$scratch/said" "$scratch/answer" 2>/dev/null | head -c 4096 | upload_one_line)
}

# An old curl knows the size of an answer only if the server tells it.
listen_curl() {
    ulimit -f $((listen_answer_max / 512 + 16))
    exec curl -q --config - >"$scratch/status" 2>"$scratch/said" 9>&-
}

listen_await() {
    listen_child=$1
    wait "$listen_child" 2>/dev/null
    set -- $?
    listen_child=
    return "$1"
}

# listen_pause SECONDS: or whole ones, where sleep knows no fractions.
listen_pause() {
    sleep "$1" 2>/dev/null 9>&- &
    listen_await $! || {
        sleep $((${1%.*} + 1)) 9>&- &
        listen_await $!
    }
}

# listen_options PATH SECONDS
listen_options() {
    upload_options_to "$conf_hub:$conf_hub_port/rudder/relay-api/1/$1"
    upload_option max-time "$2"
    upload_option keepalive-time $listen_keepalive
    upload_option write-out '%{http_code} %{time_total}\n'
    upload_option max-filesize $listen_answer_max
    upload_option output "$scratch/answer"
    upload_option dump-header "$scratch/headers"
    upload_option_certificate
}

listen_wait_options() {
    listen_options "wait/$conf_node_id?after=$listen_ticket" $listen_wait_max
}

# listen_explain: false, with $listen_failed.
listen_explain() {
    upload_explain "$conf_hub:$conf_hub_port"
    listen_failed=$upload_reason
    case $upload_status in
    403) listen_failed="$conf_hub:$conf_hub_port does not accept this node (403): $upload_answer" ;;
    404) listen_failed="$conf_hub:$conf_hub_port has nothing to wait for (404): \
is hub.enabled true there, and $conf_node_id accepted?" ;;
    503) listen_failed="$conf_hub:$conf_hub_port cannot take this node now (503): $upload_answer" ;;
    esac
    return 1
}

# ---- the time until the next try ----

# listen_back_off FAILURES: sets $listen_delay: 1 to 10 s, then up to twice as much each time; what the server asks for,
# and up to a quarter more.
listen_back_off() {
    listen_most=10
    while [ "$1" -gt 1 ] && [ $listen_most -lt $listen_delay_max ]; do
        listen_most=$((listen_most * 2))
        set -- $(($1 - 1))
    done
    [ $listen_most -le $listen_delay_max ] || listen_most=$listen_delay_max
    listen_retry_after
    if [ "$retry_after" -gt 0 ]; then
        listen_random $((retry_after * 100)) $((retry_after * 125))
    else
        listen_random 100 $((listen_most * 100))
    fi
    listen_delay=$((random / 100)).$((random / 10 % 10))$((random % 10))
}

# listen_retry_after: sets $retry_after: 0 for none, and no more than the longest delay of ours.
listen_retry_after() {
    retry_after=$(upload_header "$scratch/headers" '[Rr][Ee][Tt][Rr][Yy]-[Aa][Ff][Tt][Ee][Rr]' 2>/dev/null)
    case $retry_after in
    '' | *[!0-9]* | 0*) retry_after=0 ;;
    ????*) retry_after=$listen_delay_max ;;
    esac
    [ "$retry_after" -le $listen_delay_max ] || retry_after=$listen_delay_max
}

# listen_random LOW HIGH: sets $random, one of those numbers. (Within 32 bits.)
listen_random() {
    random=$(od -An -N2 -tu2 /dev/urandom | tr -d ' \n')
    random=$(($1 + ${random:-0} * ($2 - $1) / 65535))
}

# ---- the answer ----

# listen_take: the order in $scratch/answer. False, with $listen_failed, if it is not run.
listen_take() {
    listen_read "$scratch/answer" || {
        listen_failed="an order of $conf_hub:$conf_hub_port is not run: $listen_bad"
        return 1
    }
    order_prepare && listen_ticket_write "$order_ticket" || {
        listen_failed="order $order_ticket is not run: it could not be written to $listen_directory"
        return 1
    }
    order_begun=yes
    if [ "$order_seconds" -eq 0 ]; then
        order_say "is not run: it came too late"
    else
        order_begin
    fi
    order_follow
}

# listen_read FILE: sets order_ticket, order_conditions, order_seconds, order_output. False, with $listen_bad. Blanks
# are squeezed first: taking them off one by one, as for agent.conf, would take ages if there are very many.
listen_read() {
    order_ticket='' order_conditions='' order_seconds='' order_output=''
    listen_bad='' listen_seen=' '
    [ "$(wc -c <"$1")" -le $listen_answer_max ] || listen_bad="it is too long"
    [ "$(LC_ALL=C tr -d '\n -~' <"$1" | wc -c)" -eq 0 ] || listen_bad="there are bytes in it that are no printable text"
    [ -z "$listen_bad" ] || return 1
    tr -s ' ' <"$1" >"$1.squeezed"
    while [ -z "$listen_bad" ] && { IFS= read -r line || [ -n "$line" ]; }; do
        listen_read_line "$line"
    done <"$1.squeezed"
    [ -z "$listen_bad" ] && listen_check
}

# A key that is not known is passed over, so that a hub may say more one day.
listen_read_line() {
    case $1 in '' | ' ') return ;; esac
    config_split "$1" || {
        listen_bad="a line of it is not of the form \"key = value\""
        return
    }
    case $key in
    ticket) order_ticket=$value ;;
    conditions) order_conditions=$value ;;
    seconds) order_seconds=$value ;;
    output) order_output=$value ;;
    *) return ;;
    esac
    case $listen_seen in
    *" $key "*) listen_bad="it says $key twice" ;;
    esac
    listen_seen="$listen_seen$key "
}

listen_check() {
    case $listen_seen in
    *' conditions '*) ;;
    *) listen_bad="it says no conditions, not even that there are none" ;;
    esac
    case ,$order_conditions, in
    ,,) ;;
    *[!A-Za-z0-9_,]* | *,_* | *,,*) listen_bad="its conditions are not all letters, digits and _" ;;
    esac
    [ ${#order_conditions} -lt 131072 ] || listen_bad="it has too many conditions"
    case $order_seconds in
    '' | *[!0-9]* | ???????*) listen_bad="its seconds are no number below 1000000" ;;
    esac
    case $order_output in
    yes | no) ;;
    *) listen_bad="its output is neither yes nor no" ;;
    esac
    if ! listen_is_ticket "$order_ticket"; then
        listen_bad="its ticket is not 20 digits"
    elif ! listen_is_new "$order_ticket"; then
        listen_bad="its ticket $order_ticket is not above $listen_ticket, which has been run"
    fi
    [ -z "$listen_bad" ]
}
