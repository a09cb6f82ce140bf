# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# shared_files: what the tests of shared files have in common: nodes that sign files and curl as the stock agent calls
# it. Sourced from the repository's root after tap.sh.
. lab/lab.sh
. lab/relay.sh
. lab/httpd.sh

# signed_lines KEYFILE FILE [sha256|sha512]: the metadata, as an agent makes them.
signed_lines() {
    local key=$1 file=$2 algorithm=${3:-sha512}
    printf '%s\n' header=rudder-signature-v1 "algorithm=$algorithm" \
        "digest=$(openssl dgst "-$algorithm" -sign "$key" "$file" | od -An -v -tx1 | tr -d ' \n')" \
        "hash_value=$(hash_of "$file" "$algorithm")" \
        "short_pubkey=$(openssl rsa -in "$key" -RSAPublicKey_out 2>/dev/null | sed '/^-/d' | tr -d '\n')" \
        "hostname=node.example" "keydate=2018-10-3118:21:43.653257143" "keyid=B29D02BB"
}

hash_of() {
    openssl dgst "-${2:-sha512}" -r "$1" | cut -d' ' -f1
}

# body KEYFILE FILE [ALGORITHM]: metadata, an empty line, the file.
body() {
    signed_lines "$@"
    echo
    cat "$2"
}

# sends URL-REST [ARGS...] <BODY: PUT as the stock agent calls it; prints the status. The answer is in $LAB/answer.
sends() {
    local rest=$1
    shift
    LAB_LOGIN=none lab_curl --path-as-is --request PUT --header 'Content-Type: application/octet-stream' --data-binary \
        @- \
        --output "$LAB/answer" --write-out '%{http_code}' "$@" "$LAB_HTTPS_URL/rudder/relay-api/shared-files/$rest"
}

# heads URL-REST [ARGS...]: HEAD as the stock agent calls it; prints the status.
heads() {
    local rest=$1
    shift
    LAB_LOGIN=none lab_curl --path-as-is --head --output /dev/null --write-out '%{http_code}' "$@" \
        "$LAB_HTTPS_URL/rudder/relay-api/shared-files/$rest"
}

# fetches ID URL-REST FILE [ARGS...]: GET with that node's certificate; prints the status.
fetches() {
    local id=$1 rest=$2 file=$3
    shift 3
    LAB_LOGIN=none lab_curl --path-as-is --cert "$LAB/nodes/$id.cert" --key "$LAB/nodes/$id.key" --output "$file" \
        --write-out '%{http_code}' "$@" "$LAB_HTTPS_URL/rudder/relay-api/shared-files/$rest"
}

# key ID: that node's key file.
key() {
    echo "$LAB/nodes/$1.key"
}

# stored TARGET SOURCE ID: the path of the file.
stored() {
    echo "$LAB/relay/shared-files/$1/files/$2/$3"
}

# no_files: nothing at all is stored but the cleaner's mark and the quota's, temporary files included.
no_files() {
    equal "" "$(find "$LAB/relay/shared-files" -type f ! -name .cleaned ! -name .arrivals)"
}

# says TEXT: for check; the program's log has a line with it (it may be written a moment after the answer).
says() {
    lab_wait_for 60 grep -qF -e "$1" "$LAB/log/shared-files.log" || {
        tail -n 5 "$LAB/log/shared-files.log"
        return 1
    }
}
