# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# stock_site_live: makes the Debian of lab/systemd.sh a root server of Rudder: users, a relayd that serves port 3030,
# httpd with WebDAV, a database, and scripts that do what those of Rudder's packages do. Sourced after systemd.sh and
# stock_site.sh.
#
#     stock_site_live NODES RUNS     all of it, running; signed run logs of these nodes are in its /data/runs
#     stock_site_package [replace]   runs the package's scripts as an upgrade does; with `replace`, the virtual host is
#                                    the package's again
#     stock_site_ca                  makes it a site in CA mode: an authority, and certificates of the nodes in /data/login
#     stock_site_relay ADDRESS       makes it a relay, "relay-id", below a stock server that httpd plays at that address
#                                    and that keeps what it gets in /above
#     stock_site_uploads password | certificate
#                                    uploads 50 of the runs a second, each once, until there is a /stop; prints STATUS URL
#                                    of each
#     relay COMMAND...               rudder-relay in it
#     killed_within MILLISECONDS COMMAND...   ends the command, and all it has started in the foreground
#     site_remember, site_as_before  compare the site's files
#     is_ours, is_relayds            who answers at port 3030? For check
#     relayd_reads_all               can relayd read every file that waits, under a name that it knows? For check
#     uploads_taken                  prints how many uploads were answered 2xx
#     uploads_turned_away            prints answers other than 2xx and those of a server that starts

