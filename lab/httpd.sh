# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# lab/httpd: a private httpd with TLS, made from the template that operators use, and the upload program behind it. Needs
# lab/lab.sh and lab/relay.sh (lab_relay_layout and lab_relay_config come first).
#
#     lab_httpd_start                 sets LAB_HTTPS_PORT, LAB_HTTPS_URL, LAB_USER, LAB_PASSWORD, LAB_DEFAULT_PASSWORD,
#                                     LAB_SERVER_CERT, LAB_SERVER_PIN (what curl calls pinnedpubkey)
#     lab_httpd_stop, lab_httpd_restart
#     lab_httpd_reload                after lab_node_new or lab_node_drop: takes up the nodes' certificates
#     lab_upload_start [WORKERS]      rudder-relay-upload at $LAB/run/upload.sock (default 2)
#     lab_upload_stop [SIGNAL]
#     lab_curl ARGS...                curl that knows server key, user and password; LAB_LOGIN=default: the default password,
#                                     LAB_LOGIN=none: none
#     lab_put FILE PATH [ARGS...]     uploads, prints the status: lab_put FILE reports/NAME
#
# LAB_HTTPS_PORT_WANTED is the port of a new lab's httpd instead of a free one, LAB_ADDRESS its address instead of 127.0.0.1;
# a key and a certificate that are in $LAB/httpd already are used (server.key, server.crt).
# LAB_HTTPD_VALUES (an array) is handed on to rudder-relay-httpd-conf, LAB_HTTPD_EXTRA is text for the end of httpd.conf.
# Nothing secret stands on a command line. The port is kept: a lab taken up again has the one it had, or says that it is taken.

LAB_SOURCE=${LAB_SOURCE:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}

lab_httpd_start() {
    lab_httpd_names
    lab_running httpd && return 0
    mkdir -p "$LAB/httpd" "$LAB/log" && lab_httpd_port && lab_httpd_secrets && lab_httpd_clients || return
    lab_httpd_names
    lab_httpd_write || return
    lab_start httpd "$(lab_httpd_program)" -f "$LAB/httpd/httpd.conf" -D FOREGROUND || return
    lab_wait_for 30 lab_httpd_answers && return 0
    echo "lab: httpd does not answer at $LAB_HTTPS_URL:" >&2
    tail -n 5 "$LAB/log/httpd.log" "$LAB/log/httpd-error.log" >&2
    lab_stop httpd
    return 1
}

# What a script needs to use an httpd that runs already, too.
lab_httpd_names() {
    LAB_HTTPS_PORT=$(cat "$LAB/httpd/port" 2>/dev/null)
    LAB_HTTPS_URL=https://${LAB_ADDRESS:-127.0.0.1}:$LAB_HTTPS_PORT
    LAB_USER=rudder
    LAB_PASSWORD=$(cat "$LAB/httpd/password" 2>/dev/null)
    LAB_DEFAULT_PASSWORD=rudder
    LAB_SERVER_CERT=$LAB/httpd/server.crt
    LAB_SERVER_PIN=$(cat "$LAB/httpd/server.pin" 2>/dev/null)
    return 0
}

lab_httpd_stop() {
    lab_stop httpd TERM
}

lab_httpd_restart() {
    lab_httpd_stop && lab_httpd_start
}

# Graceful: requests in hand are finished by the old processes. The new ones answer a moment later.
lab_httpd_reload() {
    lab_httpd_clients && kill -USR1 "$(lab_pid httpd)"
}

lab_httpd_answers() {
    lab_running httpd && [ "$(LAB_LOGIN=none lab_curl --output /dev/null --write-out '%{http_code}' "$LAB_HTTPS_URL/" 2>/dev/null)" = 404 ]
}

lab_httpd_program() {
    local name
    for name in apache2 httpd; do
        PATH=$PATH:/usr/sbin command -v "$name" && return
    done
    echo "lab: neither apache2 nor httpd is installed" >&2
    return 1
}

lab_httpd_modules() {
    local place
    for place in /usr/lib/apache2/modules /usr/lib64/httpd/modules /usr/lib/httpd/modules; do
        [ -e "$place/mod_ssl.so" ] && echo "$place" && return
    done
    echo "lab: httpd's modules are not there (mod_ssl missing?)" >&2
    return 1
}

lab_httpd_port() {
    if [ ! -s "$LAB/httpd/port" ]; then
        echo "${LAB_HTTPS_PORT_WANTED:-$(lab_free_port)}" >"$LAB/httpd/port"
    elif (exec 3<>"/dev/tcp/${LAB_ADDRESS:-127.0.0.1}/$(cat "$LAB/httpd/port")") 2>/dev/null; then
        echo "lab: port $(cat "$LAB/httpd/port"), which this lab's httpd had, is taken by somebody else" >&2
        return 1
    fi
}

# Server key and certificate, passwords, and the files that tell curl of them.
lab_httpd_secrets() (
    cd "$LAB/httpd" && umask 077 || exit
    [ ! -s server.pin ] || exit 0
    [ -s server.crt ] || openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 3650 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE \
        -keyout server.key -out server.crt 2>/dev/null || exit
    openssl rand -hex 16 >password
    lab_httpd_login password.conf password "$(cat password)"
    lab_httpd_login default.conf default-password rudder
    chmod 644 server.crt
    printf 'sha256//%s\n' "$(openssl pkey -in server.key -pubout -outform DER | openssl dgst -sha256 -binary | openssl base64)" \
        >server.pin
    printf 'insecure\npinnedpubkey = "%s"\nnoproxy = "*"\nsilent\nshow-error\n' "$(cat server.pin)" |
        tee none.conf >>password.conf
    cat none.conf >>default.conf
)

