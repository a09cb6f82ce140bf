#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# rudder-relay-agent: what a node does with its policy server: runs a command, signs its output as a run log and sends
# it (keeps it if that fails); sends inventories; fetches policies. A command is a file agent-<command>.sh or a function
# below, and a line in command_shape. See rudder-relay-agent(1). For any POSIX shell; needs openssl, curl, gzip and
# coreutils, to fetch policies also tar, find, grep and sed; busybox's are enough.
set -u

# make install puts the real paths here; a copy of the source directory works as it is
library=@agentlibdir@
config=${RUDDER_RELAY_AGENT_CONFIG:-@agentconf@}
version=@agentversion@
case $version in @*) version='(not installed)' ;; esac
case ${1:-} in
-V | --version)
    echo "rudder-relay-agent $version"
    exit 0
    ;;
esac
case $library in /*) ;; *) library=$(dirname -- "$0") ;; esac
case $config in @*) config=/etc/rudder-relay/agent.conf ;; esac

usage() {
    cat <<END
usage: rudder-relay-agent run [-c FILE] [--diff] [--] COMMAND [ARGUMENT...]
       rudder-relay-agent send [-c FILE]
       rudder-relay-agent inventory [-c FILE] [-n] INVENTORY
       rudder-relay-agent fetch-policies [-c FILE] [-f]
       rudder-relay-agent share-file [-c FILE] [-f] [-t TTL] TARGET FILE [FILE-ID]
       rudder-relay-agent fetch-file [-c FILE] [-f] -k KEY-HASH | -a SOURCE FILE-ID DESTINATION
       rudder-relay-agent listen [-c FILE] [-o]
       rudder-relay-agent --help | --version

  run    runs the command; what it prints is shown, and is the run log that is signed and sent.
         Logs kept from earlier runs are sent first. The exit status is the command's, whether
         the log was sent or kept; 125 if it could be neither or nothing was run.
  send   sends logs kept from earlier runs. Exit status 0 if none is left, 1 if some are.
  inventory
         compresses and signs an inventory (NAME.ocs or NAME.xml), sends it and its signature, as two
         files or as one message. Exit status 0 if the server has taken all, 1 if not.

  fetch-policies
         fetches this node's policies if they have changed, and switches to them when they are
         whole. Exit status 0 if the policies in force are the server's, 1 if they stay as they were.

  share-file
         signs a file and puts it where the node TARGET gets it, unless it is there already. FILE-ID is
         the file's name unless said. Exit status 0 if it is there now, 1 if not.
  fetch-file
         gets a file that the node SOURCE shares with this one, checks its signature, and puts it to
         DESTINATION in one step. Exit status 0 if it is there and as it should be, 1 if not.

  listen waits at the hub of the policy server for orders, and runs the agent when one comes. One process
         does so, until it is ended. Exit status 0 if it is to be started anew, 1 if it cannot listen.

  -a         any key: whose key the file is signed with, the policy server alone has checked
  -c FILE    the configuration, instead of $config
  -f         fetch them though they have not changed; share or fetch the file though it is there
  -k HASH    sha256:<hex>, of the public key that the file must be signed with: key-hash of SOURCE in the node list
  -t TTL     for how long the file is kept: 1d unless said; seconds, or as in "1d 2h 3m 4s"
  --diff     says in the run log what has changed in files that reports name
  -n         the node is new: not accepted by the server yet
  -o         once: ends after one order, or when there was none for about five minutes

-c FILE may stand before the command, too. Exit status 2 (of run 125): the configuration or the usage is wrong.
END
}

say() {
    printf '%s\n' "rudder-relay-agent: $*" >&2
}

. "$library/agent-config.sh"
. "$library/agent-diff.sh"
. "$library/agent-encrypt.sh"
. "$library/agent-inventory.sh"
. "$library/agent-listen.sh"
. "$library/agent-order.sh"
. "$library/agent-policies.sh"
. "$library/agent-queue.sh"
. "$library/agent-runlog.sh"
. "$library/agent-shared-files.sh"
. "$library/agent-sign.sh"
. "$library/agent-upload.sh"

need_tools() {
    # shellcheck disable=SC2086 # a word each
    for tool in curl gzip mkfifo mktemp od openssl sync tee $tools; do
        command -v $tool >/dev/null && continue
        say "$tool is needed, and not in the PATH ($PATH)"
        return 1
    done
}

# agent_lives PID: does an agent with this pid run? Another program may have it by now, as after a reboot.
agent_lives() {
    kill -0 "$1" 2>/dev/null || return
    [ ! -r "/proc/$1/cmdline" ] || tr '\0' ' ' <"/proc/$1/cmdline" | grep -q rudder-relay-agent
} 2>/dev/null

# A signal may hit one of our background subshells before it has put off our traps. ($$ is the same in all of them.)
in_main_process() {
    [ "$(exec sh -c 'echo $PPID' 2>/dev/null)" = $$ ]
}

clean_up() {
    in_main_process || return 0
    # shellcheck disable=SC2086 # a pid each, or nothing
    [ -z "${copier:-}${stamper:-}${listen_child:-}" ] || kill ${copier:-} ${stamper:-} ${listen_child:-} 2>/dev/null
    [ -z "${run_work:-}" ] || rm -rf "$run_work"
    [ -z "${scratch:-}" ] || rm -rf "$scratch"
    [ -z "${shared_new:-}" ] || rm -f "$shared_new"
    policies_clean_up
}

# scratch_directory: sets $scratch, a directory for this process alone that goes with it.
scratch_directory() {
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/rudder-relay-agent.XXXXXX") || {
        scratch=
        say "no temporary directory can be made in ${TMPDIR:-/tmp}"
        return 1
    }
}

# Interrupted during the command: nothing of this run is kept.
on_signal() {
    trap '' HUP INT TERM
    in_main_process || exit
    if [ -n "${run_work:-}" ] && [ -e "$conf_queue/ready/$run_name.log.gz" ]; then
        say "interrupted; the run log is kept in $conf_queue/ready"
    elif [ -n "${run_work:-}" ]; then
        say "interrupted; nothing of this run is sent"
    elif [ "$command" = listen ]; then
        listen_interrupted
    fi
    clean_up
    exit $((128 + $1))
}

# to_disk FILE...: what is in these files or directories outlives a power cut. A sync that takes no names brings
# everything to disk.
to_disk() {
    sync -- "$@" 2>/dev/null || sync
}

# send_all: what is kept, then the run's own log if there is one. Says what stays behind.
send_all() {
    upload_failed=
    queue_drop_old
    queue_send_kept "$conf_max_kept_sent"
    if [ -z "$upload_failed" ] && [ -n "${run_name:-}" ] && [ -e "$conf_queue/ready/$run_name.log.gz" ]; then
        queue_send "$conf_queue/ready/$run_name.log.gz"
    fi
    queue_count
    [ "$kept" -gt 0 ] || return 0
    [ -z "$upload_failed" ] || say "$upload_failed"
    say "$kept run log(s) kept in $conf_queue/ready; the next run sends them"
    return 1
}

agent_run() {
    command -v -- "$1" >/dev/null || {
        say "there is no command $1"
        return 127
    }
    queue_open && queue_reserve || return 125
    diff_open "$run_work"
    runlog_run "$run_work" "$@" || return 125
    case $stamp_status in
    0) ;;
    3)
        rm -rf "$run_work"
        run_work=
        say "the command printed nothing: no run log to send"
        send_all
        return "$command_status"
        ;;
    *)
        say "the run log could not be written to $run_work (is the file system full?); it is lost"
        return 125
        ;;
    esac
    runlog_seal "$run_work" && queue_put || {
        say "the run log of this run is lost"
        return 125
    }
    send_all
    queue_release
    return "$command_status"
}

agent_send() {
    queue_open || return 2
    run_name=
    send_all
}

# command_shape COMMAND: sets its options, how many arguments it takes, and what it exits with when nothing could be
# begun.
command_shape() {
    options=c:h least=0 most=0 failure=2 tools='' needs_login=yes
    case $1 in
    run) options=c:h-: least=1 most=1000000 failure=125 ;;
    send) ;;
    inventory) options=c:hn least=1 most=1 ;;
    fetch-policies) options=c:fh tools='find grep readlink sed tar' needs_login=no ;;
    share-file) options=c:fht: least=2 most=3 tools='sed' needs_login=no ;;
    fetch-file) options=ac:fhk: least=3 most=3 tools='awk chmod fold head sed tail wc' needs_login=no ;;
    listen) options=c:ho tools='cksum expr flock head sed setsid tail wc' needs_login=no ;;
    *) return 1 ;;
    esac
}

# -c may stand before the command as well
while [ "${1:-}" = -c ] && [ $# -gt 2 ]; do
    config=$2
    shift 2
done
command=${1:-}
case $command in
-h | --help)
    usage
    exit 0
    ;;
esac
command_shape "$command" || {
    usage >&2
    exit 2
}
shift
new_node=no
force=no
ttl=1d
key_hash=
any_key=no
once=no
diff=no
while getopts $options option; do
    case $option in
    a) any_key=yes ;;
    c) config=$OPTARG ;;
    f) force=yes ;;
    k) key_hash=$OPTARG ;;
    t) ttl=$OPTARG ;;
    n) new_node=yes ;;
    o) once=yes ;;
    -) # getopts takes --diff for the option - with the argument diff
        [ "$OPTARG" = diff ] || {
            usage >&2
            exit $failure
        }
        diff=yes
        tools='awk cat cmp cp diff find grep head mv readlink timeout touch tr wc'
        ;;
    h)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit $failure
        ;;
    esac
done
shift $((OPTIND - 1))
[ $# -ge $least ] && [ $# -le $most ] || {
    usage >&2
    exit $failure
}

caller_umask=$(umask)
umask 077
trap clean_up EXIT
trap 'on_signal 1' HUP
trap 'on_signal 2' INT
trap 'on_signal 15' TERM
need_tools && config_read "$config" || exit $failure
case $command in *-*) command=${command%%-*}_${command#*-} ;; esac
"agent_$command" "$@"
exit $?
