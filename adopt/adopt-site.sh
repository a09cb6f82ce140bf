# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# adopt-site: where a site of Rudder has its things, and how to ask them. Sourced by rudder-relay-adopt.
#
# With another root than / nothing runs there: systemd, httpd and the network are left alone.

RELAYD_DIR=/opt/rudder/etc/relayd
STOCK_INCLUDE=/opt/rudder/etc/rudder-apache-relay-ssl.conf
STAND_IN=/etc/systemd/system/rudder-relayd.service
SUDOERS=/etc/sudoers.d/rudder-relay-adopted
HTTPD_PUBLIC=$CONFDIR/httpd/public.conf
HTTPD_LOCAL=$CONFDIR/httpd/local.conf
LOCAL_API=http://127.0.0.1:3030/rudder/relay-api/1
OURS="rudder-relay-upload rudder-relay-forwarder rudder-relay-shared-files"
IMPORTED="$CONFDIR/relay.conf $CONFDIR/database-password $CONFDIR/upstream-password"
IMPORTED="$IMPORTED $CONFDIR/upstream-default-password $CONFDIR/adopted-client.key"

is_live() {
    [ -z "$ROOT" ]
}

# live COMMAND...: runs it, but not for another root.
live() {
    ! is_live || "$@"
}

site_httpd() {
    if [ -d "$ROOT/etc/apache2" ]; then
        HTTPD_SERVICE=apache2 HTTPD_LINK=/etc/apache2/conf-enabled/rudder-relay.conf
        HTTPD_SITES=/etc/apache2/sites-enabled
    else
        HTTPD_SERVICE=httpd HTTPD_LINK=/etc/httpd/conf.d/rudder-relay.conf HTTPD_SITES=/etc/httpd/conf.d
    fi
}
site_httpd

# An Include of the stock configuration that is no comment; in between, what stands before and behind the file's name.
INCLUDE_PATTERN='^\([[:space:]]*Include\(Optional\)\{0,1\}[[:space:]]\{1,\}"\{0,1\}\)'

# site_vhost FILE: prints the path of the site's configuration that includes FILE; nothing if there is none.
site_vhost() {
    for site in "$ROOT$HTTPD_SITES"/*.conf; do
        if [ -f "$site" ] && grep -q "$INCLUDE_PATTERN$1\"\{0,1\}[[:space:]]*$" "$site"; then
            site=$(readlink -f "$site")
            printf '%s\n' "${site#"$(readlink -f "$ROOT/" | sed 's|/$||')"}"
            return
        fi
    done
}

# site_edit FROM TO <CONFIGURATION: has it include TO in place of FROM.
site_edit() {
    sed "s|$INCLUDE_PATTERN$1\(\"\{0,1\}[[:space:]]*\)$|\1$2\3|"
}

# What the site shows to other servers in CA mode.
CLIENT_CERT=/opt/rudder/etc/ssl/agent-http.cert
CLIENT_KEY=/opt/rudder/etc/ssl/agent-http.key

# site_ca_mode: does the site go by certificates of an authority, without passwords (CA mode)?
site_ca_mode() {
    grep -q '^[[:space:]]*peer_authentication[[:space:]]*=[[:space:]]*"cert_validation"' "$ROOT$RELAYD_DIR/main.conf" &&
        ! grep -q '^[[:space:]]*AuthType[[:space:]]' "$ROOT$STOCK_INCLUDE"
}

# In CA mode the node id stands in the certificate's UID, or in a name below this domain, as the site's own file says.
# Prints the domain, nothing for the UID; false if the file says something else.
NODES_AUTH=/opt/rudder/etc/rudder-apache-nodes-auth.conf
site_node_id_domain() {
    [ -e "$ROOT$NODES_AUTH" ] || return 0
    rules=$(grep '^[[:space:]]*RewriteCond[[:space:]]' "$ROOT$NODES_AUTH" |
        sed 's/.*SSL_CLIENT_SAN_DNS_[0-9]*}=$1\.\([A-Za-z0-9.-]\{1,\}\)".*/\1/; s/.*SSL_CLIENT_S_DN_UID}=$1".*//' |
        sort -u)
    [ "$(printf '%s\n' "$rules" | wc -l)" = 1 ] || return
    case $rules in *[!A-Za-z0-9.-]*) return 1 ;; esac
    printf '%s' "$rules"
}

site_is_root() {
    [ "$(cat "$ROOT/opt/rudder/etc/uuid.hive" 2>/dev/null)" = root ]
}

# The server's own certificate and key, as the stock configuration takes them.
site_certificate() {
    if [ -e "$ROOT/opt/rudder/etc/ssl/server.cert" ]; then
        SERVER_CERT=/opt/rudder/etc/ssl/server.cert SERVER_KEY=/opt/rudder/etc/ssl/server.key
    elif site_ca_mode; then
        SERVER_CERT=$CLIENT_CERT SERVER_KEY=$CLIENT_KEY
    else
        SERVER_CERT=/opt/rudder/etc/ssl/agent.cert SERVER_KEY=/var/rudder/cfengine-community/ppkeys/localhost.priv
    fi
}

