# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# agent-sign: the signature of a file as lines key=value, which go with it: before a shared file's bytes, or beside an
# inventory. The key must be RSA: the format knows no other.

# sign_metadata FILE: prints them. What openssl says about a failure is shown.
sign_metadata() {
    sign_digest=$(sign_hex "$1" -sign "$conf_key" ${conf_key_password_file:+-passin "file:$conf_key_password_file"}) &&
        sign_hash=$(sign_hex "$1" -binary) && sign_public_key || {
        say "$1 could not be signed with $conf_key"
        return 1
    }
    printf '%s\n' header=rudder-signature-v1 algorithm=sha512 "digest=$sign_digest" "hash_value=$sign_hash" \
        "short_pubkey=$sign_short_pubkey" "hostname=$(uname -n)" \
        "keydate=$(date -u -r "$conf_key" +%Y-%m-%dT%H:%M:%S+00:00)" "keyid=$sign_keyid"
}

# sign_hex FILE OPTION...: what openssl dgst makes of it, in hexadecimal; false when it makes nothing.
sign_hex() {
    sign_file=$1
    shift
    sign_text=$(openssl dgst -sha512 "$@" <"$sign_file" | od -An -v -tx1 | tr -d ' \n')
    printf '%s' "$sign_text"
    [ -n "$sign_text" ]
}

# sign_public_key: sets $sign_short_pubkey (PKCS#1 in base64) and $sign_keyid.
sign_public_key() {
    sign_short_pubkey=$(openssl rsa -in "$conf_key" ${conf_key_password_file:+-passin "file:$conf_key_password_file"} \
        -RSAPublicKey_out 2>/dev/null | sed '/^-/d' | tr -d '\r\n')
    [ -n "$sign_short_pubkey" ] || {
        say "$conf_key is no RSA key, and only such a one can sign files"
        return 1
    }
    sign_keyid=$(printf '%s' "$sign_short_pubkey" | openssl dgst -sha256 -binary | od -An -v -tx1 | tr -d ' \n' |
        cut -c 1-8 | tr a-f A-F)
}
