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

stock_site_live() {
    local debian=$LAB/debian
    # Rudder was there before our package, which makes none of its directories then.
    rm -rf "$debian/var/rudder"
    mkdir -p "$debian/data"
    make -s -C "$RELAY_BUILD" tests/bench/make_runs >"$LAB/log/make_runs.log" 2>&1 &&
        "$RELAY_BUILD/tests/bench/make_runs" "$debian/data" "$1" "$2" 5 2048 &&
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
