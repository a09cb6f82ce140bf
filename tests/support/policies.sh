# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# policies: a lab for the tests of policies: httpd, rudder-relay-policies, and nodes. Sourced from the repository's root
# after tap.sh.
#
#     policies_open [KEY=VALUE...]       of relay.conf; nodes root, relay, node, other. POLICIES_NETWORKS: the networks
#                                        of the nodes, as httpd is told
#     policies_write NODE NUMBER         that node's policies, every file of which says the number
#     policies_get PATH [ARGS...]        prints the status; the answer is in $LAB/body and $LAB/head
#     policies_as ID PATH [ARGS...]      the same with that node's certificate
. lab/lab.sh
. lab/relay.sh
. lab/httpd.sh

export LAB_NODE_KEY=ec LAB_LOGIN=none
SHARE=

policies_open() {
    trap lab_close EXIT
    lab_open && lab_relay_layout && lab_relay_config "$@" || exit
    lab_node_new root server root && lab_node_new relay relay root && lab_node_new node node relay &&
        lab_node_new other other relay && lab_index >/dev/null || exit
    [ -z "${POLICIES_NETWORKS:-}" ] || { mkdir -p "$LAB/httpd" &&
        echo "$POLICIES_NETWORKS" >"$LAB/httpd/networks.conf"; }
    lab_httpd_start && lab_endpoint_start policies 2 || exit
    SHARE=$LAB/relay/share
}

policies_write() {
    local directory=$SHARE/$1/rules/cfengine-community number=$2
    mkdir -p "$directory/common/1.0"
    policies_say "$number" "$directory"/{promises.cf,common/run.sh} \
        "$directory"/common/1.0/{a.cf,b.cf,"café au lait.cf"}
    chmod 750 "$directory/common/run.sh"
    ln -sfn 1.0 "$directory/common/current"
}

policies_say() {
    local number=$1 file
    shift
    for file; do
        echo "# generation $number" >"$file"
        sleep "${PACE:-0}"
    done
}

policies_get() {
    local path=$1
    shift
    rm -f "$LAB/body" "$LAB/head"
    lab_curl --path-as-is --globoff --output "$LAB/body" --dump-header "$LAB/head" --write-out '%{http_code}\n' "$@" \
        "$LAB_HTTPS_URL/$path"
}

policies_as() {
    local id=$1
    shift
    policies_get "$@" --cert "$LAB/nodes/$id.cert" --key "$LAB/nodes/$id.key"
}

# policies_head NAME: prints the value of that header of the last answer.
policies_head() {
    tr -d '\r' <"$LAB/head" | sed -n "s/^$1: //Ip"
}
