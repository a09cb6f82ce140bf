# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# authority: certificate authorities for tests, made by openssl: one, another below it, what they sign and revoke. Needs
# lab/lab.sh ($LAB).
#
#     authority_new NAME [ABOVE]             $AUTHORITY/NAME/ca.{crt,key}; ABOVE: the authority that signs it
#     authority_sign NAME FILE SUBJECT [SAN [DAYS]]   makes FILE.key and FILE.cert, with NAME's own certificate behind
#                                            it if that was signed by another, and the others up to the top; SAN as in "DNS:a.example,IP:127.0.0.1";
#                                            DAYS 0: expired yesterday
#     authority_revoke NAME FILE             FILE.cert
#     authority_crl NAME...                  prints their lists of revoked certificates, good for a day

AUTHORITY=${AUTHORITY:-$LAB/authority}

authority_new() {
    local name=$1 above=${2:-} dir=$AUTHORITY/$1
    mkdir -p "$dir/new" && : >"$dir/chain" && : >"$dir/index" && echo 1000 >"$dir/serial" && echo 01 >"$dir/crlnumber" || return
    cat >"$dir/conf" <<EOF
[ca]
default_ca = it
[it]
dir = $dir
database = $dir/index
new_certs_dir = $dir/new
certificate = $dir/ca.crt
private_key = $dir/ca.key
serial = $dir/serial
crlnumber = $dir/crlnumber
default_md = sha256
default_days = 30
default_crl_days = 1
unique_subject = no
copy_extensions = copy
policy = any
[any]
commonName = optional
userId = optional
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[node]
basicConstraints = critical,CA:FALSE
EOF
    authority_request "$dir/ca" "/CN=authority $name" || return
    if [ -z "$above" ]; then
        openssl ca -config "$dir/conf" -batch -selfsign -extensions authority -in "$dir/ca.csr" -notext -out \
            "$dir/ca.crt"
    else
        openssl ca -config "$AUTHORITY/$above/conf" -batch -extensions authority -in "$dir/ca.csr" -notext -out \
            "$dir/ca.crt" &&
            cat "$dir/ca.crt" "$AUTHORITY/$above/chain" >"$dir/chain"
    fi 2>"$dir/log" || { cat "$dir/log" >&2 && return 1; }
}

# authority_request FILE SUBJECT [SAN]
authority_request() {
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "$2" ${3:+-addext "subjectAltName=$3"} \
        -keyout "$1.key" -out "$1.csr" 2>/dev/null
}

authority_sign() {
    local dir=$AUTHORITY/$1 file=$2 days=(-days "${5:-30}")
    [ "${5:-}" != 0 ] || days=(-startdate "$(date -u -d '-3 days' +%Y%m%d%H%M%SZ)" -enddate \
        "$(date -u -d '-1 day' +%Y%m%d%H%M%SZ)")
    authority_request "$file" "$3" "${4:-}" &&
        openssl ca -config "$dir/conf" -batch -extensions node "${days[@]}" -in "$file.csr" -notext -out "$file.cert" \
            2>"$dir/log" || { cat "$dir/log" >&2 && return 1; }
    rm -f "$file.csr"
    cat "$dir/chain" >>"$file.cert"
}

authority_revoke() {
    openssl ca -config "$AUTHORITY/$1/conf" -revoke "$2.cert" 2>/dev/null
}

authority_crl() {
    local name
    for name; do
        openssl ca -config "$AUTHORITY/$name/conf" -gencrl 2>/dev/null || return
    done
}