stock_site_live() {
    local debian=$LAB/debian
    # Rudder was there before our package, which makes none of its directories then.
    rm -rf "$debian/var/rudder"
    mkdir -p "$debian/data"
    make -s -C "$RELAY_BUILD" tests/bench/make_runs >"$LAB/log/make_runs.log" 2>&1 &&
        "$RELAY_BUILD/tests/bench/make_runs" "$debian/data" "$1" "$2" 5 256 &&
        stock_site_files "$debian" "$DB_PASSWORD" || return
    cp "$debian/data/nodeslist.json" "$debian/var/rudder/lib/relay/nodeslist.json"
    cat "$debian/data/certificates.pem" >>"$debian/var/rudder/lib/ssl/allnodescerts.pem"
    stock_site_relayd "$debian"
    stock_site_scripts "$debian"
    inside_sh "
        groupadd -f --system rudder && groupadd -f --system rudder-policy-reader &&
        useradd --system --shell /bin/false --gid rudder --home-dir /var/rudder rudder-relayd &&
        chgrp -R rudder /opt/rudder/etc/relayd /var/rudder/lib/relay /var/rudder/lib/ssl &&
        chmod 750 /opt/rudder/etc/relayd && chmod 640 /opt/rudder/etc/relayd/*.conf &&
        chown -R rudder-relayd:rudder /var/rudder/shared-files && chmod 770 /var/rudder/shared-files &&
        chown www-data:rudder /var/rudder/inventories /var/rudder/inventories/* /var/rudder/reports/* &&
        chmod 770 /var/rudder/inventories/* /var/rudder/reports/* && chmod 750 /var/rudder/inventories &&
        a2enmod -q ssl dav dav_fs proxy proxy_http rewrite filter deflate &&
        a2dissite -q 000-default && systemctl daemon-reload && systemctl enable rudder-server rudder-relayd &&
        systemctl start rudder-server && systemctl restart apache2" >"$LAB/log/stock-site.log" 2>&1 &&
        inside runuser -u postgres -- createdb -T template0 -E UTF8 rudder &&
        inside runuser -u postgres -- env RUDDER_DB_PASSWORD="$DB_PASSWORD" "$PREFIX/share/rudder-relay/sql/apply" -d \
            rudder
}

# A daemon that answers one question, as one user. It leaves the spool alone.
stock_site_relayd() {
    cat >"$1/opt/rudder/bin/rudder-relayd" <<'END'
#!/usr/bin/perl
use strict;
use IO::Socket::INET;
my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 3030, Listen => 20, ReuseAddr => 1)
    or die "port 3030: $!";
while (my $client = $listener->accept) {
    my $request = <$client>;
    while (defined(my $line = <$client>)) { last if $line =~ /^\r?$/ }
    print $client "HTTP/1.0 200 OK\r\nContent-Length: 7\r\n\r\nrelayd\n";
}
END
    chmod 755 "$1/opt/rudder/bin/rudder-relayd"
    mkdir -p "$1/lib/systemd/system"
    cat >"$1/lib/systemd/system/rudder-relayd.service" <<'END'
[Unit]
Description=a stand-in of relayd
[Service]
ExecStart=/opt/rudder/bin/rudder-relayd
ExecReload=/bin/true
Restart=on-failure
User=rudder-relayd
Group=rudder
[Install]
RequiredBy=rudder-server.service
WantedBy=multi-user.target
END
    cat >"$1/lib/systemd/system/rudder-server.service" <<'END'
[Unit]
Description=a stand-in of the web application
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
[Install]
WantedBy=multi-user.target
END
}

stock_site_scripts() {
    mkdir -p "$1/opt/rudder/share"
    cp "$1/etc/apache2/sites-available/rudder.conf" "$1/opt/rudder/share/apache.conf"
    cat >"$1/opt/rudder/share/postinst" <<'END'
#!/bin/bash
# what the scripts of Rudder's packages do to the services and files that matter here
set -e
systemctl daemon-reload
systemctl enable rudder-relayd.service
systemctl stop apache2 || true
systemctl stop rudder-relayd.service || true
if [ "$1" = replace ]; then cp /opt/rudder/share/apache.conf /etc/apache2/sites-available/rudder.conf; fi
chown -R rudder-relayd:rudder /var/rudder/shared-files
chmod 770 /var/rudder/shared-files
chown www-data:rudder /var/rudder/inventories
chmod 750 /var/rudder/inventories
chgrp -R rudder /opt/rudder/etc/relayd
chmod 640 /opt/rudder/etc/relayd/*.conf
for dir in inventories/incoming inventories/failed inventories/accepted-nodes-updates reports/incoming reports/failed; do
    chmod 770 /var/rudder/$dir
    chown www-data:rudder /var/rudder/$dir
done
for file in /opt/rudder/etc/htpasswd-webdav-initial /opt/rudder/etc/htpasswd-webdav; do
    htpasswd -bc $file rudder password
done
sed -i '/^WSGI/d' /etc/apache2/sites-available/rudder.conf
systemctl start rudder-relayd.service
systemctl status rudder-relayd.service
systemctl restart rudder-relayd.service
systemctl reload rudder-relayd.service
systemctl is-active rudder-relayd.service
systemctl is-enabled rudder-relayd.service
systemctl start apache2
END
    chmod 755 "$1/opt/rudder/share/postinst"
}

stock_site_package() {
    inside /opt/rudder/share/postinst "${1:-}"
}

# Needs tests/support/authority.sh. The server's certificate, and those of the nodes, are signed by an authority below
# the site's.
stock_site_ca() {
    local debian=$LAB/debian node
    local include=$debian/opt/rudder/etc/rudder-apache-relay-ssl.conf
    mkdir -p "$debian/data/login" && authority_new top && authority_new middle top &&
        authority_sign middle "$debian/opt/rudder/etc/ssl/agent-http" /UID=root DNS:localhost,IP:127.0.0.1 &&
        cp "$AUTHORITY/top/ca.crt" "$debian/var/rudder/lib/ssl/policy_server_ca.pem" || return
    for node in $(stock_site_nodes); do
        authority_sign middle "$debian/data/login/$node" "/UID=$node" || return
    done
    sed -i -e 's|^peer_authentication.*|peer_authentication = "cert_validation"|' \
        -e '/^peer_authentication/a ca_path = "/var/rudder/lib/ssl/policy_server_ca.pem"' \
        "$debian/opt/rudder/etc/relayd/main.conf"
    sed -i -e '/^ *Auth/d' -e "s|Require valid-user|Require expr \"%{SSL_CLIENT_VERIFY} == 'SUCCESS'\"|" \
        -e 's|^\(SSLCertificateFile\).*|\1 /opt/rudder/etc/ssl/agent-http.cert|' \
        -e 's|^\(SSLCertificateKeyFile\).*|\1 /opt/rudder/etc/ssl/agent-http.key|' \
        -e 's|^\(SSLCA[a-zA-Z]*File\).*|\1 /var/rudder/lib/ssl/policy_server_ca.pem|' \
        -e 's|^\(SSLVerifyClient\).*|\1 optional|' "$include"
    inside systemctl restart apache2
}
stock_site_nodes() {
    sed -n 's/^"\([^"]*\)":.*/\1/p' "$LAB/debian/data/nodeslist.json"
}

