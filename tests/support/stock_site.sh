# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# stock_site: the files of a server of Rudder that relayd serves, in our own words: directories, configuration, an httpd
# with WebDAV, and scripts that do what those of Rudder's packages do. Sourced by tests.
#
#     stock_site_files ROOT            relayd's configuration, certificate, node list and httpd's configuration below ROOT
#     stock_site_main_conf PASSWORD    prints main.conf of a root server, as root's policies write it
#     stock_site_list ROOT             prints every file of the site with mode, owner and checksum; without what waits,
#                                      counters and what belongs to no site

stock_site_main_conf() {
    cat <<END
# written by the policies
[general]
nodes_list_file = "/var/rudder/lib/relay/nodeslist.json"
nodes_certs_file = "/var/rudder/lib/ssl/allnodescerts.pem"
node_id = "root"
listen = "127.0.0.1:3030"
#core_threads = "4"
peer_authentication = "cert_pinning"
https_port = 443

[processing.inventory]
directory = "/var/rudder/inventories"
output = "disabled"
[processing.inventory.catchup]
frequency = 10
limit = 50
[processing.inventory.cleanup]
frequency = "10min"
retention = "1day"

[processing.reporting]
directory = "/var/rudder/reports"
output = "database"
skip_event_types = []
[processing.reporting.catchup]
frequency = 10
limit = 0
[processing.reporting.cleanup]
frequency = "10min"
retention = "1day"

[output.database]
url = "postgresql://rudder@localhost:5432/rudder"
password = '$1'
max_pool_size = 10

[output.upstream]
host = "127.0.0.1"
user = "rudder"
password = "password"

[remote_run]
command = "/opt/rudder/bin/rudder"
use_sudo = true
[shared_files]
path = "/var/rudder/shared-files/"
[shared_folder]
path = "/var/rudder/configuration-repository/shared-files/"
END
}

stock_site_files() {
    local opt=$1/opt/rudder/etc var=$1/var/rudder
    mkdir -p "$opt"/{relayd,ssl} "$1/opt/rudder/bin" "$var"/reports/{incoming,failed} \
        "$var"/inventories/{incoming,accepted-nodes-updates,failed} "$var"/lib/{relay,ssl} \
        "$var"/{share,shared-files,cfengine-community/ppkeys,configuration-repository/shared-files} \
        "$1"/etc/apache2/{sites-available,sites-enabled,conf-available,conf-enabled} "$1/etc/sudoers.d" \
        "$1/var/www" "$1/etc/systemd/system" || return
    stock_site_main_conf "${2:-some-password}" >"$opt/relayd/main.conf"
    printf '[general]\n#level = "info"\n' >"$opt/relayd/logging.conf"
    printf 'root\n' >"$opt/uuid.hive"
    openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 300 -subj /UID=root/CN=localhost \
        -keyout "$var/cfengine-community/ppkeys/localhost.priv" -out "$opt/ssl/agent.cert" 2>/dev/null || return
    cp "$opt/ssl/agent.cert" "$var/lib/ssl/nodescerts.pem"
    cp "$opt/ssl/agent.cert" "$var/lib/ssl/allnodescerts.pem"
    cp "$opt/ssl/agent.cert" "$var/lib/ssl/policy_server.pem"
    echo '{}' >"$var/lib/relay/nodeslist.json"
    echo 'Require all granted' >"$opt/rudder-networks-24.conf"
    echo 'Require local' >"$opt/rudder-networks-policy-server-24.conf"
    printf 'rudder:%s\n' "$(openssl passwd -apr1 password)" | tee "$opt/htpasswd-webdav-initial" >"$opt/htpasswd-webdav"
    echo 'rudder-relayd ALL = NOPASSWD: /opt/rudder/bin/rudder remote run *' >"$1/etc/sudoers.d/rudder-relay"
    chmod 440 "$1/etc/sudoers.d/rudder-relay"
    stock_site_httpd "$1"
}

stock_site_httpd() {
    cat >"$1/opt/rudder/etc/rudder-apache-relay-ssl.conf" <<'END'
# a stand-in of what Rudder's agent makes
DocumentRoot /var/www
SSLEngine on
SSLVerifyDepth 5
SSLVerifyClient optional_no_ca
SSLProtocol -all +TLSv1.3
SSLCertificateFile /opt/rudder/etc/ssl/agent.cert
SSLCertificateKeyFile /var/rudder/cfengine-community/ppkeys/localhost.priv
SSLCACertificateFile /var/rudder/lib/ssl/nodescerts.pem
SSLCADNRequestFile /var/rudder/lib/ssl/policy_server.pem
END
    local pair
    for pair in reports:reports/incoming:htpasswd-webdav inventories:inventories/incoming:htpasswd-webdav-initial \
        inventory-updates:inventories/accepted-nodes-updates:htpasswd-webdav; do
        IFS=: read -r url directory passwords <<<"$pair"
        cat <<END
Alias /$url /var/rudder/$directory
<Directory /var/rudder/$directory>
    DAV on
    AuthName "upload"
    AuthType Basic
    AuthUserFile /opt/rudder/etc/$passwords
    <LimitExcept PUT>
        Require all denied
    </LimitExcept>
    <Limit PUT>
        <RequireAll>
            Require valid-user
            <RequireAny>
                Include /opt/rudder/etc/rudder-networks-24.conf
            </RequireAny>
        </RequireAll>
    </Limit>
</Directory>
END
    done >>"$1/opt/rudder/etc/rudder-apache-relay-ssl.conf"
    cat >>"$1/opt/rudder/etc/rudder-apache-relay-ssl.conf" <<'END'
ProxyTimeout 300
ProxyPass /rudder/relay-api/ http://127.0.0.1:3030/rudder/relay-api/1/
<Location /rudder/relay-api/>
    Require all denied
</Location>
END
    cat >"$1/etc/apache2/sites-available/rudder.conf" <<'END'
# the virtual host of a root server: nodes, and the web application
<VirtualHost *:443>
  ServerAdmin webmaster@localhost
  CustomLog /var/log/apache2/access.log combined
  ErrorLog /var/log/apache2/error.log

  #Include /opt/rudder/etc/rudder-apache-relay-ssl.conf
  Include         /opt/rudder/etc/rudder-apache-relay-ssl.conf
  IncludeOptional /opt/rudder/etc/rudder-apache-webapp-ssl.conf
</VirtualHost>
END
    cat >"$1/opt/rudder/etc/rudder-apache-webapp-ssl.conf" <<'END'
# a stand-in of the web application
Alias /rudder/api /var/www
<Directory /var/www>
    Require all granted
</Directory>
END
    echo "the web application" >"$1/var/www/index.html"
    ln -sf ../sites-available/rudder.conf "$1/etc/apache2/sites-enabled/rudder.conf"
}

# What the site owns and nobody but it may change. Modes, owners, links and contents.
stock_site_list() {
    (
        cd "$1" && find opt etc/apache2 etc/sudoers.d etc/systemd/system var/rudder -name incoming -prune -printf \
            '%m %u:%g %p\n' \
            -o -path var/rudder/reports/failed -prune -printf '%m %u:%g %p\n' \
            -o -path etc/apache2/mods-enabled -prune \
            -o -type f -printf '%m %u:%g %p ' -exec sh -c 'cksum <"$1"' - {} \; \
            -o -printf '%m %u:%g %p %l\n' | LC_ALL=C sort -k 3
    )
}
