# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# agent-runlog: from a command to a signed, compressed run log.

# runlog_now: sets $now. Asking date(1) costs a process, which for every line would take longer than most runs: it is
# asked once a tenth of a second, which /proc/uptime tells without one. Where that is missing: once a line.
runlog_now() {
    if [ -n "$have_uptime" ] && read -r uptime _ </proc/uptime; then
        [ "${uptime%?}" != "$tick" ] || return 0
        tick=${uptime%?}
    fi
    now=$(date -u +%Y-%m-%dT%H:%M:%S+00:00)
}

# runlog_stamp: standard input to standard output, with a timestamp before each line that has none, and with --diff what
# has changed in the files that reports name (agent-diff.sh). Exit status 3 if there was nothing but blank lines. NUL
# bytes are lost on the way (the server would make something else of them, too).
runlog_stamp() {
    LC_ALL=C
    have_uptime='' tick='' seen=no
    [ ! -r /proc/uptime ] || have_uptime=yes
    carriage_return=$(printf '\r')
    while IFS= read -r line || [ -n "$line" ]; do
        line=${line%"$carriage_return"}
        case $line in
        [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]*" "*) stamped=yes ;;
        *[![:space:]]*) stamped=no ;;
        *)
            runlog_now
            printf '%s %s\n' "$now" "$line" || return 1
            continue
            ;;
        esac
        seen=yes
        [ "$diff" = no ] || diff_take "$line"
        if [ $stamped = yes ]; then
            printf '%s\n' "$line" || return 1
        else
            runlog_now
            printf '%s %s\n' "$now" "$line" || return 1
        fi
    done
    [ $seen = yes ] || return 3
    [ "$diff" = no ] || diff_close
}

# runlog_run WORK COMMAND [ARGUMENT...]: runs it, its output going to the terminal untouched and to WORK/log with
# timestamps. Sets $command_status and $stamp_status. The command is in the foreground so that Ctrl-C reaches it and all
# it started; tee and the stamping, in the background, do not get it and see the output to its end.
runlog_run() {
    work=$1
    shift
    mkfifo "$work/output" "$work/lines" || return
    {
        runlog_stamp <"$work/lines" >"$work/log"
        echo $? >"$work/stamped.new"
        mv "$work/stamped.new" "$work/stamped"
    } &
    stamper=$!
    # a terminal that goes away must not end the run
    (
        trap '' PIPE
        exec tee "$work/lines" <"$work/output"
    ) &
    copier=$!
    (
        umask "$caller_umask"
        export RUDDER_RELAY_AGENT_START="$run_start"
        exec "$@"
    ) </dev/null >"$work/output" 2>&1
    command_status=$?
    runlog_wait_for_stamper
    stamper='' copier=''
    # not there, or nothing in it, on a full file system
    stamp_status=
    [ ! -e "$work/stamped" ] || read -r stamp_status <"$work/stamped" || return 0
}

# runlog_goes_on: has another difference been made since it was asked last?
runlog_goes_on() {
    [ "$diff" = yes ] && read -r beat 2>/dev/null <"$work/diff/beat" && [ "$beat" != "$beat_before" ] || return
    beat_before=$beat
}

# A service that the command started may keep its output open for ever: that is not waited for. Asking again and again,
# because POSIX has no wait with a limit, and a subshell that is to be killed may lose the signal (dash) or run our
# traps (bash) when it has only just begun.
runlog_wait_for_stamper() {
    turns=$((${RUDDER_RELAY_AGENT_GRACE:-10} * 20)) beat_before=
    until [ -e "$work/stamped" ]; do
        runlog_goes_on && turns=$((${RUDDER_RELAY_AGENT_GRACE:-10} * 20))
        if [ $turns -le 0 ]; then
            say "a process that the command left behind keeps its output open; not waiting for it"
            kill "$copier"
            break
        fi
        # a sleep that knows whole seconds only: the same time in longer turns
        if sleep 0.05 2>/dev/null; then
            turns=$((turns - 1))
        else
            sleep 1
            turns=$((turns - 20))
        fi
    done
    wait "$copier" "$stamper" 2>/dev/null
    return 0
}

# runlog_plain FILE OUT: without the escape sequences that colour a terminal.
runlog_plain() {
    escape=$(printf '\033') bell=$(printf '\007')
    LC_ALL=C sed \
        -e "s,${escape}\\[[0-?]*[ -/]*[@-~],,g" \
        -e "s,${escape}][^$bell${escape}]*$bell,,g" \
        -e "s,${escape}][^$bell$escape]*${escape}\\\\,,g" \
        -e "s,${escape}[ -/]*[0-~],,g" "$1" >"$2"
}

# runlog_seal WORK: WORK/log becomes WORK/sealed, signed, encrypted if that is configured, and compressed.
runlog_seal() {
    runlog_plain "$1/log" "$1/plain" || return
    set -- "$1" ${conf_key_password_file:+-passin "file:$conf_key_password_file"}
    work=$1
    shift
    openssl smime -sign -text -nocerts -md sha256 -signer "$conf_certificate" -inkey "$conf_key" "$@" \
        -in "$work/plain" -out "$work/signed" </dev/null 2>"$work/openssl" || {
        say "the run log could not be signed with $conf_key and $conf_certificate; openssl says:"
        head -n 5 "$work/openssl" >&2
        return 1
    }
    encrypt_signed "$work" "run log" && gzip -c "$work/signed" >"$work/sealed"
}