# lab_httpd_login CURL-CONFIG HTTPD-FILE PASSWORD
lab_httpd_login() {
    printf 'user = "rudder:%s"\n' "$3" >"$1"
    printf 'rudder:%s\n' "$(printf '%s\n' "$3" | openssl passwd -apr1 -stdin)" >"htpasswd-$2"
    chmod 644 "htpasswd-$2" # httpd's workers are another user; what is in it belongs to the lab alone
}

# The nodes' certificates, and one that is nobody's, since httpd wants at least one.
lab_httpd_clients() {
    local clients=$LAB/httpd/clients.pem
    if [ ! -s "$LAB/httpd/nobody.crt" ]; then
        openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -days 3650 -subj /CN=nobody \
            -out "$LAB/httpd/nobody.crt" 2>/dev/null || return
    fi
    cat "$LAB/relay/lib/nodescerts.pem" "$LAB/httpd/nobody.crt" 2>/dev/null >"$clients.new"
    mv "$clients.new" "$clients"
}

lab_httpd_write() {
    local dir=$LAB/httpd modules module
    modules=$(lab_httpd_modules) || return
    [ -e "$dir/networks.conf" ] || echo 'Require ip 127.0.0.0/8' >"$dir/networks.conf"
    mkdir -p "$dir/empty"
    "$LAB_SOURCE/httpd-conf/rudder-relay-httpd-conf" VHOST="${LAB_ADDRESS:-127.0.0.1}:$LAB_HTTPS_PORT" SERVER_NAME=localhost \
        SERVER_CERT="$dir/server.crt" SERVER_KEY="$dir/server.key" CA_FILE="$dir/clients.pem" \
        NETWORKS_FILE="$dir/networks.conf" PASSWORD_FILE="$dir/htpasswd-password" \
        INITIAL_PASSWORD_FILE="$dir/htpasswd-default-password" SOCKET_DIR="$LAB/run" LOG_DIR="$LAB/log" \
        EMPTY_DIR="$dir/empty" ${LAB_HTTPD_VALUES[@]+"${LAB_HTTPD_VALUES[@]}"} >"$dir/rudder-relay.conf" || return
    {
        echo "# What the distribution's own httpd.conf does on a real server."
        echo "ServerRoot \"$dir\""
        echo "ServerName localhost"
        echo "PidFile \"$dir/httpd.pid\""
        echo "ErrorLog \"$LAB/log/httpd-error.log\""
        echo "DefaultRuntimeDir \"$dir\""
        for module in unixd mpm_event authz_core authz_host authz_user authn_core authn_file auth_basic alias env log_config mime \
            buffer reqtimeout socache_shmcb ssl proxy proxy_fcgi; do
            # a distribution may have some of them built in
            [ ! -e "$modules/mod_$module.so" ] || echo "LoadModule ${module}_module \"$modules/mod_$module.so\""
        done
        echo "TypesConfig /dev/null"
        if [ "$(id -u)" = 0 ]; then
            id www-data >/dev/null 2>&1 && printf '%s www-data\n' User Group || printf '%s apache\n' User Group
        fi
        printf '<Directory />\n    AllowOverride None\n    Require all denied\n</Directory>\n'
        echo "SSLSessionCache \"shmcb:$dir/sessions(512000)\""
        echo "StartServers 1"
        echo "Include \"$dir/rudder-relay.conf\""
        printf '%s\n' "${LAB_HTTPD_EXTRA:-}"
    } >"$dir/httpd.conf"
}

# ---- the upload program ----

# multiwatch keeps several workers on one socket; one worker needs nobody.
lab_upload_start() {
    local workers=${1:-2} program before
    program=$(lab_program rudder-relay-upload) || return
    local command=("$program" -c "$LAB_CONFIG")
    [ "$workers" = 1 ] || command=("$(command -v multiwatch)" -f "$workers" -- "${command[@]}")
    rm -f "$LAB/run/upload.sock"
    before=$(lab_upload_starts)
    lab_start upload spawn-fcgi -n -s "$LAB/run/upload.sock" -M 0666 -- "${command[@]}" || return
    lab_wait_for 30 lab_upload_listens "$before" && return 0
    echo "lab: the upload program does not start:" >&2
    tail -n 5 "$LAB/log/upload.log" >&2
    lab_stop upload
    return 1
}

# The program is there (and not only spawn-fcgi's socket) when it has said so once more than before.
lab_upload_listens() {
    lab_running upload && [ -S "$LAB/run/upload.sock" ] && [ "$(lab_upload_starts)" -gt "${1:-0}" ]
}

lab_upload_starts() {
    cat "$LAB/log/upload.log" 2>/dev/null | grep -c 'upload: started'
}

# multiwatch cannot pass on a KILL: its workers are killed, too, as systemd would.
lab_upload_stop() {
    local workers='' ended
    [ "${1:-TERM}" != KILL ] || mapfile -t workers < <(pgrep -P "$(lab_pid upload)")
    lab_stop upload "${1:-TERM}"
    ended=$?
    [ -z "${workers[*]}" ] || kill -KILL "${workers[@]}" 2>/dev/null
    return $ended
}

# ---- clients ----

lab_curl() {
    curl --disable --config "$LAB/httpd/${LAB_LOGIN:-password}.conf" "$@"
}

# 000 when there was no answer.
lab_put() {
    local file=$1 path=$2
    shift 2
    lab_curl --output /dev/null --write-out '%{http_code}\n' --upload-file "$file" "$@" "$LAB_HTTPS_URL/$path"
}
