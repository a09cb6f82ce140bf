# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# agent-inventory: an inventory to the policy server: compressed as NAME.gz, then its signature as NAME.sign. The
# signature is that of what was inside; the server waits for it before it looks at the inventory, so it is sent last and
# alone says that all has come. Nothing is kept for later: an inventory is made anew every day.

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
    inventory_send "$scratch/$inventory_name.gz" && inventory_send "$scratch/$inventory_name.sign"
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

inventory_send() {
    upload "$1" "$inventory_directory" && return
    say "${1##*/} was not taken: $upload_reason"
    return 1
}
