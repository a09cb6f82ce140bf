# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# systemd: a relay installed in a Debian with systemd, step by step as README says. Sourced from the repository's root
# after tap.sh.
#
#     systemd_open             boots a Debian with the build installed; skips the whole test where that is impossible.
#                              Of another release than this machine's, SUITE, it has what was built there.
#     systemd_open_package [PACKAGE...]
#                              boots a Debian of the release SUITE (this machine's otherwise) with our package and its
#                              agent's installed, and these, by checks of its own; skips or ends the whole test where it
#                              cannot. In its /later is the same package with a later version
#     systemd_set_up           takes the steps of README up to `systemctl enable`; the nodes are node and root
#     systemd_nodes            its part that makes the two nodes, their list and their certificates
#     systemd_server_files     its part that makes what httpd reads: key, certificate, passwords (rudder:password), networks
#     inside COMMAND...        runs the command in it, as root
#     inside_sh SCRIPT         runs the shell script in it, as root
#     systemd_status URL [ARGS...]   prints the status that curl gets in it
#
# SYSTEMD_BUILT is a directory that keeps what was built for another release, for the next test of the same sources.
. lab/lab.sh
. lab/relay.sh
. lab/systemd.sh
. tests/support/debian_root.sh

export LAB_NODE_KEY=ec
DB_PASSWORD=some-password
mapfile -t PROGRAMS < <(for program in fcgi-apps/*/main.c; do basename "${program%/main.c}"; done)
LOCAL=http://127.0.0.1:3030/rudder/relay-api/1
PREFIX=$(sed -n 's/^prefix = //p' "${RELAY_BUILD:?is where the build is}/Makefile")
ETC=$PREFIX/etc

inside() {
    lab_systemd_run "$@"
}
inside_sh() {
    lab_systemd_run sh -c "$1"
}

systemd_open() {
    local why
    why=$({
        lab_systemd_missing
        ! systemd_elsewhere || command -v mmdebstrap >/dev/null || echo "there is no mmdebstrap here"
    } | paste -sd ';')
    if [ -n "$why" ]; then
        echo "1..0 # SKIP $why"
        exit 0
    fi
    lab_open || exit
    trap 'lab_systemd_off; lab_close' EXIT
    ! systemd_elsewhere || systemd_build || exit
    mapfile -t libraries < <(systemd_libraries)
    lab_systemd_make apache2 cron curl openssl postgresql sudo "${libraries[@]}" && systemd_install &&
        lab_systemd_boot || exit
}

# With PREFIX and ETC those of the package.
systemd_open_package() {
    local why
    PREFIX=/usr
    ETC=/etc
    why=$({
        lab_systemd_missing
        command -v mmdebstrap >/dev/null || echo "there is no mmdebstrap here"
    } | paste -sd ';')
    if [ -n "$why" ]; then
        echo "1..0 # SKIP $why"
        exit 0
    fi
    lab_open || exit
    trap 'lab_systemd_off; lab_close' EXIT
    check "$SUITE: ./package builds" debian_packages &&
        check "$SUITE with httpd and PostgreSQL" debian_root debian systemd systemd-sysv dbus procps apache2 curl openssl \
            postgresql "$@" && check "install" systemd_install_package && check "it boots" lab_systemd_boot && return
    done_testing
    exit 1
}
systemd_install_package() {
    rm -f "$LAB"/build-in/out/*-dbgsym_*
    mkdir "$LAB/debian/"{debs,later,data} && cp "$LAB"/build-in/out/rudder-relay-fcgi{,-agent}_*.deb "$LAB/debian/debs/" &&
        debian_later "$LAB"/debian/debs/rudder-relay-fcgi_*.deb "$LAB/debian/later" &&
        quietly within debian apt-get -q update &&
        quietly within debian sh -c "apt-get -q -y --no-install-recommends install /debs/*.deb" &&
        rm "$LAB/debian/usr/sbin/policy-rc.d"
}

systemd_elsewhere() {
    [ "$SUITE" != "$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)" ]
}

# In a Debian of that release, as this machine's build is, and installed into its /installed.
systemd_build() {
    local kept=${SYSTEMD_BUILT:+$SYSTEMD_BUILT/$SUITE}
    if [ -z "$kept" ]; then
        systemd_build_in
    else
        [ -e "$kept.complete" ] ||
            { systemd_build_in && rm -rf "$kept" && mv "$LAB/build-in" "$kept" && touch "$kept.complete"; } || return
        ln -s "$kept" "$LAB/build-in"
    fi
}
systemd_build_in() {
    # shellcheck disable=SC2016 # for the inner shell
    debian_build_root && quietly within build-in sh -c 'cd /src && ./autogen.sh && mkdir /build && cd /build &&
        /src/configure -q --prefix="$1" && make -s -j2 && make -s install DESTDIR=/installed' - "$PREFIX"
}

# The packages of the libraries that the build was linked with.
systemd_libraries() {
    local where=(env) programs=("$RELAY_BUILD"/{forwarder,hub,virtual,cli,fcgi-apps/*}/rudder-relay*)
    if systemd_elsewhere; then
        where=(within build-in)
        programs=("$LAB/build-in/installed$PREFIX"/{bin,libexec/rudder-relay}/rudder-relay*)
        programs=("${programs[@]#"$LAB/build-in"}")
    fi
    # shellcheck disable=SC2016 # for the inner shell
    "${where[@]}" bash -c 'mapfile -t files < <(ldd "$@" 2>/dev/null | awk "\$2 == \"=>\" { print \$3 }" | sort -u)
        dpkg-query -S "${files[@]}" $(realpath "${files[@]}") 2>/dev/null | sed "s/:.*//" | sort -u' - "${programs[@]}"
}

