# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# lab/relays: several policy servers: a root and relays below it, each a lab of its own with its own directories, httpd
# and certificate. Needs the other files of lab/.
#
#     relays_open [DIR]                 makes (or takes up again) $RELAYS, the directory of all; without DIR a new one
#     relays_server ID [SERVER [KEY=VALUE...]]   a policy server below SERVER (already made); without SERVER root
#                                       itself. KEY=VALUE as for lab_relay_config
#     relays_node ID SERVER             a node below it
#     relays_move ID SERVER             from now on it is below another
#     relays_publish                    as the policy generation does: each server's list, certificates and index;
#                                       their httpds take them up if they run
#     relays_use ID                     $LAB, $LAB_CONFIG, $LAB_HTTPS_URL and the rest are that server's
#     relays_in ID COMMAND...           the command with these, then back to those of before
#     relays_start ID, relays_stop ID   all programs of a server: relays_programs ID prints their names
#     relays_close                      stops all and removes the directory
#
# Servers speak to each other by addresses 127.0.1.1 (root), 127.0.1.2 ... on one port, since general.https_port is one
# number for the server above and the relays below. With $RELAYS_NET set (to anything) each has a network namespace and
# an address 10.77.0.1, 10.77.0.2 ... of its own, joined by a bridge: relays_cut ID and relays_mend ID pull and plug its
# cable. That needs root, iproute2 and a namespace of the caller's own (unshare --net --mount), see relays_net_possible.

# relays_net_possible: may this process make network namespaces?
relays_net_possible() {
    [ "$(id -u)" = 0 ] && command -v ip >/dev/null && command -v unshare >/dev/null &&
        unshare --net --mount sh -c 'mkdir -p /run/netns && mount -t tmpfs tmpfs /run/netns &&
            ip netns add rudder-relay-trial' 2>/dev/null
}

