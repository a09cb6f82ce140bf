#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The systemd units, users and directories as installed in a root of their own: systemd finds no fault, nothing is left
# to be substituted, and the directories are whose they should be. Run by `make check`.
command -v systemd-analyze >/dev/null || {
    echo "systemd is not installed"
    exit 77
}
: "${top_srcdir:?is set by make check}" "${top_builddir:?}"
root=$(mktemp -d) || exit
trap 'rm -rf "$root"' EXIT
faulty=0

fault() {
    echo "fault: $*"
    faulty=1
}

# Every program of ours that a unit starts is there, in name.
units=$root/units
mkdir -p "$units"
cp "$top_builddir"/systemd/*.{path,service,socket} "$top_srcdir"/systemd/*.{target,timer} "$units" &&
    cp -r "$top_srcdir"/systemd/rudder-relay-*.service.d "$units" || exit
mkdir "$root/programs"
while IFS= read -r program; do
    ln -sf /bin/true "$root/programs/${program##*/}"
    sed -i "s|$program|$root/programs/${program##*/}|" "$units"/*.service
done < <(grep -Eho '^Exec[A-Za-z]*=.*' "$units"/*.service |
    grep -Eo '/[^ ]*rudder-relay[a-z-]*( |$)' | tr -d ' ' | sort -u)
grep -n '@[A-Z_]*@' "$units"/*.{path,service,socket,timer} && fault "a unit has a name in @ that was not replaced"

# systemd-analyze warns and exits 0 for a key it does not know; manuals are not installed here. Where no systemd runs,
# only root can make the directory that it works in.
for unit in "$units"/*.*; do
    [ -f "$unit" ] || continue
    [ -d /run/systemd ] || [ "$(id -u)" = 0 ] || continue
    said=$(SYSTEMD_UNIT_PATH=$units: systemd-analyze verify --man=no "$unit" 2>&1)
    [ -z "$said" ] || fault "${unit##*/}: $said"
done

if [ "$(id -u)" = 0 ] && command -v systemd-sysusers >/dev/null && command -v systemd-tmpfiles >/dev/null; then
    mkdir -p "$root/etc"
    echo 'root:x:0:0::/:/bin/sh' >"$root/etc/passwd"
    echo 'root:x:0:' >"$root/etc/group"
    said=$(systemd-sysusers --root="$root" "$top_srcdir/systemd/sysusers.d/rudder-relay.conf" 2>&1) ||
        fault "users: $said"
    said=$(systemd-tmpfiles --root="$root" --create "$top_srcdir/systemd/tmpfiles.d/rudder-relay.conf" 2>&1)
    [ -z "$said" ] || fault "directories: $said"
    # a user of ours by number, since the names are those of the root alone
    number_of() { sed -n "s/^$1:x:\([0-9]*\):.*/\1/p" "$root/etc/$2"; }
    wanted="2775 $(number_of rudder-relay-upload passwd) $(number_of rudder-relay group)"
    got=$(stat -c '%a %u %g' "$root/var/rudder/reports/incoming")
    [ "$got" = "$wanted" ] || fault "reports/incoming is '$got', wanted '$wanted'"
    wanted="2770 0 $(number_of rudder-relay-state group)"
    got=$(stat -c '%a %u %g' "$root/run/rudder-relay/state")
    [ "$got" = "$wanted" ] || fault "the directory of the counters is '$got', wanted '$wanted'"
fi

# A service's user is in the groups that the service names, for a program started by hand; everybody shares the
# counters.
for service in "$units"/rudder-relay-*.service; do
    user=$(sed -n 's/^User=//p' "$service")
    groups="$(sed -n -e 's/^Group=//p' -e 's/^SupplementaryGroups=//p' "$service" | paste -sd' ')"
    case " $groups " in
    *" rudder-relay-state "*) ;;
    *) [[ ${service##*/} = rudder-relay-@(agent-listen|index|purge|remote-run-command@|virtual-command@).service ]] ||
        fault "${service##*/} does not share the counters" ;;
    esac
    for group in $groups; do
        [ "$group" = "$user" ] || grep -q "^m $user $group\$" "$top_srcdir/systemd/sysusers.d/rudder-relay.conf" ||
            fault "$user is not in group $group"
    done
done

# Each FastCGI program has its units, and only the helper that must become root may; so may the agent of a node.
for program in "$top_srcdir"/fcgi-apps/*/main.c; do
    name=$(basename "$(dirname "$program")")
    for kind in socket service; do
        [ -e "$units/rudder-relay-$name.$kind" ] || fault "there is no rudder-relay-$name.$kind"
    done
    grep -q "^Wants=rudder-relay-$name.socket" "$units/rudder-relay.target" || fault "the target does not want $name"
done
[ "$(cd "$units" && LC_ALL=C ls -d rudder-relay-?*.service.d | paste -sd' ')" = \
    'rudder-relay-agent-listen.service.d rudder-relay-remote-run-command@.service.d' ] ||
    fault "another service has a hardening of its own"
exit $faulty
