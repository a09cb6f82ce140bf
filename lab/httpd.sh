# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# lab/httpd: a private httpd with TLS, made from the template that operators use. The programs behind it:
# lab/endpoints.sh. Needs lab/lab.sh and lab/relay.sh (lab_relay_layout and lab_relay_config come first).
#
#     lab_httpd_start                 sets LAB_HTTPS_PORT, LAB_HTTPS_URL, LAB_LOCAL_PORT, LAB_LOCAL_URL, LAB_USER,
#                                     LAB_PASSWORD, LAB_DEFAULT_PASSWORD, LAB_SERVER_CERT, LAB_SERVER_PIN (what curl
#                                     calls pinnedpubkey)
#     lab_httpd_stop, lab_httpd_restart
#     lab_httpd_reload                after lab_node_new or lab_node_drop: takes up the nodes' certificates
#     lab_curl ARGS...                curl that knows server key, user and password; LAB_LOGIN=default: the default
#                                     password, LAB_LOGIN=none: none
#     lab_put FILE PATH [ARGS...]     uploads, prints the status: lab_put FILE reports/NAME
#
# LAB_HTTPS_PORT_WANTED and LAB_LOCAL_PORT_WANTED are the ports of a new lab's httpd instead of free ones, LAB_ADDRESS
# its address instead of 127.0.0.1; a key and a certificate that are in $LAB/httpd already are used (server.key,
# server.crt). LAB_HTTPD_VALUES (an array) is handed on to rudder-relay-httpd-conf, LAB_HTTPD_EXTRA is text for the end
# of httpd.conf, LAB_HTTPD_BEFORE for before what we ship, as where a distribution sets up its processes. Nothing secret
# stands on a command line. The port is kept: a lab taken up again has the one it had, or says that it is taken.

LAB_SOURCE=${LAB_SOURCE:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
. "$LAB_SOURCE/lab/endpoints.sh"

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
    LAB_LOCAL_PORT=$(cat "$LAB/httpd/local-port" 2>/dev/null)
    LAB_LOCAL_URL=http://127.0.0.1:$LAB_LOCAL_PORT/rudder/relay-api/1
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
    local status
    lab_running httpd || return
    status=$(LAB_LOGIN=none lab_curl --output /dev/null --write-out '%{http_code}' "$LAB_HTTPS_URL/" 2>/dev/null)
    [ "$status" = 404 ]
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
    lab_httpd_one_port port "${LAB_ADDRESS:-127.0.0.1}" "${LAB_HTTPS_PORT_WANTED:-}" &&
        lab_httpd_one_port local-port 127.0.0.1 "${LAB_LOCAL_PORT_WANTED:-}"
}

# lab_httpd_one_port FILE ADDRESS WANTED
lab_httpd_one_port() {
    local file=$LAB/httpd/$1
    if [ ! -s "$file" ]; then
        echo "${3:-$(lab_free_port)}" >"$file"
    elif [ -z "${LAB_NET:-}" ] && (exec 3<>"/dev/tcp/$2/$(cat "$file")") 2>/dev/null; then
        echo "lab: port $(cat "$file"), which this lab's httpd had, is taken by somebody else" >&2
        return 1
    fi
}

# Server key and certificate, passwords, and the files that tell curl of them.
lab_httpd_secrets() (
    cd "$LAB/httpd" && umask 077 || exit
    [ ! -s server.pin ] || exit 0
    [ -s server.crt ] || lab_httpd_certificate || exit
    openssl rand -hex 16 >password
    lab_httpd_login password.conf password "$(cat password)"
    lab_httpd_login default.conf default-password rudder
    chmod 644 server.crt
    printf 'sha256//%s\n' "$(openssl pkey -in server.key -pubout -outform DER |
        openssl dgst -sha256 -binary | openssl base64)" >server.pin
    printf 'insecure\npinnedpubkey = "%s"\nnoproxy = "*"\nsilent\nshow-error\n' "$(cat server.pin)" |
        tee none.conf >>password.conf
    cat none.conf >>default.conf
)

lab_httpd_certificate() {
    lab_rsa_key server.key && openssl req -x509 -key server.key -sha256 -days 3650 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE -out server.crt
}

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
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /dev/null -days 3650 \
            -subj /CN=nobody -out "$LAB/httpd/nobody.crt" 2>/dev/null || return
    fi
    cat "$LAB/relay/lib/nodescerts.pem" "$LAB/httpd/nobody.crt" 2>/dev/null >"$clients.new"
    mv "$clients.new" "$clients"
}

lab_httpd_write() {
    local dir=$LAB/httpd modules module
    modules=$(lab_httpd_modules) || return
    [ -e "$dir/networks.conf" ] || echo 'Require ip 127.0.0.0/8' >"$dir/networks.conf"
    [ -e "$dir/policy-server-networks.conf" ] || echo 'Require ip 127.0.0.0/8' >"$dir/policy-server-networks.conf"
    mkdir -p "$dir/empty"
    "$LAB_SOURCE/httpd-conf/rudder-relay-httpd-conf" SERVER_NAME=localhost \
        VHOST="${LAB_ADDRESS:-127.0.0.1}:$LAB_HTTPS_PORT" LOCAL_VHOST="127.0.0.1:$LAB_LOCAL_PORT" \
        SERVER_CERT="$dir/server.crt" SERVER_KEY="$dir/server.key" CA_FILE="$dir/clients.pem" \
        NETWORKS_FILE="$dir/networks.conf" POLICY_SERVER_NETWORKS_FILE="$dir/policy-server-networks.conf" \
        PASSWORD_FILE="$dir/htpasswd-password" INITIAL_PASSWORD_FILE="$dir/htpasswd-default-password" \
        SOCKET_DIR="$LAB/run" LOG_DIR="$LAB/log" \
        EMPTY_DIR="$dir/empty" ${LAB_HTTPD_VALUES[@]+"${LAB_HTTPD_VALUES[@]}"} >"$dir/rudder-relay.conf" || return
    {
        echo "# What the distribution's own httpd.conf does on a real server."
        echo "ServerRoot \"$dir\""
        echo "ServerName localhost"
        echo "PidFile \"$dir/httpd.pid\""
        echo "ErrorLog \"$LAB/log/httpd-error.log\""
        echo "DefaultRuntimeDir \"$dir\""
        for module in unixd mpm_event authz_core authz_host authz_user authn_core authn_file auth_basic alias env \
            log_config mime dir autoindex negotiation filter deflate buffer reqtimeout socache_shmcb ssl proxy \
            proxy_fcgi; do
            # a distribution may have some of them built in
            [ ! -e "$modules/mod_$module.so" ] || echo "LoadModule ${module}_module \"$modules/mod_$module.so\""
        done
        echo "TypesConfig /dev/null"
        # as distributions have it, for what is not ours
        echo "AddOutputFilterByType DEFLATE text/html text/plain application/json"
        echo "AddHandler type-map .var"
        echo "DirectoryIndex index.html"
        if [ "$(id -u)" = 0 ]; then
            id www-data >/dev/null 2>&1 && printf '%s www-data\n' User Group || printf '%s apache\n' User Group
        fi
        printf '<Directory />\n    AllowOverride None\n    Require all denied\n</Directory>\n'
        echo "SSLSessionCache \"shmcb:$dir/sessions(512000)\""
        printf '%s\n' "${LAB_HTTPD_BEFORE:-StartServers 1}"
        echo "Include \"$dir/rudder-relay.conf\""
        printf '%s\n' "${LAB_HTTPD_EXTRA:-}"
    } >"$dir/httpd.conf"
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
