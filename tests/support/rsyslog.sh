# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# rsyslog: what the end-to-end tests of syslog share: rsyslogd as a private process with the configurations that are
# installed as examples, and messages as agents send them. Sourced after lab/lab.sh and lab/relay.sh.
#     rsyslog_config NAME FILE SED...  $LAB/rsyslog/NAME/rsyslog.conf: syslog/FILE, changed
#     rsyslog_start NAME, rsyslog_stop NAME [SIGNAL]
#     rsyslog_tls CERT KEY BELOW ABOVE prints what sed needs for certificate, key, and the certificates of the others
#     syslog_user                      the user that the program becomes; its directories are made his
#     syslog_reports <RUN-LOG          prints its reports without log entries, as a run log
#     syslog_frames 3164|5424 <RUN-LOG prints each report as a message, framed for TCP
#     syslog_send PORT [SOCAT-OPTION]  sends standard input there
#     syslog_program NAME              prints the pid of the rudder-relay-syslog of that rsyslogd

# Where rsyslogd is not in PATH of a plain user.
RSYSLOGD=$(PATH=$PATH:/usr/sbin:/sbin command -v rsyslogd)

rsyslog_config() {
    local directory=$LAB/rsyslog/$1
    mkdir -p "$directory/work" && {
        echo "global(workDirectory=\"$directory/work\")"
        sed -e 's/"0\.0\.0\.0"/"127.0.0.1"/' "${@:3}" "syslog/$2"
    } >"$directory/rsyslog.conf"
}

rsyslog_start() {
    rm -f "$LAB/rsyslog/$1/pid"
    lab_start "rsyslog-$1" env TZ=UTC "$RSYSLOGD" -n -f "$LAB/rsyslog/$1/rsyslog.conf" -i "$LAB/rsyslog/$1/pid" &&
        lab_wait_for 60 test -s "$LAB/rsyslog/$1/pid"
}

rsyslog_stop() {
    lab_stop "rsyslog-$1" "${2:-TERM}"
}

# An openssl fingerprint as rsyslog writes it.
rsyslog_pin() {
    openssl x509 -in "$1" -noout -fingerprint -sha1 | sed 's/.*=/SHA1:/'
}

rsyslog_tls() {
    printf '%s\n' "s|\"/etc/rudder-relay/syslog-relays.pem\"|\"$3\"|" \
        "s|\"/var/rudder/lib/ssl/policy_server.pem\"|\"$4\"|" "s|\"/opt/rudder/etc/ssl/rudder.crt\"|\"$1\"|" \
        "s|\"/opt/rudder/etc/ssl/rudder.key\"|\"$2\"|" \
        "/ermittedPeer=.*# site/s|SHA1:[0-9A-F:]*|$(rsyslog_pin "$3")|" \
        "/ermittedPeer=.*# site: the server above/s|SHA1:[0-9A-F:]*|$(rsyslog_pin "$4")|"
}

syslog_user() {
    local user
    user=$(id -un)
    if [ "$user" = root ]; then
        user=daemon
        chown -R "$user" "$LAB/relay/syslog" "$LAB/relay/reports/syslog/incoming"
    fi
    echo "$user"
}

syslog_reports() {
    awk '/^[^ ]+ rudder +[a-z]+: / { keep = 0 }
        /^[^ ]+ R: @@/ { keep = 1 }
        keep'
}

# A line that does not begin a report continues the message, without its time.
syslog_frames() {
    LC_ALL=C awk -v format="$1" '
        function send() {
            if (text != "") printf "%d %s", length(text), text
        }
        BEGIN { split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", months, " ") }
        /^[^ ]+ R: @@/ {
            send()
            when = $1
            sub(/^[^ ]+ /, "")
            if (format == 5424) {
                text = "<134>1 " when " node.example.com rudder 4711 - - " $0
            } else {
                day = substr(when, 9, 2) + 0
                text = sprintf("<134>%s %2d %s node rudder[4711]: %s", months[substr(when, 6, 2) + 0], day,
                    substr(when, 12, 8), $0)
            }
            next
        }
        {
            sub(/^[0-9T:+-]+ /, "")
            text = text "\n" $0
        }
        END { send() }'
}

syslog_send() {
    socat -u STDIN "TCP:127.0.0.1:$1${2:+,$2}"
}

syslog_program() {
    pgrep -f "^$PROGRAM -c $LAB_CONFIG"
}
