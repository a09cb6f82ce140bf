# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# agent-diff: what was changed in a file, or is not as it should be, in front of the report that names it (run --diff).
# A report names a file if its key is an absolute path. Its content is kept in a file of the same path:
#     $conf_queue/diff/PATH   when a run last found nothing wrong with it; first, as it was first seen
#     WORK/diff/before/PATH   at the start of the run, where it was another by then
#     WORK/diff/shown/PATH    when a difference of this run was last shown
#     WORK/diff/last/PATH     when a report of this run last named it: what is kept after the run ...
#     WORK/diff/bad/PATH      ... unless there was something wrong with it
# A difference is text of any kind: each line of it becomes a log entry, behind words that no report begins with.

# What is never kept by its name. Beside that: diff_secrets, the agent's own files, and what has a private key in it.
diff_secrets_built_in='/proc/* /sys/* /dev/* /run/secrets/*
    /etc/shadow* /etc/gshadow* /etc/master.passwd* /etc/security/opasswd* /etc/tcb/* /etc/krb5.keytab
    /etc/ssh/ssh_host_*_key /etc/wireguard/* /etc/ipsec.secrets* /etc/ppp/*-secrets
    /etc/NetworkManager/system-connections/*
    */.ssh/* */.gnupg/* */private/* */ppkeys/* *.key *.pem *.priv *.p12 *.pfx *.jks *.keystore *.keytab *.kdbx
    */.netrc */.pgpass */.my.cnf *passwords* *password *htpasswd* *secret* *credential* *token*'

# diff_open WORK: before the command. Without --diff nothing is kept, and what was kept before goes.
diff_open() {
    diff_kept=$conf_queue/diff diff_work=$1/diff
    if [ "$diff" = no ]; then
        [ ! -e "$diff_kept" ] || rm -rf "$diff_kept"
        return
    fi
    diff_lines_left=$conf_diff_max_lines diff_full='' diff_beat=0
    # the other name of each is found, too
    diff_own="
$(for file in "$conf_key" "$conf_key_password_file" "$conf_password_file" "$conf_default_password_file" \
        "$conf_proxy_password_file"; do
        [ -z "$file" ] || readlink -f -- "$file"
    done)
"
    diff_queue=$(readlink -f -- "$conf_queue") &&
        mkdir -p "$diff_kept" "$diff_work/before" "$diff_work/shown" "$diff_work/last" "$diff_work/bad" &&
        [ -d /proc/self/fd ] || {
        say "no differences: there is no /proc, or no room for them in $diff_kept and $diff_work"
        diff=no
        return
    }
    find "$diff_kept" -type f -mtime +"$diff_days" -exec rm -f {} +
    find "$diff_kept" -type f >"$diff_work/names"
    while IFS= read -r diff_file; do
        diff_begin_with "${diff_file#"$diff_kept"}"
    done <"$diff_work/names"
    diff_count=$(find "$diff_kept" -type f | wc -l)
}

# How long what no report names any more is kept.
diff_days=30

# diff_drop FILE...: nothing is kept of them any more. A directory of that name holds what is kept of files below it.
diff_drop() {
    for diff_dropped; do
        [ -d "$diff_dropped" ] || rm -f "$diff_dropped"
    done
}

# diff_begin_with PATH: notes its content at the start of the run, if that is not what is kept.
diff_begin_with() {
    if diff_is_secret "$1"; then
        diff_drop "$diff_kept$1"
        return
    fi
    diff_read "$1" "$diff_work/now"
    case $? in
    0) cmp -s "$diff_work/now" "$diff_kept$1" || diff_put "$diff_work/now" "$diff_work/before$1" ;;
    2) diff_drop "$diff_kept$1" ;;
    esac
}

# diff_put FILE PATH: moves it there, making directories. Where that is not possible, it is as if it had not been seen.
diff_put() {
    mkdir -p "${2%/*}" 2>/dev/null && mv -f "$1" "$2" 2>/dev/null
}

