# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# adopt-check: what adopting would do here, and what is in the way. Changes nothing. Sourced by rudder-relay-adopt.
#
# A line each: `ok`, `note` for what to know, `stop` for what is in the way; the last sets STOPPED.

good() {
    say "ok    $*"
}
remark() {
    say "note  $*"
}
stop() {
    say "stop  $*"
    STOPPED=yes
}

check_site() {
    STOPPED=no
    if is_live && [ "$(id -u)" != 0 ]; then stop "this needs root"; fi
    check_files
    check_version
    check_certificates
    check_space
    if is_live && [ "$STOPPED" = no ]; then
        check_rights
        check_ports
        check_httpd
        check_selinux
    fi
    check_configuration
    [ "$STOPPED" = no ]
}

check_files() {
    for file in "$RELAYD_DIR/main.conf" "$STOCK_INCLUDE" /opt/rudder/etc/uuid.hive; do
        [ -r "$ROOT$file" ] || stop "there is no $file: is this a server of Rudder?"
    done
    for directory in $WAITING /var/rudder/reports/failed; do
        [ -d "$ROOT$directory" ] || stop "there is no $directory"
    done
    vhost=$(site_vhost "$STOCK_INCLUDE")
    adopted=$(site_vhost "$HTTPD_PUBLIC")
    if [ -n "$vhost" ]; then
        good "$vhost includes $STOCK_INCLUDE; it would include $HTTPD_PUBLIC instead"
    elif [ -n "$adopted" ]; then
        good "$adopted includes $HTTPD_PUBLIC already"
    else
        stop "nothing in $HTTPD_SITES includes $STOCK_INCLUDE"
    fi
}

# The version of Rudder's package, MAJOR.MINOR...; nothing where that is not known.
rudder_version() {
    if command -v dpkg-query >/dev/null &&
        dpkg-query --admindir="$ROOT/var/lib/dpkg" -W -f '${Version}' rudder-relay 2>/dev/null; then
        return
    fi
    ! command -v rpm >/dev/null || rpm --root "${ROOT:-/}" -q --qf '%{VERSION}' rudder-relay 2>/dev/null
}

check_version() {
    version=$(rudder_version)
    number=$(printf '%s' "${version#*:}" | sed -n 's/^\([0-9]\{1,3\}\)\.\([0-9]\{1,3\}\).*/\1 \2/p')
    if [ -z "$number" ]; then
        remark "the version of Rudder's package rudder-relay is not known; 7.1 to 10 are supported"
        return
    fi
    number=$((${number% *} * 1000 + ${number#* }))
    if [ $number -lt 7001 ] && site_is_root; then
        stop "Rudder $version: the database of a root server has to be that of 7.1 or later"
    elif [ $number -lt 8003 ]; then
        remark "Rudder $version: below 8.3 the relay was not compared with all statements of the web application"
    elif [ $number -ge 11000 ]; then
        remark "Rudder $version is newer than what this relay was made for (7.1 to 10)"
    else
        good "Rudder $version"
    fi
}

check_certificates() {
    site_certificate
    clients=/var/rudder/lib/ssl/nodescerts.pem
    if site_ca_mode; then
        clients=/var/rudder/lib/ssl/policy_server_ca.pem
        good "nodes show certificates that an authority has signed (CA mode)"
        site_node_id_domain >/dev/null || stop "$NODES_AUTH: its rule is neither the UID nor one domain of DNS names"
    fi
    for file in "$SERVER_CERT" "$SERVER_KEY" "$clients"; do
        [ -s "$ROOT$file" ] || stop "$file is missing or empty"
    done
    [ -s "$ROOT$SERVER_CERT" ] && [ -s "$ROOT$SERVER_KEY" ] || return 0
    if [ "$(openssl x509 -noout -pubkey -in "$ROOT$SERVER_CERT" 2>&1)" != \
        "$(openssl pkey -pubout -in "$ROOT$SERVER_KEY" 2>&1)" ]; then
        stop "$SERVER_KEY is not the key of $SERVER_CERT"
    elif ! openssl x509 -noout -checkend 2592000 -in "$ROOT$SERVER_CERT" >/dev/null; then
        remark "$SERVER_CERT expires within 30 days, or has expired"
    else
        good "the server's certificate is $SERVER_CERT"
    fi
}

check_space() {
    free=$(df -Pk "$ROOT/var/rudder/reports" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }')
    if [ "${free:-0}" -lt 1024 ]; then
        remark "only ${free:-0} MiB are free in /var/rudder/reports;" \
            "uploads are turned away below upload.min_free_space"
    else
        good "$free MiB are free in /var/rudder/reports"
    fi
}

# Our users get into the spool as members of group rudder; nothing of the site's directories is changed for them.
check_rights() {
    shut=
    for directory in /var/rudder /var/rudder/reports /var/rudder/inventories; do
        case $(stat -L -c '%G %A' "$directory") in
        rudder\ d?????[xs]* | *\ d????????[xt]) ;;
        *) shut="$shut $directory" ;;
        esac
    done
    for directory in $SPOOL; do
        case $(stat -L -c '%G %A' "$directory") in
        rudder\ d???rw[xs]* | *\ d??????rw[xt]) ;;
        *) shut="$shut $directory" ;;
        esac
    done
    if [ -n "$shut" ]; then
        stop "group rudder may not write to, or does not get through:$shut"
    else
        good "group rudder may write to the directories of what waits; no owner or mode would be changed"
    fi
}

