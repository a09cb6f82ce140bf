#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# rudder-relay-adopt: takes a live server of Rudder over from relayd, and gives it back. `rudder-relay adopt` runs it;
# rudder-relay(1) and docs/operating.md say what it does.
#
# What is done is on the disk in $STATE before it is done: `phase` is the word of what is under way (adopting, adopted,
# undoing), files/ the edits (adopt-files.sh), groups, relayd and vhost what else has to be put back. Every step can be
# repeated, so a call that was killed is finished, or undone, by the next one.
set -u
LC_ALL=C
export LC_ALL
umask 022

CONFDIR=@confdir@
BINDIR=@BINDIR@
SBINDIR=@SBINDIR@
FCGIDIR=@FCGIDIR@
LIBDIR=@adoptlibdir@
version=@adoptversion@
case $LIBDIR in # in the sources, beside this file
@*) LIBDIR=$(dirname "$0") CONFDIR=/etc/rudder-relay BINDIR=/usr/bin SBINDIR=/usr/sbin FCGIDIR=/usr/libexec/rudder-relay
    version='(not installed)' ;;
esac
RELAY=${RUDDER_RELAY:-$BINDIR/rudder-relay}
HTTPD_CONF=${RUDDER_RELAY_HTTPD_CONF:-$SBINDIR/rudder-relay-httpd-conf}

usage() {
    cat <<'HELP'
usage: rudder-relay adopt [--check | --undo] [--wait SECONDS] [--root DIRECTORY]

Takes a server of Rudder over from relayd: imports its configuration, puts a service of the name rudder-relayd before
the packaged one, has httpd include our configuration, starts the relay, and waits until a report has passed. When
something does not work it says so and gives back by itself. Called again, it finishes what was begun.

  --check           only say what would be done, and what is in the way
  --undo            give back to relayd. Files that somebody else changed in the meantime stay as they are, and
                    are shown
  --wait SECONDS    how long to wait for a report (default 900; 0: not at all)
  --root DIRECTORY  the site's files are below this directory; nothing is started or asked there
  -h, --help        print this
  -V, --version     print the version

Exit status: 0 done, 1 not done, 2 wrong usage.
HELP
}

say() {
    printf '%s\n' "$*"
}
fail() {
    printf 'rudder-relay adopt: %s\n' "$*" >&2
    exit 1
}
wrong() {
    printf 'rudder-relay adopt: %s\nTry: rudder-relay adopt --help\n' "$*" >&2
    exit 2
}

action=adopt
ROOT=
WAIT=900
while [ $# -gt 0 ]; do
    case $1 in
    --check | --undo) action=${1#--} ;;
    --follow) action=follow ;; # for the units
    --follow-quietly) action=follow-quietly ;;
    --root | --wait)
        [ $# -ge 2 ] || wrong "$1 needs an argument"
        case $1 in --root) ROOT=${2%/} ;; *) WAIT=$2 ;; esac
        shift
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    -V | --version)
        say "rudder-relay-adopt $version"
        exit 0
        ;;
    *) wrong "unknown argument $1" ;;
    esac
    shift