# diff_is_secret PATH: by its name. (A pattern is matched, never run.)
diff_is_secret() {
    case $diff_own in *"
$1
"*) return 0 ;; esac
    case $1 in "$diff_queue"/*) return 0 ;; esac
    set -f
    for diff_pattern in $diff_secrets_built_in $conf_diff_secrets; do
        # shellcheck disable=SC2254 # it is a pattern
        case $1 in
        $diff_pattern)
            set +f
            return 0
            ;;
        esac
    done
    set +f
    return 1
}

# For a process that diff_read can end, since opening a FIFO waits for its other end. What was opened is looked at, not
# what had that name a moment ago: the name may have been made a link to a secret since. $1 is without links, so it is
# what was opened. No more than one name, because by the others it may be a secret.
# shellcheck disable=SC2016 # for that process
diff_reader='
exec 7<"$1" && [ -f /proc/self/fd/7 ] && [ "$(readlink /proc/self/fd/7)" = "$1" ] || exit 1
set -- "$2" "$3" $(ls -ldLn /proc/self/fd/7)
[ "$4" = 1 ] || exit 3
[ "$7" -le "$1" ] || exit 4
head -c "$1" <&7 >"$2" && [ "$(wc -c <"$2")" -eq "$7" ]'

# diff_read PATH FILE: copies it; one that is not there is empty. PATH is without links. 1: not now, 2: never; then
# $diff_why says why, but where there is nothing to be said.
diff_read() {
    diff_why='it cannot be read'
    : >"$2" || return 1
    [ -e "$1" ] || [ -L "$1" ] || return 0
    if [ ! -f "$1" ] || [ -L "$1" ]; then
        diff_why='' # a directory, a device: nothing to be said of it
        return 2
    fi
    timeout 3 sh -c "$diff_reader" sh "$1" "$conf_diff_max_size" "$2" 2>/dev/null
    case $? in
    0) ;;
    3) diff_why='it has several names' && return 2 ;;
    4) diff_why="it is larger than diff_max_size, $conf_diff_max_size bytes" && return 2 ;;
    *) return 1 ;;
    esac
    if LC_ALL=C grep -q -e '-----BEGIN .*PRIVATE KEY' "$2"; then
        diff_why='it has a private key'
        return 2
    fi
}

# diff_take LINE: of the run log. What it prints goes in front of it. A step for each field: a pattern of them all takes
# some shells for ever, where it does not match. (A very long line names no file that matters.)
diff_take() {
    case $1 in
    "R: @@"*) diff_rest=${1#"R: @@"} ;;
    [0-9]*" R: @@"*) diff_rest=${1#* } && diff_rest=${diff_rest#"R: @@"} ;;
    *) return 0 ;;
    esac
    [ ${#1} -le 10000 ] || return 0
    for diff_field in policy type rule directive report_id component key; do
        case $diff_rest in *@@*) ;; *) return 0 ;; esac
        diff_value=${diff_rest%%@@*}
        diff_rest=${diff_rest#*@@}
        [ $diff_field != type ] || diff_take_type "$diff_value" || return 0
    done
    diff_take_file "$diff_value"
}

# diff_take_type TYPE: what a report of this type means for its file. False: nothing.
diff_take_type() {
    case $1 in
    result_success | audit_compliant) diff_wrong=no diff_from='' ;;
    result_repaired) diff_wrong=no diff_from=before ;;
    result_error | audit_error | audit_noncompliant) diff_wrong=yes diff_from=kept ;;
    *) return 1 ;;
    esac
}

# diff_take_file KEY
diff_take_file() {
    case $1 in
    *[[:cntrl:]]* | [!/]* | '') return 0 ;;
    esac
    [ ${#1} -le 1000 ] && diff_path=$(readlink -f -- "$1") || return 0
    case $diff_path in
    *[[:cntrl:]]* | [!/]* | '' | /) return 0 ;;
    esac
    diff_tick
    diff_why='it is secret' diff_readable=2
    diff_is_secret "$1" || diff_is_secret "$diff_path" || {
        diff_read "$diff_path" "$diff_work/now"
        diff_readable=$?
    }
    if [ $diff_readable = 0 ]; then
        [ -z "$diff_from" ] || diff_show "$diff_path"
        diff_remember "$diff_path"
    else
        [ -z "$diff_from" ] || [ -z "$diff_why" ] || diff_say "$1: not shown, $diff_why"
        [ $diff_readable = 1 ] || diff_drop "$diff_kept$diff_path" "$diff_work/last$diff_path"
    fi
}

# diff_tick: tells who waits for the end of the run log that it goes on.
diff_tick() {
    diff_beat=$((diff_beat + 1))
    echo $diff_beat >"$diff_work/beat"
}

# diff_say TEXT
diff_say() {
    runlog_now
    printf '%s rudder     info: diff: %s\n' "$now" "$1"
}

# diff_show PATH: what is now, compared with what was shown last, was before the run, or is kept.
diff_show() {
    diff_base=$diff_work/shown$1
    [ -e "$diff_base" ] || [ $diff_from = kept ] || diff_base=$diff_work/before$1
    [ -e "$diff_base" ] || diff_base=$diff_kept$1
    [ -f "$diff_base" ] || return 0
    cmp -s "$diff_base" "$diff_work/now" && return
    if diff_is_binary "$diff_base" || diff_is_binary "$diff_work/now"; then
        diff_say "$1: before: $(diff_describe "$diff_base")"
        diff_say "$1: now: $(diff_describe "$diff_work/now")"
    else
        diff_lines "$1"
    fi
    cp "$diff_work/now" "$diff_work/copy" && diff_put "$diff_work/copy" "$diff_work/shown$1"
}

# diff_is_binary FILE: has it bytes that a text has not?
diff_is_binary() {
    [ "$(LC_ALL=C tr -d '\011\012\015\040-\176\200-\377' <"$1" | wc -c)" -gt 0 ]
}

diff_describe() {
    [ -s "$1" ] || {
        echo "no content"
        return
    }
    diff_hash=$(openssl dgst -sha256 -r <"$1")
    echo "$(($(wc -c <"$1"))) bytes, sha256 ${diff_hash%% *}"
}

# diff_lines PATH: as log entries. A carriage return would end the line for who reads the run log.
diff_lines() {
    runlog_now
    diff -u -L "$1" -L "$1" "$diff_base" "$diff_work/now" | LC_ALL=C awk -v left="$diff_lines_left" \
        -v head="$now rudder     info: diff: " '
        NR > left { more++; next }
        { gsub(/\r/, "^M"); print head (length($0) > 400 ? substr($0, 1, 400) "..." : $0) }
        END { if (more) print head "diff_max_lines is reached: " more " more" }' >"$diff_work/text"
    cat "$diff_work/text"
    diff_lines_left=$((diff_lines_left - $(wc -l <"$diff_work/text")))
    [ $diff_lines_left -ge 0 ] || diff_lines_left=0
}

# diff_remember PATH: what is now, for the next run.
diff_remember() {
    if [ ! -e "$diff_kept$1" ] && [ ! -e "$diff_work/last$1" ]; then
        [ -e "$1" ] || return 0
        if [ "$diff_count" -ge "$conf_diff_max_files" ]; then
            [ -n "$diff_full" ] || say "differences are kept of $conf_diff_max_files files (diff_max_files), not of $1"
            diff_full=yes
            return
        fi
        diff_count=$((diff_count + 1))
    fi
    [ $diff_wrong = no ] || { : >"$diff_work/mark" && diff_put "$diff_work/mark" "$diff_work/bad$1"; }
    diff_put "$diff_work/now" "$diff_work/last$1"
}

# diff_close: after the last line. What has something wrong with it is compared with the same content next time.
diff_close() {
    find "$diff_work/last" -type f >"$diff_work/names"
    while IFS= read -r diff_file; do
        diff_tick
        diff_path=${diff_file#"$diff_work/last"}
        if [ -e "$diff_work/bad$diff_path" ] && [ -e "$diff_kept$diff_path" ]; then
            touch "$diff_kept$diff_path"
        elif [ -e "$diff_path" ]; then
            diff_put "$diff_file" "$diff_kept$diff_path"
        else
            diff_drop "$diff_kept$diff_path"
        fi
    done <"$diff_work/names"
}