check_ports() {
    for port in 443 3030; do
        holder=$(port_holder $port)
        case $port:$holder in
        *:apache2 | *:httpd) good "port $port is httpd's" ;;
        443:) stop "nobody listens at port 443: httpd does not run?" ;;
        3030:) remark "nobody listens at port 3030: relayd does not run" ;;
        3030:rudder-relayd) good "port 3030 is relayd's" ;;
        *:somebody) remark "port $port is in use; without ss it is not known by whom" ;;
        3030:*) remark "port 3030 is held by $holder; it has to be free when rudder-relayd is stopped" ;;
        *) stop "port $port is held by $holder" ;;
        esac
    done
}

check_httpd() {
    missing=$(httpd_missing_modules)
    if [ -n "$missing" ] && ! command -v a2enmod >/dev/null; then
        stop "httpd lacks the modules $missing"
    elif [ -n "$missing" ]; then
        good "httpd's modules would be enabled: $missing"
    else
        good "httpd has all modules"
    fi
    said=$(httpd_control configtest 2>&1) || stop "httpd does not take its present configuration: $said"
}

check_selinux() {
    command -v getenforce >/dev/null && [ "$(getenforce)" = Enforcing ] || return 0
    if semodule -l 2>/dev/null | grep -q '^rudder_relay\([[:space:]]\|$\)'; then
        good "SELinux: the module of the programs is there"
    else
        stop "SELinux is enforcing and the module rudder_relay is not loaded"
    fi
}

# Imported into a directory of its own, with its secrets; then check-config logs in to the database.
check_configuration() {
    place=$(mktemp -d) || return
    if "$RELAY" import-config -n -o "$place" "$ROOT$RELAYD_DIR" >/dev/null 2>"$place/notes" &&
        "$RELAY" import-config -o "$place" "$ROOT$RELAYD_DIR" >/dev/null 2>&1; then
        good "$RELAYD_DIR makes a relay.conf"
        sed 's/^/note  /; s/^note  note: /note  /' "$place/notes"
        check_import "$place"
    else
        stop "$RELAYD_DIR cannot be imported:"
        sed 's/^/      /' "$place/notes"
    fi
    rm -rf "$place"
}

check_import() {
    check_from_upstream "$1/relay.conf"
    is_live || return 0
    if said=$("$RELAY" check-config -c "$1/relay.conf" 2>&1); then
        good "check-config: $(printf '%s' "$said" | sed -n '$s/.*: right/right/p')"
        printf '%s\n' "$said" | sed -n 's/^note: /note  /p'
    else
        stop "check-config: $(printf '%s' "$said" | sed "s|$1/||g")"
    fi
}

# check_from_upstream RELAY_CONF
check_from_upstream() {
    from=$(site_from_upstream) above=
    if is_live && ! site_is_root; then
        above=$(site_above "$1")
        case $above in
        ours) good "the server above is a rudder-relay" ;;
        stock) good "the server above is Rudder's own" ;;
        *)
            remark "the server above does not say what it is: it does not answer," \
                "or is not the one of relayd's configuration"
            ;;
        esac
    fi
    case $above:$from in
    ours:common) [ -s "$FROM_UPSTREAM_FILE" ] || [ -s "$STATE/from-upstream" ] || from=all ;;
    stock:all) remark "it gives the policies of the nodes below to them alone, though $FROM_UPSTREAM_FILE says all" ;;
    esac
    case $from in
    none) site_is_root || remark "/common and the policies of the nodes below come as before ($FROM_UPSTREAM_FILE)" ;;
    common)
        remark "/common comes from the server above, over HTTPS; a stock server gives the policies of the nodes below" \
            "to those nodes alone: they come as before. If it is a rudder-relay: echo all >$FROM_UPSTREAM_FILE"
        ;;
    all) remark "/common and the policies of the nodes below come from the server above, over HTTPS" ;;
    *) stop "$FROM_UPSTREAM_FILE says neither none, common nor all" ;;
    esac
}
