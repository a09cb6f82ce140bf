# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# adopt-probe: does the adopted server do its work? Asked as nodes and the web application ask. Sourced by
# rudder-relay-adopt.

# probe SECONDS: false, with the reason said, when something does not work, or no report passes in that time.
probe() {
    wait_for 30 units_run || {
        say "units that do not run: $(systemctl list-units --plain --no-legend --state=failed 'rudder-relay-*' |
            cut -d' ' -f1 | paste -sd ' ')"
        return 1
    }
    wait_for 30 api_answers || {
        say "the relay API does not answer at $LOCAL_API/system/info: $said"
        return 1
    }
    wait_for 60 status_is_good || {
        say "the relay says: $said"
        return 1
    }
    probe_upload && probe_report "$1"
}

units_run() {
    systemctl -q is-active rudder-relayd rudder-relay.target rudder-relay-forwarder rudder-relay-upload \
        rudder-relay-system
}

ask() {
    said=$(curl --silent --show-error --max-time 10 --noproxy '*' "$@" 2>&1)
}
api_answers() {
    ask "$LOCAL_API/system/info" && case $said in *'"result":"success"'*'"getSystemInfo"'*) ;; *) false ;; esac
}
status_is_good() {
    ask "$LOCAL_API/system/status" &&
        case $said in *'"status":"error"'*) false ;; *'"result":"success"'*) ;; *) false ;; esac
}

# upload_login: what curl reads from its standard input, since command lines are there for everybody to see; false
# where nothing is known.
upload_login() {
    if site_ca_mode; then
        printf 'cert = "%s"\nkey = "%s"\n' "$CLIENT_CERT" "$CLIENT_KEY"
    elif [ -s "$CONFDIR/upstream-password" ]; then
        user=$(sed -n 's/^ *user = "\(.*\)"; #.*/\1/p' "$CONFDIR/relay.conf" | head -n 1)
        printf 'user = "%s:%s"\n' "${user:-rudder}" "$(head -n 1 "$CONFDIR/upstream-password" | sed 's/[\\"]/\\&/g')"
    else
        return 1
    fi
}

# The upload with which root checks its password: it is answered, and neither kept nor processed.
probe_upload() {
    login=$(upload_login) || return 0
    port=$(sed -n 's/^ *https_port = \([0-9]*\); #.*/\1/p' "$CONFDIR/relay.conf")
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        code=$(printf '%s\n' "$login" | curl --config - --silent --insecure --noproxy '*' --max-time 10 \
            --output /dev/null --write-out '%{http_code}' --upload-file /opt/rudder/etc/uuid.hive \
            "https://127.0.0.1:${port:-443}/inventory-updates/uuid.hive")
        case $code in
        201 | 204) return 0 ;;
        401 | 403)
            say "note: an upload from this machine is answered $code:" \
                "the site's password file or networks do not have it"
            return 0
            ;;
        esac
        sleep 1
    done
    say "an upload to https://127.0.0.1:${port:-443}/inventory-updates/ is answered $code"
    return 1
}

# Puts into $reports how many run logs were stored, or taken by the server above. The counters outlive the programs.
count_reports() {
    ask http://127.0.0.1:3030/metrics || return
    reports=$(printf '%s\n' "$said" |
        awk '/^rudder_relayd_reports_total\{status="(ok|forward_ok)"\}/ { sum += $2 } END { printf "%d\n", sum }')
}
a_report_passed() {
    count_reports && [ "$reports" -gt "$passed" ]
}

# The policy server is a node, too. Its agent's run is what comes soonest.
probe_report() {
    [ "$1" != 0 ] || return 0
    wait_for 30 count_reports || {
        say "the metrics cannot be read: $said"
        return 1
    }
    passed=$reports
    say "waiting for a report to pass (at most $1 s)"
    if [ -x /opt/rudder/bin/rudder ]; then
        /opt/rudder/bin/rudder agent run >/dev/null 2>&1 </dev/null 9>&- &
    fi
    wait_for "$1" a_report_passed || {
        say "no report has passed within $1 seconds"
        return 1
    }
}
