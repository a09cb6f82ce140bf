# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# staged_runs: many run logs at once, for a tenth of the work that lab_run_file has with each. Needs lab/relay.sh.
#
#     staged_runs DIRECTORY REPORTS <LIST     signed, compressed run logs of so many reports, into a directory that has
#                                             no others; LIST: lines "ID SECONDS", the start since 1970

staged_runs() {
    local directory=$1 reports=$2 id seconds start
    mkdir -p "$directory" && while read -r id seconds; do
        TZ=UTC printf -v start '%(%Y-%m-%d %H:%M:%S)T+00:00' "$seconds"
        echo "$id $start $reports $directory/${start/ /T}@$id.log"
    done | lab_runlogs && for id in $(ls "$directory" | sed 's/.*@//' | sort -u); do
        find "$directory" -name "*@$id" -print0 | xargs -0 "$RELAY_BUILD/tests/support/sign_runs" \
            "$LAB/nodes/${id%.log}.cert" "$LAB/nodes/${id%.log}.key" || return
    done
    find "$directory" -name '*.log' -exec gzip -n {} + &&
        find "$directory" -name '*.gz' -exec touch -d "@$EPOCHSECONDS" {} + # as lab_arrive does
}
