# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# agent-queue: run logs between the run and the server, one file each, below the directory $conf_queue:
#     ready/    complete, to be sent; a file comes in by rename and goes after the server has taken it
#     refused/  what the server will never take, for a person to look at; goes by age like the rest
#     work/     a directory a run in progress, named as its log will be, with the pid in it
# No lock is held: a name is reserved by mkdir, and a log sent by two processes at once is one file on the server.

queue_open() {
    (umask 077 && mkdir -p "$conf_queue/ready" "$conf_queue/refused" "$conf_queue/work") || {
        say "the queue directory $conf_queue cannot be made or used by $(id -un)"
        return 1
    }
    queue_sweep
}

# What runs that were killed have left.
queue_sweep() {
    for directory in "$conf_queue/work"/*; do
        [ -d "$directory" ] || continue
        if read -r pid 2>/dev/null <"$directory/pid"; then
            agent_lives "$pid" || rm -rf "$directory"
        else
            # being made just now, or left in that very moment
            find "$directory" -prune -mtime +0 -exec rm -rf {} \;
        fi
    done
}

# queue_reserve: sets $run_name, that of a run which starts now; $run_start, its time as reports have it, which no other
# run of this node has; and $run_work, the directory to make its log in.
queue_reserve() {
    tries=0
    while [ $tries -lt 10 ]; do
        run_start=$(date -u "+%Y-%m-%d %H:%M:%S+00:00")
        run_name="${run_start% *}T${run_start#* }@$conf_node_id"
        run_work=$conf_queue/work/$run_name
        # a name has seconds only: another run of the same second has it for itself
        if [ ! -e "$conf_queue/ready/$run_name.log.gz" ] && mkdir "$run_work" 2>/dev/null; then
            echo $$ >"$run_work/pid"
            return
        fi
        run_work=
        tries=$((tries + 1))
        sleep 1
    done
    say "no run log can be made in $conf_queue/work"
    return 1
}

# queue_put: the sealed log of the run becomes ready. What is in ready/ is whole also after a power cut.
queue_put() {
    to_disk "$run_work/sealed"
    mv -f "$run_work/sealed" "$conf_queue/ready/$run_name.log.gz" && to_disk "$conf_queue/ready"
}

# queue_release: gives the name back, though not within the second it stands for.
queue_release() {
    [ -n "${run_work:-}" ] || return 0
    case $run_name in "$(date -u +%Y-%m-%dT%H:%M:%S+00:00)"*) sleep 1 ;; esac
    rm -rf "$run_work"
    run_work=
}

# days_and_seconds DATETIME: sets $days (since 1 March 2000) and $seconds from 2026-11-23T09:10:55+00:00.
# The 1 before each field keeps 08 and 09 from being octal numbers.
days_and_seconds() {
    rest=$1
    year=${rest%%-*} rest=${rest#*-}
    month=${rest%%-*} rest=${rest#*-}
    day=${rest%%T*} rest=${rest#*T}
    hour=${rest%%:*} rest=${rest#*:}
    minute=${rest%%:*} rest=${rest#*:}
    second=${rest%%+*}
    month=$((1$month - 100)) day=$((1$day - 100))
    # years begin in March here, so that the leap day is the last
    years=$((year - 2000 - (month < 3)))
    days=$((years * 365 + years / 4 - years / 100 + years / 400 + ((month + 9) % 12 * 153 + 2) / 5 + day))
    seconds=$(((1$hour - 100) * 3600 + (1$minute - 100) * 60 + 1$second - 100))
}

# queue_too_old NAME
queue_too_old() {
    days_and_seconds "$queue_now"
    now_days=$days now_seconds=$seconds
    days_and_seconds "$1"
    days=$((now_days - days))
    [ $days -gt "$conf_max_age_days" ] || { [ $days -eq "$conf_max_age_days" ] && [ "$now_seconds" -gt "$seconds" ]; }
}

queue_is_name() {
    case $1 in
    [0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]+00:00@?*.log.gz) ;;
    *) return 1 ;;
    esac
}

# queue_drop_old: by the date in the name, which is the run's.
queue_drop_old() {
    queue_now=$(date -u +%Y-%m-%dT%H:%M:%S+00:00)
    for directory in ready refused; do
        for file in "$conf_queue/$directory"/*.log.gz; do
            name=${file##*/}
            queue_is_name "$name" && queue_too_old "$name" || continue
            rm -f "$file" "$file.reason"
            [ $directory = refused ] || say "dropped $name: not sent for more than $conf_max_age_days days"
        done
    done
}

# queue_send_kept LIMIT: sends that many at the most, oldest first. Stops, false, when the server is the trouble.
queue_send_kept() {
    limit=$1
    # names begin with the date: sorted by bytes is sorted by age
    set -- "$conf_queue/ready"/*.log.gz
    sent=0
    for file; do
        [ -e "$file" ] && queue_is_name "${file##*/}" || continue
        [ $sent -lt "$limit" ] || break
        sent=$((sent + 1))
        queue_send "$file" || return
    done
}

# queue_send FILE: true if it is done with, one way or the other.
queue_send() {
    if ! gzip -t "$1" 2>/dev/null; then
        [ -e "$1" ] || return 0 # sent by another run meanwhile
        queue_refuse "$1" "the file is damaged"
        return 0
    fi
    upload "$1" reports
    case $? in
    0) rm -f "$1" ;;
    1) queue_refuse "$1" "$upload_reason" ;;
    *)
        [ -e "$1" ] || return 0
        upload_failed=$upload_reason
        return 1
        ;;
    esac
}

# queue_refuse FILE REASON: out of the way, with the reason beside it.
queue_refuse() {
    printf '%s\n' "$2" >"$conf_queue/refused/${1##*/}.reason"
    mv -f "$1" "$conf_queue/refused/" || return 0
    say "${1##*/} was refused for good and is now in $conf_queue/refused: $2"
}

queue_count() {
    set -- "$conf_queue/ready"/*.log.gz
    [ -e "$1" ] || set --
    kept=$#
}
