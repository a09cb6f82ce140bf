# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# systemd: a relay installed in a Debian with systemd, step by step as README says. Sourced from the repository's root
# after tap.sh.
#
#     systemd_open             boots a Debian with the build installed; skips the whole test where that is impossible
#     systemd_set_up           takes the steps of README up to `systemctl enable`; the nodes are node and root
#     inside COMMAND...        runs the command in it, as root
#     inside_sh SCRIPT         runs the shell script in it, as root
#     systemd_status URL [ARGS...]   prints the status that curl gets in it
. lab/lab.sh
. lab/relay.sh
. lab/systemd.sh

export LAB_NODE_KEY=ec
DB_PASSWORD=some-password
PROGRAMS=(upload policies shared-folder shared-files system metrics remote-run)
LOCAL=http://127.0.0.1:3030/rudder/relay-api/1
PREFIX=$(sed -n 's/^prefix = //p' "${RELAY_BUILD:?is where the build is}/Makefile")

inside() {
    lab_systemd_run "$@"
}
inside_sh() {
    lab_systemd_run sh -c "$1"
}

systemd_open() {
    local why
    why=$(lab_systemd_missing | paste -sd ';')
    if [ -n "$why" ]; then
        echo "1..0 # SKIP $why"
        exit 0
    fi
    lab_open || exit
    trap 'lab_systemd_off; lab_close' EXIT
    mapfile -t libraries < <(systemd_libraries)
    lab_systemd_make apache2 curl openssl multiwatch postgresql "${libraries[@]}" && systemd_install &&
        lab_systemd_boot || exit
}

# The packages of the libraries that the build was linked with.
systemd_libraries() {
    local files
    mapfile -t files < <(ldd "$RELAY_BUILD"/{forwarder,cli,fcgi-apps/*}/rudder-relay* 2>/dev/null |
        awk '$2 == "=>" { print $3 }' | sort -u)
    mapfile -t -O ${#files[@]} files < <(realpath "${files[@]}")
    dpkg-query -S "${files[@]}" 2>/dev/null | sed 's/:.*//' | sort -u
}

systemd_install() {
    make -s -C "$RELAY_BUILD" install DESTDIR="$LAB/debian" >"$LAB/log/install.log" 2>&1
}
systemd_uninstall() {
    make -s -C "$RELAY_BUILD" uninstall DESTDIR="$LAB/debian" >"$LAB/log/uninstall.log" 2>&1
}

systemd_set_up() {
    local configuration=$LAB/debian$PREFIX/etc/rudder-relay rudder=$LAB/debian/var/rudder
    inside systemd-sysusers rudder-relay.conf && inside systemd-tmpfiles --create rudder-relay.conf &&
        mkdir -p "$configuration" "$rudder"/lib/{relay,ssl/shared} "$rudder/share" \
            "$rudder/configuration-repository/shared-files" "$LAB/debian/opt/rudder/etc/ssl" &&
        lab_relay_layout && lab_node_new root server root && lab_node_new node node.example root || return
    cp "$LAB/relay/lib/nodeslist.json" "$rudder/lib/relay/" &&
        cp "$LAB/relay/lib/nodescerts.pem" "$rudder/lib/ssl/shared/allnodescerts.pem" || return
    cat >"$configuration/relay.conf" <<'END'
general: { node_id = "root"; nodes_certs_file = "/var/rudder/lib/ssl/shared/allnodescerts.pem"; };
processing: { reporting: { output = "database"; }; };
output: { database: { url = "postgres://rudder@127.0.0.1/rudder"; password_file = "/etc/rudder-relay-password"; }; };
upload: { min_free_space = "0"; };
END
    systemd_database && systemd_httpd && systemd_runs
}

systemd_database() {
    printf '%s\n' "$DB_PASSWORD" | inside install -m 600 -o rudder-relay-forwarder /dev/stdin /etc/rudder-relay-password &&
        inside runuser -u postgres -- createdb -T template0 -E UTF8 rudder &&
        inside runuser -u postgres -- env RUDDER_DB_PASSWORD=$DB_PASSWORD "$PREFIX/share/rudder-relay/sql/apply" -d rudder
}

# Makes what a root server of Rudder has already, then takes the steps in README's words.
systemd_httpd() {
    local etc=$LAB/debian/opt/rudder/etc
    openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 30 -subj /CN=localhost -keyout "$etc/ssl/rudder.key" \
        -out "$etc/ssl/rudder.crt" 2>/dev/null && echo 'Require ip 127.0.0.0/8' >"$etc/rudder-networks-24.conf" &&
        printf 'rudder:%s\n' "$(openssl passwd -apr1 password)" |
        tee "$etc/htpasswd-webdav-initial" >"$etc/htpasswd-webdav" || return
    inside_sh "
        rudder-relay-httpd-conf --prepare SERVER_NAME=localhost >/etc/apache2/sites-available/rudder-relay.conf &&
        a2enmod -q ssl proxy_fcgi buffer env reqtimeout auth_basic authn_file authz_user alias &&
        a2ensite -q rudder-relay && apachectl configtest && systemctl restart apache2" >"$LAB/log/httpd-set-up.log" 2>&1
}

# Makes signed run logs to be uploaded, in its /runs.
systemd_runs() {
    local number
    mkdir "$LAB/debian/runs" && for number in $(seq "${RUNS:-120}"); do
        lab_run_file "$LAB/debian/runs" node "$(lab_start_time $(($(date +%s) - 90000 + number)))" 5 >/dev/null || return
    done
}

systemd_status() {
    inside curl --silent --insecure --max-time 30 --output /dev/null --write-out '%{http_code}' "$@"
}
