# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# web_poller: reads new rows of one event type as the web application does: the sequence's last value is its mark, it
# reads the rows from the mark on, and never looks below the mark again. It does so without rest, far more often than
# the web application, which waits five seconds. Sourced after lab/postgres.sh.
#
#     web_poller_start TYPE     in the background; the ids that it sees go to $LAB/seen, a line each
#     web_poller_stop           after a last look

web_poller_start() {
    rm -f "$LAB/seen" "$LAB/web-poller-stop"
    web_poller "$1" >"$LAB/seen" &
    WEB_POLLER=$!
}

web_poller_stop() {
    touch "$LAB/web-poller-stop"
    wait "$WEB_POLLER"
}

# The mark moves past the last value that was read before the rows, and past each row.
web_poller() {
    local mark=0 last id query stop=
    coproc WEB { lab_psql -At; }
    while
        [ ! -e "$LAB/web-poller-stop" ] || stop=yes
        query="SELECT last_value FROM serial; SELECT id, executiondate, ruleid, directiveid, nodeid, reportid, component,
            keyvalue, executiontimestamp, eventtype, msg FROM RudderSysEvents WHERE 1=1 AND id >= $mark
            AND (eventtype='$1') ORDER BY id ASC LIMIT 1000; SELECT '.';"
        echo "${query//[[:space:]]/ }" >&"${WEB[1]}"
        IFS= read -r last <&"${WEB[0]}" || return
        while IFS='|' read -r id _ <&"${WEB[0]}" && [ "$id" != . ]; do
            echo "$id"
            last=$((id > last ? id : last))
        done
        mark=$((last + 1))
        [ -z "$stop" ]
    do
        sleep 0.05
    done
}
