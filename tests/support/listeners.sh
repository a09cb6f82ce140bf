# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# listeners: a lab for the tests of what httpd lets through: both virtual hosts, every FastCGI program of LAB_ENDPOINTS,
# the nodes root, node and other, a certificate that nobody knows but that bears node's name, and three kinds of client
# address. Sourced from the repository's root after tap.sh.
. lab/lab.sh
. lab/relay.sh
. lab/httpd.sh

export LAB_NODE_KEY=ec
LAB_LOGIN=none
declare -A LISTENERS_CLIENT=([nodes]=127.0.0.1 [above]=127.0.0.3 [elsewhere]=127.0.0.2)

# listeners_open [KEY=VALUE...]: in the lab that is open, if one is
listeners_open() {
    local endpoint
    trap lab_close EXIT
    [ -n "${LAB:-}" ] || lab_open || exit
    lab_relay_layout && lab_relay_config "upload.min_free_space=0L" "remote_run.use_sudo=false" \
        "remote_run.command=\"/bin/true\"" "$@" || exit
    lab_node_new root server root && lab_node_new node node root && lab_node_new other other root &&
        lab_index >/dev/null || exit
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /UID=node \
        -keyout "$LAB/nodes/unknown.key" -out "$LAB/unknown.cert" 2>/dev/null && mkdir -p "$LAB/httpd" || exit
    echo "Require ip ${LISTENERS_CLIENT[nodes]}" >"$LAB/httpd/networks.conf"
    echo "Require ip ${LISTENERS_CLIENT[above]}" >"$LAB/httpd/policy-server-networks.conf"
    for endpoint in "${LAB_ENDPOINTS[@]}"; do
        lab_endpoint_start "$endpoint" 1 || exit
    done
    # policy-proxy has something to answer: here no server is above
    [ -n "${LAB_HTTPD_VALUES[*]:-}" ] || LAB_HTTPD_VALUES=(FROM_UPSTREAM=common)
    lab_httpd_start || exit
    PUBLIC=$LAB_HTTPS_URL
    LOCAL=http://127.0.0.1:$LAB_LOCAL_PORT
}

# listeners_as CERTIFICATE [CLIENT]: prints what curl needs to be that client: none, unknown, node, other; nodes, above,
# elsewhere.
listeners_as() {
    local cert=$LAB/nodes/$1.cert
    [ "$1" != unknown ] || cert=$LAB/unknown.cert
    [ "$1" = none ] || printf '%s\n' --cert "$cert" --key "$LAB/nodes/$1.key"
    [ $# -lt 2 ] || printf '%s\n' --interface "${LISTENERS_CLIENT[$2]}"
}

# listeners_status ARGS...: of a request, the path taken as it is. 000 when there was no answer.
listeners_status() {
    lab_curl --path-as-is --globoff --max-time 60 --output "$LAB/body" --write-out '%{http_code}' "$@" 2>"$LAB/curl.err"
}

# listeners_answer ARGS...: prints the body, then the status in brackets.
listeners_answer() {
    local status
    : >"$LAB/body"
    status=$(listeners_status "$@")
    printf '%s [%s]' "$(tr -d '\0' <"$LAB/body")" "$status"
}

listeners_has() { # ENDPOINT: is its program there?
    case " ${LAB_ENDPOINTS[*]} " in *" $1 "*) ;; *) false ;; esac
}