done
case $WAIT in '' | *[!0-9]*) wrong "--wait wants a number of seconds" ;; esac
case $ROOT in '' | /*) ;; *) wrong "--root wants an absolute path" ;; esac
STATE=$ROOT/var/lib/rudder-relay/adopt

. "$LIBDIR/adopt-files.sh"
. "$LIBDIR/adopt-site.sh"
. "$LIBDIR/adopt-steps.sh"
. "$LIBDIR/adopt-check.sh"
. "$LIBDIR/adopt-probe.sh"

# note NAME TEXT: puts a word into $STATE, whole or not at all.
note() {
    printf '%s\n' "$2" >"$STATE/$1.new"
    files_to_disk "$STATE/$1.new"
    mv -f "$STATE/$1.new" "$STATE/$1"
    files_to_disk "$STATE"
}
phase() {
    cat "$STATE/phase" 2>/dev/null || echo none
}
# wait_for SECONDS COMMAND...: false if the command does not succeed in that time.
wait_for() {
    limit=$1
    shift
    until "$@"; do
        [ "$limit" -gt 0 ] || return 1
        limit=$((limit - 1))
        sleep 1
    done
}

# A second call at the same time would undo what this one does.
lock() {
    mkdir -p "$STATE" && chmod 700 "$STATE" && exec 9>"$STATE.lock" || exit 1
    flock -n 9
}

step() {
    what=$1
    shift
    "$@" 9>&- && return
    printf 'rudder-relay adopt: %s did not work\n' "$what" >&2
    return 1
}

take_over() {
    step "joining the site's groups" join_groups &&
        step "importing $RELAYD_DIR" import &&
        step "asking the server above" note_from_upstream &&
        step "the drop-ins of the units" drop_ins &&
        step "starting in the place of relayd" stand_in &&
        step "switching httpd" switch_httpd &&
        step "following the site's configuration" live systemctl -q enable --now rudder-relayd-import.path
}

adopt() {
    if [ "$(phase)" = undoing ]; then
        say "an earlier --undo was not finished; finishing it first"
        undo || return
        mkdir -p "$STATE"
    fi
    if [ "$(phase)" = adopted ]; then
        # a newer version of ours may want them otherwise
        step "the drop-ins of the units" drop_ins || return
        say "this server is adopted already"
        return
    fi
    if [ "$(phase)" = none ]; then
        check_site || {
            rmdir "$STATE"
            fail "nothing was changed"
        }
    else
        say "an earlier call was not finished; finishing it"
    fi
    note phase adopting
    if take_over && { ! is_live || probe "$WAIT"; }; then
        note phase adopted
        live follow
        say "this server is adopted; rudder-relay adopt --undo gives it back"
        return
    fi
    say "giving back"
    undo
    return 1
}

undo() {
    if [ "$(phase)" = none ]; then
        say "this server is not adopted"
        rmdir "$STATE" 2>/dev/null
        return 0
    fi
    note phase undoing
    live systemctl -q disable --now rudder-relayd-import.path
    step "giving httpd back" give_back_httpd || return
    step_down
    give_back_spool
    remove_drop_ins
    # shellcheck disable=SC2086 # one path a word
    files_take_back $IMPORTED
    leave_groups
    step "starting relayd" start_relayd || return
    keep_messages
    keep_what_is_left "$(if is_live; then echo 30; else echo 0; fi)"
    rm -rf "$STATE"
    say "this server is relayd's again"
}

configured() {
    cksum "$CONFDIR/relay.conf" "$CONFDIR"/upstream-* "$CONFDIR/adopted-client.key" 2>/dev/null
}
# The site's configuration may have changed: root's policies rewrite it, packages replace it.
follow() {
    [ "$(phase)" = adopted ] || return 0
    before=$(configured)
    import || return
    parts=$(cksum "$HTTPD_PUBLIC" "$HTTPD_LOCAL")
    put_httpd_parts || return
    if [ -n "$(site_vhost "$STOCK_INCLUDE")" ]; then
        say "the site's configuration of httpd includes $STOCK_INCLUDE again; replaced"
        switch_vhost && httpd_reload || return
    elif [ "$parts" != "$(cksum "$HTTPD_PUBLIC" "$HTTPD_LOCAL")" ]; then
        say "the site's configuration of httpd has changed; followed"
        httpd_reload || return
    fi
    # The database's password alone needs no restart: the forwarder reads it for each connection.
    if [ "$action" = follow ] && [ "$before" != "$(configured)" ]; then
        systemctl try-restart rudder-relay.target
    fi
}

case $action in
check) check_site && say "rudder-relay adopt would take this server over" ;;
follow | follow-quietly)
    # What runs already will look at the configuration itself.
    lock || exit 0
    follow
    ;;
*)
    lock || fail "another call is at work"
    "$action"
    ;;
esac
