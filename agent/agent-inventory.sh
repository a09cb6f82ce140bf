# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# agent-inventory: an inventory to the policy server. As files: compressed as NAME.gz, then its signature as NAME.sign.
# The signature is that of what was inside; the server waits for it before it looks at the inventory, so it is sent last
# and alone says that all has come. As smime: both in one signed message, encrypted if that is configured, whose name
# says what it is and which relays of any version pass on. Nothing is kept for later: an inventory is made anew every
# day.

agent_inventory() {
    inventory=$1
    inventory_name=${inventory##*/}
    inventory_name=${inventory_name%.gz}
    case $inventory_name in
    .* | *[!A-Za-z0-9._@:+-]*) inventory_bad "must be named with letters, digits and . _ @ : + - only" || return 2 ;;
    ?*.ocs | ?*.xml) ;;
    *) inventory_bad "must be named NAME.ocs or NAME.xml, or these with .gz" || return 2 ;;
    esac
    [ -s "$inventory" ] && [ -f "$inventory" ] && [ -r "$inventory" ] ||
        inventory_bad "is no file with something in it that can be read" || return 2
    scratch_directory && inventory_pack || return 1
    inventory_directory="inventory-updates"
    [ "$new_node" = no ] || inventory_directory=inventories
    if [ "$conf_inventory_format" = smime ]; then
        inventory_seal && inventory_send "$scratch/$inventory_message"
    else
        inventory_send "$scratch/$inventory_name.gz" && inventory_send "$scratch/$inventory_name.sign"
    fi
}

inventory_bad() {
    say "$inventory $1"
    return 1
}

# What is signed is what is sent: one copy of it is taken first, since it may be written anew meanwhile.
inventory_pack() {
    case $inventory in
    *.gz) gzip -dc "$inventory" >"$scratch/plain" ;;
    *) cat "$inventory" >"$scratch/plain" ;;
    esac || inventory_bad "could not be read whole" || return
    sign_metadata "$scratch/plain" >"$scratch/$inventory_name.sign" || return
    gzip -c "$scratch/plain" >"$scratch/$inventory_name.gz" || inventory_bad "could not be compressed"
}

# inventory_part TYPE FILE: a part of the message. In base64 its bytes stay what they are: signing changes line ends.
inventory_part() {
    printf '%s\n' --rudder-inventory "Content-Type: $1" "Content-Transfer-Encoding: base64" "" &&
        openssl base64 -in "$2"
}

# inventory_seal: sets $inventory_message. What is in base64 cannot look like the boundary.
inventory_seal() {
    inventory_message=${inventory_name%.*}.smime.${inventory_name##*.}.gz
    {
        printf '%s\n' 'Content-Type: multipart/mixed; boundary="rudder-inventory"' "" &&
            inventory_part application/gzip "$scratch/$inventory_name.gz" &&
            inventory_part text/plain "$scratch/$inventory_name.sign" &&
            echo --rudder-inventory--
    } >"$scratch/parts" || inventory_bad "could not be made a message" || return
    openssl smime -sign -nocerts -md sha256 -signer "$conf_certificate" -inkey "$conf_key" \
        ${conf_key_password_file:+-passin "file:$conf_key_password_file"} -in "$scratch/parts" -out "$scratch/signed" \
        </dev/null 2>"$scratch/openssl" || {
        say "$inventory could not be signed with $conf_key and $conf_certificate; openssl says:"
        head -n 5 "$scratch/openssl" >&2
        return 1
    }
    encrypt_signed "$scratch" inventory || return
    gzip -c "$scratch/signed" >"$scratch/$inventory_message" || inventory_bad "could not be compressed"
}

inventory_send() {
    upload "$1" "$inventory_directory" && return
    say "${1##*/} was not taken: $upload_reason"
    return 1
}