site_tls_minimum() {
    case $(grep -h '^[[:space:]]*SSLProtocol[[:space:]]' "$ROOT$STOCK_INCLUDE") in
    *TLSv1.2* | '') echo 1.2 ;;
    *+TLSv1.3*) echo 1.3 ;;
    *) echo 1.2 ;;
    esac
}

# imported KEY FILE: the value of the key in a relay.conf that import-config made; nothing if it is not there
imported() {
    sed -n "s/^ *$1 = \"\{0,1\}\([^\";]*\).*/\1/p" "$2" | head -n 1
}

# site_above RELAY_CONF: what the policy server above is: `ours`, `stock`, or nothing where it does not answer, or
# cannot prove that it is the one. Ours says so along with its id.
site_above() {
    host=$(imported host "$1") port=$(imported https_port "$1") key=$(mktemp) above=
    case $host in *:*) host="[$host]" ;; esac
    if [ "$(imported peer_authentication "$1")" = cert_validation ]; then
        authority=$(imported ca_path "$1")
        set -- ${authority:+--cacert "$authority"} --cert "$CLIENT_CERT" --key "$CLIENT_KEY"
    else
        pinned=${POLICY_SERVER_CERT:-/var/rudder/lib/ssl/policy_server.pem}
        openssl x509 -noout -pubkey -in "$pinned" >"$key" 2>/dev/null
        set -- --insecure --pinnedpubkey "$key"
    fi
    if answer=$(curl "$@" --silent --fail --head --noproxy '*' --max-time 10 "https://$host:${port:-443}/uuid"); then
        if printf '%s\n' "$answer" | grep -qi '^x-rudder-relay:'; then echo ours; else echo stock; fi
    fi
    rm -f "$key"
}

# What nodes get as the server above has it (FROM_UPSTREAM of rudder-relay-httpd-conf): on a relay what the server above
# was found to have when this one was adopted, unless the administrator has written another word into this file.
FROM_UPSTREAM_FILE=$CONFDIR/httpd/from-upstream
site_from_upstream() {
    if [ -s "$ROOT$FROM_UPSTREAM_FILE" ]; then
        head -n 1 "$ROOT$FROM_UPSTREAM_FILE"
    elif site_is_root; then
        echo none
    elif [ -s "$STATE/from-upstream" ]; then
        cat "$STATE/from-upstream"
    else
        echo common
    fi
}

# site_conf PART: prints one of the two parts of httpd's configuration for this site.
site_conf() {
    site_certificate
    set -- --part "$1" SERVER_CERT="$SERVER_CERT" SERVER_KEY="$SERVER_KEY" TLS_MINIMUM="$(site_tls_minimum)" \
        FROM_UPSTREAM="$(site_from_upstream)"
    if site_ca_mode; then
        domain=$(site_node_id_domain) || return
        set -- --mode ca "$@" CA_FILE=/var/rudder/lib/ssl/policy_server_ca.pem ${domain:+"NODE_ID_DOMAIN=$domain"}
    else
        # the key that the site shows already, whatever the agent's is
        set -- "$@" --other-key CA_FILE=/var/rudder/lib/ssl/nodescerts.pem
    fi
    if [ -n "$ROOT" ]; then set -- "$@" SERVER_NAME=localhost; fi
    "$HTTPD_CONF" "$@" 2>"$STATE/httpd-conf.log" || {
        cat "$STATE/httpd-conf.log" >&2
        return 1
    }
}

httpd_control() {
    if command -v apache2ctl >/dev/null; then apache2ctl "$@"; else apachectl "$@"; fi
}
# httpd_modules: those that ours needs and that are not loaded.
httpd_missing_modules() {
    loaded=$(httpd_control -M 2>/dev/null)
    for module in ssl proxy proxy_fcgi buffer env reqtimeout auth_basic authn_file authz_user alias; do
        case $loaded in *"${module}_module"*) ;; *) printf '%s ' "$module" ;; esac
    done
}
httpd_reload() {
    is_live || return 0
    said=$(httpd_control configtest 2>&1) || {
        say "httpd does not take its configuration: $said"
        return 1
    }
    if systemctl -q is-active "$HTTPD_SERVICE"; then
        systemctl reload "$HTTPD_SERVICE"
    fi
}

# port_holder PORT: prints who listens there, `somebody` where it cannot be told; nothing if nobody does.
port_holder() {
    # 0A is the state of a listener in /proc/net/tcp
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$(printf ':%04X' "$1")" '
        $4 == "0A" && substr($2, length($2) - 4) == port { found = 1 }
        END { exit !found }' || return 0
    holder=
    if command -v ss >/dev/null; then
        holder=$(ss -Hltnp "sport = :$1" | sed -n 's/.*users:(("\([^"]*\)".*/\1/p' | sort -u | paste -sd ' ')
    fi
    say "${holder:-somebody}"
}