# Made anew from the root server, whatever that is: httpd's configuration, relayd's, and the node list.
stock_site_relay() {
    local debian=$LAB/debian opt=$LAB/debian/opt/rudder/etc
    stock_site_httpd "$debian" && echo relay-id >"$opt/uuid.hive"
    stock_site_main_conf unused |
        sed -e '/^\[output.database\]/,/^$/d' -e 's/^node_id = .*/node_id = "relay-id"/' \
            -e 's/^output = .*/output = "upstream"/' -e "s/^host = .*/host = \"$1\"/" >"$opt/relayd/main.conf"
    sed -e 's/^\("[^"]*":.*"policy-server":\)"root"/\1"relay-id"/' \
        -e '1s/$/\n"relay-id":{"hostname":"relay","policy-server":"root","key-hash":""},/' \
        "$debian/data/nodeslist.json" >"$debian/var/rudder/lib/relay/nodeslist.json"
    openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 300 -subj /UID=root -keyout "$opt/ssl/above.key" \
        -out "$opt/ssl/above.cert" 2>/dev/null && cp "$opt/ssl/above.cert" "$debian/var/rudder/lib/ssl/policy_server.pem" &&
        stock_site_above "$1" >"$debian/etc/apache2/sites-available/above.conf" || return
    inside_sh "mkdir -p /above/reports /above/inventories /above/common && echo root >/above/uuid &&
        chown www-data /above/reports /above/inventories && a2ensite -q above && systemctl restart apache2"
}
stock_site_above() {
    cat <<END
# a stand-in of the stock server above
<VirtualHost $1:443>
SSLEngine on
SSLCertificateFile /opt/rudder/etc/ssl/above.cert
SSLCertificateKeyFile /opt/rudder/etc/ssl/above.key
Alias /uuid /above/uuid
Alias /common /above/common
Alias /reports /above/reports
Alias /inventory-updates /above/inventories
<Directory /above>
    Require all granted
</Directory>
<DirectoryMatch ^/above/(reports|inventories)>
    DAV on
    AuthName "above"
    AuthType Basic
    AuthUserFile /opt/rudder/etc/htpasswd-webdav
    Require valid-user
</DirectoryMatch>
</VirtualHost>
END
}

stock_site_uploads() {
    rm -f "$LAB/debian/stop"
    # shellcheck disable=SC2016 # for the inner shell
    inside sh -c 'mkdir -p /data/sent && cd /data/runs && ls | while read -r name && [ ! -e /stop ]; do
            [ ! -e "../sent/$name" ] || continue
            node=${name#*@} && node=/data/login/${node%%.log*}
            if [ "$1" = password ]; then login="--user rudder:password"; else login="--cert $node.cert --key $node.key"; fi
            : >"../sent/$name" && echo "$login --upload-file $name https://127.0.0.1/reports/$name"
            sleep 0.02
        done | xargs -P 12 -L 1 curl --silent --insecure --max-time 60 --output /dev/null \
            --write-out "%{http_code} %{url_effective}\n"' - "$1"
}
uploads_taken() {
    grep -c '^2' "$LAB/uploads"
}
uploads_turned_away() {
    grep -vE '^(20[14]|000|502|503) ' "$LAB/uploads"
}

relay() {
    inside rudder-relay "$@"
}
killed_within() {
    local limit=$((RANDOM % $1))
    shift
    inside timeout -s KILL "$((limit / 1000)).$(printf %03d $((limit % 1000)))" "$@" >>"$LAB/log/killed.log" 2>&1
    return 0
}
site_remember() {
    stock_site_list "$LAB/debian" | grep -v htpasswd >"$LAB/site-before"
}
site_as_before() {
    stock_site_list "$LAB/debian" | grep -v htpasswd | diff "$LAB/site-before" -
}
stock_site_api() {
    inside curl --silent --max-time 10 http://127.0.0.1:3030/rudder/relay-api/1/system/info
}
is_ours() {
    contains "$(stock_site_api)" getSystemInfo
}
is_relayds() {
    equal relayd "$(stock_site_api)"
}
relayd_reads_all() {
    equal "" "$(inside_sh 'cd /var/rudder/reports/incoming && find . -type f ! -name "*.davfs.tmp*" |
        runuser -u rudder-relayd -- xargs -r cat 2>&1 >/dev/null; find . -name "*~" -o -name "*.claimed"')"
}
