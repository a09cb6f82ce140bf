# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# uploads: a lab for the tests of uploads: httpd, the upload program, and the nodes root, relay (below root), node and
# other (both below relay). Nothing reads the spool. Sourced from the repository's root after tap.sh.
. lab/lab.sh
. lab/relay.sh
. lab/httpd.sh

export LAB_NODE_KEY=ec
LAB_WORKERS=${LAB_WORKERS:-2}
REPORTS=
INVENTORIES=
UPDATES=

# uploads_open [KEY=VALUE...]: of relay.conf. Ends the test when something does not start. Takes up a lab that is open
# already.
uploads_open() {
    if [ -z "${LAB:-}" ]; then
        trap lab_close EXIT
        lab_open || exit
    fi
    lab_relay_layout && lab_relay_config "upload.min_free_space=0L" "$@" || exit
    lab_node_new root server root && lab_node_new relay relay root && lab_node_new node node relay &&
        lab_node_new other other relay && lab_index >/dev/null || exit
    lab_httpd_start && lab_endpoint_start upload "$LAB_WORKERS" || exit
    REPORTS=$LAB/relay/reports/incoming
    INVENTORIES=$LAB/relay/inventories/incoming
    UPDATES=$LAB/relay/inventories/accepted-nodes-updates
    echo "a run log" >"$LAB/log.txt"
    NAME=2018-08-24T15:55:01+00:00@node.log
}

# put_status PATH [FILE [ARGS...]]: the status of an upload; PATH goes to httpd as it is.
put_status() {
    local path=$1 file=${2:-$LAB/log.txt}
    shift $(($# < 2 ? $# : 2))
    lab_put "$file" "$path" --path-as-is "$@" 2>/dev/null
}

# puts STATUS PATH [FILE [ARGS...]]: for check.
puts() {
    local wanted=$1 status
    shift
    status=$(put_status "$@")
    equal "$wanted" "$status"
}

# refused_body PART PATH [FILE [ARGS...]]: for check; the answer's text holds the part.
refused_body() {
    local part=$1 path=$2 file=${3:-$LAB/log.txt}
    shift $(($# < 3 ? $# : 3))
    contains "$(lab_curl --path-as-is --upload-file "$file" "$@" "$LAB_HTTPS_URL/$path" 2>&1)" "$part"
}

# empty DIRECTORY: no file at all, no temporary one either.
empty() {
    equal "" "$(ls -A "$1")"
}

# entries DIRECTORY: how many, temporary ones too.
entries() {
    find "$1" -mindepth 1 | wc -l
}

# as_node ID: what curl needs to show that node's certificate.
as_node() {
    printf '%s\n' --cert "$LAB/nodes/$1.cert" --key "$LAB/nodes/$1.key"
}

# upload_says TEXT: for check; the program's log has a line with it (it may be written a moment after the answer).
upload_says() {
    lab_wait_for 60 grep -qF -e "$1" "$LAB/log/upload.log" || {
        tail -n 5 "$LAB/log/upload.log"
        return 1
    }
}
