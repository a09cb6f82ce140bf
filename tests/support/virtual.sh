# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# virtual: what the end-to-end tests of virtual agents share: rudder-relay-virtual and its helper in a lab. Sourced by a
# test, after `cd` to the repository's root.
#     virtual_layout              the directories below $LAB/virtual
#     virtual_settings            prints KEY=VALUE lines for relay.conf, all below $LAB/virtual
#     virtual_start, virtual_stop [SIGNAL]   the daemon
#     virtual_helper_start        the helper, as another user if we are root; virtual_helper_stop [SIGNAL]
#     virtual_node NAME ID LINE...   the file NAME.conf of a node, which lab_node_new has made; by rename
#     virtual_key ID              gives the daemon the key and the certificate of the node
#     virtual_command TEXT        prints `command = [...]` for a shell that runs the text
#     virtual_logs ID             prints the names of its run logs in the spool, the newest last
#     virtual_text FILE           prints what is signed in it, once openssl has verified it
#     virtual_status ID KEY       of status.json, through jq
. lab/lab.sh
. lab/relay.sh

virtual_layout() {
    mkdir -p "$LAB"/virtual/{nodes.d,keys,state,run} && chmod 700 "$LAB/virtual/keys" && chmod 777 "$LAB/virtual/run"
}

virtual_settings() {
    printf '%s\n' "virtual.enabled=true" "virtual.directory=\"$LAB/virtual/nodes.d\"" \
        "virtual.keys_directory=\"$LAB/virtual/keys\"" "virtual.state_directory=\"$LAB/virtual/state\"" \
        "virtual.command_socket=\"$LAB/virtual/run/command.sock\""
}

virtual_start() {
    local program
    program=$(lab_program rudder-relay-virtual) && : >"$LAB/log/virtual.log" &&
        lab_start virtual "$program" -c "$LAB_CONFIG" && lab_wait_for 60 virtual_says " started"
}

virtual_stop() {
    lab_stop virtual "$@"
}

# What it needs to know is in a file that others may read, too.
virtual_helper_start() {
    local program
    sed 's/^\( *password = \).*/\1"none";/' "$LAB_CONFIG" >"$LAB/virtual/helper.conf" && chmod 644 "$LAB/virtual/helper.conf" &&
        program=$(lab_program rudder-relay-virtual-command) && : >"$LAB/log/virtual-command.log" &&
        lab_start virtual-command lab_as nobody "$program" -c "$LAB/virtual/helper.conf" &&
        lab_wait_for 60 grep -qF " started" "$LAB/log/virtual-command.log"
}

virtual_helper_stop() {
    lab_stop virtual-command "$@"
}

virtual_says() { # TEXT, for lab_wait_for
    grep -qF -e "$1" "$LAB/log/virtual.log"
}

virtual_node() {
    local name=$1 id=$2
    shift 2
    printf '%s\n' "node_id = \"$id\";" "$@" | lab_replace "$LAB/virtual/nodes.d/$name.conf" 644
}

virtual_key() {
    cp "$LAB/nodes/$1".{key,cert} "$LAB/virtual/keys/" && chmod 600 "$LAB/virtual/keys/$1.key"
}

virtual_command() {
    printf 'command = [ "/bin/sh", "-c", %s ];' "$(lab_libconfig_text "$1")"
}

virtual_logs() {
    find "$LAB/relay/reports/incoming" -name "*@$1.log.gz" -printf '%f\n' | LC_ALL=C sort
}

virtual_text() {
    gzip -dc "$LAB/relay/reports/incoming/$1" |
        openssl smime -verify -text -noverify -nointern -certfile "$LAB/virtual/keys/$(virtual_id "$1").cert" 2>&1 |
        tr -d '\r'
}

virtual_id() {
    local id=${1#*@}
    echo "${id%.log.gz}"
}

# shellcheck disable=SC2016 # jq's
virtual_status() {
    jq --arg id "$1" ".nodes[] | select(.node == \$id) | .$2" "$LAB/virtual/state/status.json"
}

virtual_has() { # ID COUNT, for lab_wait_for: at least so many run logs
    [ "$(virtual_logs "$1" | wc -l)" -ge "$2" ]
}
