# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# hub_relays: two levels of relays in connected mode, for the end-to-end tests: root has the relay upper, which has
# say-upper and the relay lower, which has say-low and say-idle. Sourced by a test, after `cd` to the repository's root
# and tap.sh.
#     make_servers [KEY=VALUE...]   all three, started; KEY=VALUE as for lab_relay_config
#     agent_of ID SERVER            the node waits there (hub_agent of hub.sh)
#     post, sorted PATH [ARGS...]   remote_post at root's local listener, and its lines sorted
#     waits SERVER COUNT            for lab_wait_for: do so many wait there?
. tests/support/remote_runs.sh
. lab/postgres.sh
. lab/relays.sh
. tests/support/hub.sh
LAB_NODE_KEY=ec

make_servers() {
    relays_open && HUB_PORT=$(lab_free_port) && make_server root "" "$@" && make_server upper root "$@" &&
        make_server lower upper "$@" && relays_node say-upper upper && relays_node say-low lower &&
        relays_node say-idle lower && relays_publish || return
    local id
    for id in root upper lower; do
        relays_in "$id" start_server "$id" || return
    done
}

make_server() { # ID ABOVE [KEY=VALUE...]
    local id=$1 above=$2 keys=()
    shift 2
    # below nothing can be reached by HTTPS: all has to go by connections that were made upwards
    [ -z "$above" ] || keys=("output.upstream.client_certificate_file=\"$RELAYS/nodes/$id.cert\""
        "output.upstream.client_key_file=\"$RELAYS/nodes/$id.key\"" "output.upstream.proxy=\"none\"")
    relays_server "$id" "$above" "remote_run.command=\"$RELAYS/servers/$id/rudder\"" "remote_run.use_sudo=false" \
        "general.httpd_certificate_file=\"$RELAYS/nodes/$id.cert\"" "hub.enabled=true" \
        "hub.key_file=\"$RELAYS/nodes/$id.key\"" "hub.socket=\"$RELAYS/servers/$id/run/hub.sock\"" \
        "hub.orders_directory=\"$RELAYS/servers/$id/orders\"" "hub.port=$HUB_PORT" "hub.upstream_port=$HUB_PORT" \
        "${keys[@]}" "$@"
}

start_server() {
    remote_command_make && configure "$1" && lab_index >/dev/null && lab_endpoint_start remote-run 3 &&
        lab_httpd_start && configure "$1" && hub_start
}

# With httpd's port, once it has one.
configure() {
    LAB_HUB_URL=http://127.0.0.1:${LAB_LOCAL_PORT:-1}/rudder/relay-api/remote-run/nodes
    relays_configure "$1" && sed -i "s|^hub = {|&\n    address = \"$LAB_ADDRESS\"; remote_run_url = \"$LAB_HUB_URL\";|" \
        "$LAB_CONFIG"
}

post() {
    relays_in root remote_post "$@"
}

sorted() {
    post "$@" | sort
}

waits() { # SERVER COUNT
    [ "$(relays_in "$1" hub_status waiting)" = "$2" ]
}

agent_of() { # ID SERVER
    HUB_HOST=$(cat "$RELAYS/servers/$2/address")
    relays_in "$2" lab_start "agent-$1" hub_agent "$1"
}
