# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# hub: what the end-to-end tests of connected mode share: a hub in a lab, and curl in place of agents. Sourced by a test,
# after `cd` to the repository's root.
#     hub_config [KEY=VALUE...]   as lab_relay_config, with a hub at ${HUB_HOST:-127.0.0.1}:$HUB_PORT; hub_start, hub_stop [SIGNAL]
#     hub_curl ID ARGS...         with that node's certificate
#     hub_wait ID AFTER FILE      a waiting node, in the background; its answer is in FILE, its status in FILE.status;
#                                 $! is its pid
#     hub_close                   as lab_close
#     hub_orders ARGS...          POST /orders with curl's ARGS
#     hub_status KEY              a number of GET /status
. lab/lab.sh
. lab/relay.sh

HUB_WAITERS=()

hub_config() {
    HUB_PORT=${HUB_PORT:-$(lab_free_port)}
    mkdir -p "$LAB/hub"
    lab_relay_config "general.httpd_certificate_file=\"$LAB/nodes/root.cert\"" "hub.enabled=true" \
        "hub.address=\"${HUB_HOST:-127.0.0.1}\"" "hub.port=$HUB_PORT" "hub.key_file=\"$LAB/nodes/root.key\"" \
        "hub.socket=\"$LAB/run/hub.sock\"" "hub.orders_directory=\"$LAB/hub/orders\"" \
        "output.upstream.proxy=\"none\"" "$@"
}

hub_start() {
    local program
    program=$(lab_program rudder-relay-hub) && rm -f "$LAB/run/hub.sock" && : >"$LAB/log/hub.log" &&
        lab_start hub "$program" -c "$LAB_CONFIG" && lab_wait_for 60 hub_says "started"
}

hub_stop() {
    lab_stop hub "$@"
}

hub_says() { # TEXT, for lab_wait_for
    grep -qF -e "$1" "$LAB/log/hub.log"
}

# shellcheck disable=SC2120 # the tests give what they need
hub_curl() { # ID CURL-ARGS...
    local id=$1
    shift
    curl --disable --noproxy '*' --silent --show-error --insecure --max-time 120 --cert "$LAB/nodes/$id.cert" \
        --key "$LAB/nodes/$id.key" "$@"
}

hub_url() {
    echo "https://${HUB_HOST:-127.0.0.1}:$HUB_PORT/rudder/relay-api/1/$1"
}

hub_wait() { # ID AFTER FILE [KEY]
    rm -f "$3" "$3.status"
    {
        hub_curl "$1" --output "$3" --write-out '%{http_code}\n' "$(hub_url "wait/${4:-$1}?after=$2")" \
            >"$3.status.new" 2>>"$LAB/log/curl.log"
        mv "$3.status.new" "$3.status"
    } &
    HUB_WAITERS+=("$!")
}

# The directory goes after those that wait have written their last answer, which is that the hub is gone.
hub_close() {
    [ -z "${LAB:-}" ] || lab_stop_all
    [ ${#HUB_WAITERS[@]} = 0 ] || wait "${HUB_WAITERS[@]}" 2>/dev/null
    lab_close
}

# hub_piece ID TICKET QUERY TEXT: prints the status
hub_piece() {
    printf '%s' "$4" >"$LAB/piece.$1"
    hub_curl "$1" --request PUT --data-binary "@$LAB/piece.$1" --header 'Content-Type:' --output "$LAB/answer.$1" \
        --write-out '%{http_code}' "$(hub_url "output/$1/$2?$3")"
}

hub_local() {
    curl --disable --silent --show-error --no-buffer --max-time 120 --unix-socket "$LAB/run/hub.sock" "$@"
}

hub_orders() {
    hub_local "$@" http://hub/orders
}

hub_status() {
    hub_local http://hub/status | jq ".$1"
}

hub_has() { # KEY NUMBER, for lab_wait_for
    [ "$(hub_status "$1")" = "$2" ]
}

hub_answered() { # FILE, for lab_wait_for
    [ -e "$1.status" ]
}

hub_value() { # FILE KEY: of an order
    sed -n "s/^$2 = //p" "$1"
}

# hub_agent ID: waits again and again, and in place of a run says "ID heard CONDITIONS" in two pieces; in between
# it waits as long as there is a file $LAB/hold-ID. For lab_start, which ends it. Each order it got is a line in
# $LAB/heard-ID.
hub_agent() {
    local id=$1 after=0 status file=$LAB/agent-$1 said len
    while :; do
        status=$(hub_curl "$id" --output "$file" --write-out '%{http_code}' "$(hub_url "wait/$id?after=$after")")
        if [ "$status" != 200 ]; then
            sleep 0.2
            continue
        fi
        after=$(hub_value "$file" ticket)
        said="$id heard $(hub_value "$file" conditions)"
        echo "$said" >>"$LAB/heard-$id"
        len=0
        if [ "$(hub_value "$file" output)" = yes ]; then
            hub_piece "$id" "$after" offset=0 "${said::3}" >/dev/null
            len=3
        fi
        while [ -e "$LAB/hold-$id" ]; do sleep 0.05; done
        hub_piece "$id" "$after" "offset=$len&end=0" "${said:$len}" >/dev/null
    done
}