systemd_install() {
    if systemd_elsewhere; then
        cp -a --remove-destination "$LAB/build-in/installed/." "$LAB/debian/"
    else
        make -s -C "$RELAY_BUILD" install DESTDIR="$LAB/debian" >"$LAB/log/install.log" 2>&1
    fi
}
systemd_uninstall() {
    if systemd_elsewhere; then
        (cd "$LAB/build-in/installed" && find . ! -type d -print0) | (cd "$LAB/debian" && xargs -0 rm -f)
    else
        make -s -C "$RELAY_BUILD" uninstall DESTDIR="$LAB/debian" >"$LAB/log/uninstall.log" 2>&1
    fi
}

systemd_set_up() {
    inside systemd-sysusers rudder-relay.conf && inside systemd-tmpfiles --create rudder-relay.conf &&
        mkdir -p "$LAB/debian$ETC/rudder-relay" && systemd_nodes || return
    cat >"$LAB/debian$ETC/rudder-relay/relay.conf" <<'END'
general: { node_id = "root"; nodes_certs_file = "/var/rudder/lib/ssl/shared/allnodescerts.pem"; };
processing: { reporting: { output = "database"; }; };
output: { database: { url = "postgres://rudder@127.0.0.1/rudder"; password_file = "/etc/rudder-relay-password"; }; };
upload: { min_free_space = "0"; };
END
    systemd_database && systemd_httpd && systemd_runs
}

systemd_nodes() {
    local rudder=$LAB/debian/var/rudder
    mkdir -p "$rudder"/lib/{relay,ssl/shared} "$rudder/share" "$rudder/configuration-repository/shared-files" &&
        lab_relay_layout && lab_node_new root server root && lab_node_new node node.example root &&
        cp "$LAB/relay/lib/nodeslist.json" "$rudder/lib/relay/" &&
        cp "$LAB/relay/lib/nodescerts.pem" "$rudder/lib/ssl/shared/allnodescerts.pem"
}

systemd_database() {
    printf '%s\n' "$DB_PASSWORD" |
        inside install -m 600 -o rudder-relay-forwarder /dev/stdin /etc/rudder-relay-password &&
        inside runuser -u postgres -- createdb -T template0 -E UTF8 rudder &&
        inside runuser -u postgres -- env RUDDER_DB_PASSWORD=$DB_PASSWORD "$PREFIX/share/rudder-relay/sql/apply" -d \
            rudder
}

# Makes what a root server of Rudder has already.
systemd_server_files() {
    local etc=$LAB/debian/opt/rudder/etc
    mkdir -p "$etc/ssl" &&
        openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 30 -subj /CN=localhost -keyout "$etc/ssl/rudder.key" \
            -out "$etc/ssl/rudder.crt" 2>/dev/null && echo 'Require ip 127.0.0.0/8' >"$etc/rudder-networks-24.conf" &&
        printf 'rudder:%s\n' "$(openssl passwd -apr1 password)" |
        tee "$etc/htpasswd-webdav-initial" >"$etc/htpasswd-webdav"
}

# The steps in README's words.
systemd_httpd() {
    systemd_server_files || return
    inside_sh "
        rudder-relay-httpd-conf --prepare SERVER_NAME=localhost >/etc/apache2/sites-available/rudder-relay.conf &&
        a2enmod -q ssl proxy_fcgi buffer env reqtimeout auth_basic authn_file authz_user alias &&
        a2ensite -q rudder-relay && apachectl configtest && systemctl restart apache2" >"$LAB/log/httpd-set-up.log" 2>&1
}

# Makes signed run logs to be uploaded, in its /runs.
systemd_runs() {
    local number
    mkdir "$LAB/debian/runs" && for number in $(seq "${RUNS:-121}"); do
        lab_run_file "$LAB/debian/runs" node "$(lab_start_time $(($(date +%s) - 90000 + number)))" 5 >/dev/null ||
            return
    done
}

systemd_status() {
    inside curl --silent --insecure --max-time 30 --output /dev/null --write-out '%{http_code}' "$@"
}
