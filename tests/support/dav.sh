# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# dav: an httpd that takes uploads to /reports/ by itself, for the tests of the agent, and a proxy. Needs lab/lab.sh.
# User "rudder" with $PASSWORD, or a client certificate.
#
#     dav_start                      sets DAV (its directory), DAV_PORT, DAV_PIN, DAV_PROXY_PORT
#     dav_answer [STATUS [NAME]]     from now on it answers so (to that name); `certificate`: only for client
#                                    certificates; nothing: as it should
#     dav_count                      how many files have come

dav_start() {
    DAV=$LAB/dav
    mkdir -p "$DAV/reports" "$DAV/answer" "$DAV/lock" || return
    DAV_PORT=$(lab_free_port) && DAV_PROXY_PORT=$(lab_free_port) || return
    lab_rsa_key "$DAV/key" && openssl req -x509 -key "$DAV/key" -sha256 -days 3650 -subj /CN=localhost \
        -addext "subjectAltName=DNS:localhost" -out "$DAV/cert" || return
    DAV_PIN=sha256//$(openssl x509 -in "$DAV/cert" -noout -pubkey | openssl pkey -pubin -outform der |
        openssl dgst -sha256 -binary | base64)
    printf '%s\n' "$PASSWORD" | htpasswd -i -c "$DAV/users" rudder 2>/dev/null || return
    dav_configuration >"$DAV/conf"
    chmod -R a+rX "$DAV"
    chmod 1777 "$DAV/reports" "$DAV/lock"
    lab_start dav "$(dav_httpd)" -D FOREGROUND -f "$DAV/conf"
    lab_wait_for 60 dav_listens || {
        cat "$LAB/log/dav.log" "$LAB/log/dav-error.log" >&2
        return 1
    }
}

dav_httpd() {
    command -v apache2 || command -v httpd || echo /usr/sbin/apache2
}

dav_listens() {
    (exec 3<>"/dev/tcp/127.0.0.1/$DAV_PORT") 2>/dev/null && (exec 3<>"/dev/tcp/127.0.0.1/$DAV_PROXY_PORT") 2>/dev/null
}

# An answer is a file in answer/: a status for all, or NAME.STATUS for one name.
dav_configuration() {
    local module status
    for module in mpm_event authn_core authn_file authz_core authz_user auth_basic dav dav_fs proxy proxy_connect \
        rewrite setenvif ssl; do
        echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"
    done
    [ "$(id -u)" != 0 ] || printf '%s\n' "User www-data" "Group www-data"
    cat <<END
ServerName localhost
ServerRoot "$DAV"
DocumentRoot "$DAV"
PidFile "$DAV/pid"
ErrorLog "$LAB/log/dav-error.log"
DavLockDB "$DAV/lock/db"
Listen 127.0.0.1:$DAV_PORT
Listen 127.0.0.1:$DAV_PROXY_PORT
StartServers 1
ThreadsPerChild 8
MaxRequestWorkers 8
<VirtualHost 127.0.0.1:$DAV_PORT>
    SSLEngine on
    SSLCertificateFile "$DAV/cert"
    SSLCertificateKeyFile "$DAV/key"
    SSLVerifyClient optional_no_ca
    CustomLog "$LAB/log/dav-access.log" "%m %U %>s"
    RewriteEngine on
END
    for status in 400 401 403 404 413 415 422 500 503 507; do
        printf '    %s\n' \
            "RewriteCond \"$DAV/answer/$status\" -f [OR]" \
            "RewriteCond \"$DAV/answer/\$1.$status\" -f" \
            "RewriteRule ^/reports/(.*) - [R=$status,L]"
    done
    cat <<END
    RewriteCond "$DAV/answer/certificate" -f
    RewriteCond %{SSL:SSL_CLIENT_VERIFY} ^NONE$
    RewriteRule ^/reports/ - [F]
    <Location "/reports/">
        Dav On
        AuthType Basic
        AuthName reports
        AuthUserFile "$DAV/users"
        <RequireAny>
            Require user rudder
            Require expr "-f '$DAV/answer/certificate'"
        </RequireAny>
    </Location>
</VirtualHost>
<VirtualHost 127.0.0.1:$DAV_PROXY_PORT>
    CustomLog "$LAB/log/dav-proxy.log" "%r %>s"
    ProxyRequests On
    AllowCONNECT $DAV_PORT
    <Proxy "*">
        AuthType Basic
        AuthName proxy
        AuthUserFile "$DAV/users"
        Require user rudder
    </Proxy>
</VirtualHost>
END
}

dav_answer() {
    rm -f "$DAV"/answer/*
    [ $# = 0 ] || : >"$DAV/answer/${2:+$2.}$1"
}

dav_count() {
    find "$DAV/reports" -type f -name '*.log.gz' | wc -l
}