relays_open() {
    if [ $# -gt 0 ]; then
        RELAYS=$1
        mkdir -p "$RELAYS" || return
    else
        RELAYS=$(mktemp -d "${TMPDIR:-/tmp}/relays.XXXXXX") || return
    fi
    RELAYS=$(cd "$RELAYS" && pwd -P) && chmod 755 "$RELAYS" && mkdir -p "$RELAYS/servers" "$RELAYS/nodes" || return
    [ -s "$RELAYS/port" ] || echo "${LAB_HTTPS_PORT_WANTED:-$(lab_free_port)}" >"$RELAYS/port"
    [ -z "${RELAYS_NET:-}" ] || relays_net_open
}

relays_close() {
    local id
    [ -n "${RELAYS:-}" ] || return 0
    for id in $(relays_servers | sed -n '1!G;h;$p'); do # backwards; tac would want a temporary directory
        relays_use "$id"
        lab_stop_all
    done
    rm -rf "$RELAYS"
    LAB='' RELAYS=''
}

# In the order in which they were made, root first.
relays_servers() {
    cat "$RELAYS/servers/order" 2>/dev/null
}

relays_server() {
    local id=$1 above=${2:-}
    shift $(($# < 2 ? $# : 2))
    if [ ! -d "$RELAYS/servers/$id" ]; then
        mkdir "$RELAYS/servers/$id" && echo "$id" >>"$RELAYS/servers/order" || return
        echo "$above" >"$RELAYS/servers/$id/above"
        relays_address "$(relays_servers | wc -l)" >"$RELAYS/servers/$id/address"
        [ -z "${RELAYS_NET:-}" ] || relays_net_join "$id" || return
    fi
    ln -sfn "$RELAYS/nodes" "$RELAYS/servers/$id/nodes" # one directory for all: who signs does not ask where
    lab_open "$RELAYS/servers/$id" && relays_use "$id" && lab_relay_layout || return
    relays_identity "$id" "$LAB_ADDRESS" "${above:-$id}" || return
    # a relay's httpd shows the certificate that its server pins
    mkdir -p "$LAB/httpd" && echo "Require ip 127.0.0.0/8 10.77.0.0/24" | tee "$LAB/httpd/networks.conf" \
        >"$LAB/httpd/policy-server-networks.conf" && cp "$RELAYS/nodes/$id.cert" "$LAB/httpd/server.crt" &&
        (umask 077 && cp "$RELAYS/nodes/$id.key" "$LAB/httpd/server.key") || return
    printf '%s\n' "$@" >"$RELAYS/servers/$id/settings"
    echo "$LAB_HTTPS_PORT" >"$LAB/httpd/port"
    lab_httpd_secrets
}

relays_address() {
    if [ -n "${RELAYS_NET:-}" ]; then echo "10.77.0.$1"; else echo "127.0.1.$1"; fi
}

# relays_identity ID HOSTNAME SERVER: a key and a certificate, and what the node lists say of it.
relays_identity() {
    local LAB=$RELAYS # the directory nodes/ is one for all
    [ -e "$LAB/nodes/$1.cert" ] || lab_node_key "$1" || return
    printf '%s %s %s %s\n' "$1" "$2" "$3" "$(lab_node_key_hash "$1")" >"$LAB/nodes/$1.node"
}

relays_node() {
    relays_identity "$1" "$1.example" "$2"
}

relays_move() {
    relays_node "$1" "$2"
}

# relays_use ID
relays_use() {
    LAB=$RELAYS/servers/$1
    LAB_ADDRESS=$(cat "$LAB/address") || return
    LAB_CONFIG=$LAB/relay/etc/relay.conf
    LAB_NET=${RELAYS_NET:+relays-$1}
    lab_httpd_names
    LAB_HTTPS_PORT=$(cat "$RELAYS/port")
    LAB_HTTPS_URL=https://$LAB_ADDRESS:$LAB_HTTPS_PORT
    LAB_PG_URL='' LAB_PG_PORT='' LAB_PG_PASSWORD=''
    [ ! -e "$LAB/pg/lab-port" ] || lab_postgres_names
}

relays_in() {
    local before=$LAB result
    relays_use "$1" || return
    shift
    "$@"
    result=$?
    LAB=$before
    [ -z "$LAB" ] || relays_use "${LAB##*/}"
    return $result
}

# relays_below ID: prints the entries of the nodes below that server, at any depth; of root also itself.
relays_below() {
    find "$RELAYS/nodes" -name '*.node' -print0 | LC_ALL=C sort -z | xargs -0r cat | awk -v me="$1" '
        { above[$1] = $3; line[$1] = $0; order[NR] = $1 }
        END {
            for (i = 1; i <= NR; i++) {
                id = order[i]
                levels = 0
                for (at = above[id]; at != me && (at in above) && above[at] != at && levels < 25; at = above[at])
                    levels++
                if (at == me && (id != me || above[id] == id)) print line[id]
            }
        }'
}

relays_publish() {
    local id
    for id in $(relays_servers); do
        relays_in "$id" relays_publish_one "$id" || return
    done
}

relays_publish_one() {
    local lib=$LAB/relay/lib
    relays_below "$1" >"$lib/below"
    awk 'BEGIN { print "{" }
        {
            printf "%s\"%s\": {\"hostname\": \"%s\", \"policy-server\": \"%s\", \"key-hash\": \"sha256:%s\"}\n",
                (NR > 1 ? "," : ""), $1, $2, $3, $4
        }
        END { print "}" }' "$lib/below" | lab_replace "$lib/nodeslist.json" 644
    while read -r id _; do
        cat "$RELAYS/nodes/$id.cert"
    done <"$lib/below" | lab_replace "$lib/nodescerts.pem" 644
    [ ! -e "$LAB_CONFIG" ] || lab_index >/dev/null || return
    ! lab_running httpd || lab_httpd_reload
}

# relays_configure ID: writes relay.conf; root's PostgreSQL and the server above are there by now.
relays_configure() {
    local above settings
    above=$(cat "$RELAYS/servers/$1/above")
    mapfile -t settings <"$RELAYS/servers/$1/settings"
    [ -n "${settings[*]}" ] || settings=()
    local values=("general.node_id=\"$1\"" "general.https_port=$LAB_HTTPS_PORT")
    if [ -n "$above" ]; then
        values+=("processing.reporting.output=\"upstream\"" "processing.inventory.output=\"upstream\""
            "output.upstream.host=\"$(cat "$RELAYS/servers/$above/address")\""
            "output.upstream.password=\"$(cat "$RELAYS/servers/$above/httpd/password")\""
            "output.upstream.server_certificate_file=\"$RELAYS/nodes/$above.cert\"")
    fi
    lab_relay_config "${values[@]}" ${settings[@]+"${settings[@]}"}
}

# relays_programs ID: on a relay as on root, but for the database.
relays_programs() {
    [ -n "$(cat "$RELAYS/servers/$1/above")" ] || echo postgres
    printf '%s\n' "${LAB_ENDPOINTS[@]}" httpd forwarder
}

relays_start() {
    relays_in "$1" relays_start_one "$1"
}

relays_start_one() {
    local endpoint
    [ -n "$(cat "$RELAYS/servers/$1/above")" ] || lab_postgres_start || return
    relays_configure "$1" && lab_index >/dev/null || return
    for endpoint in "${LAB_ENDPOINTS[@]}"; do
        lab_running "$endpoint" || lab_endpoint_start "$endpoint" || return
    done
    lab_httpd_start || return
    lab_running forwarder || lab_forwarder_start
}

relays_stop() {
    relays_in "$1" lab_stop_all
}

# ---- network namespaces ----

relays_net_open() {
    ip link show relays-bridge >/dev/null 2>&1 && return
    mkdir -p /run/netns && mount -t tmpfs tmpfs /run/netns && ip link set lo up &&
        ip link add relays-bridge type bridge && ip addr add 10.77.0.254/24 dev relays-bridge &&
        ip link set relays-bridge up
}

# The bridge's end of the cable is named cable-N.
relays_net_join() {
    local net=relays-$1 address cable
    address=$(cat "$RELAYS/servers/$1/address")
    cable=cable-${address##*.}
    ip netns add "$net" && ip link add "$cable" type veth peer name eth0 netns "$net" &&
        ip link set "$cable" master relays-bridge up && ip -n "$net" link set lo up &&
        ip -n "$net" addr add "$address/24" dev eth0 && ip -n "$net" link set eth0 up
}

relays_cable() {
    local address
    address=$(cat "$RELAYS/servers/$1/address")
    echo "cable-${address##*.}"
}

relays_cut() {
    ip link set "$(relays_cable "$1")" down
}

relays_mend() {
    ip link set "$(relays_cable "$1")" up
}
