#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What each program's user may do in the directories as installed, tried by that user with its own groups, as
# spawn-fcgi -u gives them: systemd's sandbox has no part in it. Run by `make check`.
if [ "$(id -u)" != 0 ] || ! command -v systemd-sysusers >/dev/null || ! command -v systemd-tmpfiles >/dev/null; then
    echo "needs root, systemd-sysusers and systemd-tmpfiles"
    exit 77
fi
: "${top_srcdir:?is set by make check}"
root=$(mktemp -d) && chmod 755 "$root" || exit
trap 'rm -rf "$root"' EXIT
mkdir "$root/etc"
echo 'root:x:0:0::/:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
systemd-sysusers --root="$root" "$top_srcdir/systemd/sysusers.d/rudder-relay.conf" 2>/dev/null &&
    systemd-tmpfiles --root="$root" --create "$top_srcdir/systemd/tmpfiles.d/rudder-relay.conf" || exit
if ! setpriv --reuid 65534 --clear-groups -- test -x "$root"; then
    echo "other users cannot get to $root"
    exit 77
fi

# as PROGRAM COMMAND...
as() {
    setpriv ${identity[$1]} -- "${@:2}" # several words
}

# What setpriv is told for each program's user.
declare -A identity
while IFS=: read -r user _ uid gid _; do
    groups=$(awk -F: -v user="$user" '(","$4",") ~ (","user",") { printf ",%s", $3 }' "$root/etc/group")
    identity[${user#rudder-relay-}]="--reuid $uid --regid $gid --groups $gid$groups"
done < <(grep '^rudder-relay-' "$root/etc/passwd")

# may PROGRAM DIRECTORY: prints l when it can list it, r when it can read a file there that the upload program wrote, n
# when it reads the reason beside a failed file, c when it can create a file and remove that one; - for none of it.
may() {
    local directory=$root/$2 file=$root/$2/somebodys said
    as upload sh -c "umask 027; echo x >'$root/var/rudder/reports/incoming/made'" &&
        mv "$root/var/rudder/reports/incoming/made" "$file" && chgrp --reference="$directory" "$file" || exit
    as forwarder sh -c "umask 022; echo x >'$root/var/rudder/reports/failed/made'" &&
        mv "$root/var/rudder/reports/failed/made" "$file.reason" || exit
    said=$(as "$1" sh -c '
        ! ls "$0" >/dev/null || printf l
        ! read -r line <"$1" || printf r
        ! read -r line <"$1.reason" || printf n
        ! { true >"$0/own" && rm "$0/own"; } || printf c' "$directory" "$file")
    rm -f "$file" "$file.reason"
    echo "${said:--}"
}

table() {
    local directory program
    echo "$@"
    for directory in var/rudder/{reports,inventories}/{incoming,failed} var/rudder/inventories/accepted-nodes-updates \
        var/rudder/reports/syslog/{incoming,failed} \
        var/rudder/inventories/{incoming,accepted-nodes-updates}-smime var/rudder/shared-files \
        var/lib/rudder-relay/{nodes,orders,syslog,virtual,virtual-keys} run/rudder-relay/state; do
        echo "$directory $(for program; do may "$program" "$directory"; done | paste -sd' ')"
    done 2>/dev/null
}

table upload forwarder system shared-files shared-folder policies policy-proxy remote-run remote-run-command metrics \
    hub syslog virtual virtual-command >"$root/got"
diff -u - "$root/got" <<'END'
upload forwarder system shared-files shared-folder policies policy-proxy remote-run remote-run-command metrics hub syslog virtual virtual-command
var/rudder/reports/incoming lrnc lrnc ln - - - - - - - - ln lrnc -
var/rudder/reports/failed lrn lrnc ln - - - - - - - - ln lrn -
var/rudder/inventories/incoming lrnc lrnc ln - - - - - - - - ln lrnc -
var/rudder/inventories/failed lrnc lrnc ln - - - - - - - - ln lrnc -
var/rudder/inventories/accepted-nodes-updates lrnc lrnc ln - - - - - - - - ln lrnc -
var/rudder/reports/syslog/incoming lrn lrnc ln - - - - - - - - lnc ln -
var/rudder/reports/syslog/failed lrn lrnc ln - - - - - - - - ln ln -
var/rudder/inventories/incoming-smime lrnc lrnc ln - - - - - - - - ln lrnc -
var/rudder/inventories/accepted-nodes-updates-smime lrnc lrnc ln - - - - - - - - ln lrnc -
var/rudder/shared-files - lrn lrn lnc lrn - - - - - - - - -
var/lib/rudder-relay/nodes lrn lrnc lrnc ln ln ln ln ln ln ln ln ln ln ln
var/lib/rudder-relay/orders - - - - - - - - - - lrnc - - -
var/lib/rudder-relay/syslog - - - - - - - - - - - lrnc - -
var/lib/rudder-relay/virtual - - - - - - - - - - - - lrnc -
var/lib/rudder-relay/virtual-keys - - - - - - - - - - - - lrn -
run/rudder-relay/state lrnc lrnc lrnc lrnc lrnc lrnc lrnc lrnc - lrnc lrnc lrnc lrnc -
END
