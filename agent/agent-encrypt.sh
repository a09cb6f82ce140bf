# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# agent-encrypt: what was signed is encrypted to the server that shall read it (encrypt_to in agent.conf), so that the
# relays on the way cannot.

# encrypt_signed WORK WHAT: WORK/signed, a WHAT, becomes an encrypted message, if that is configured. It is compressed
# first: what is encrypted does not compress. AES in GCM needs OpenSSL 3.0; an older one fails with it, and takes CBC:
# then an alteration shows by the signature inside alone.
encrypt_signed() {
    [ -n "$conf_encrypt_to" ] || return 0
    gzip -c "$1/signed" >"$1/packed" || return
    for cipher in -aes-256-gcm -aes-256-cbc; do
        openssl cms -encrypt -binary "$cipher" -in "$1/packed" -out "$1/encrypted" "$conf_encrypt_to" \
            </dev/null 2>"$1/openssl" && mv -f "$1/encrypted" "$1/signed" && return
    done
    say "the $2 could not be encrypted to $conf_encrypt_to, and is not sent without; openssl says:"
    head -n 5 "$1/openssl" >&2
    return 1
}
