# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# agent-upload: one file to the policy server with curl. All of curl's options go through its standard input: a command
# line is everybody's to read.

# upload FILE DIRECTORY: to https://SERVER/DIRECTORY/. 0 taken, 1 refused for good, 2 to be tried again; the latter two
# with $upload_reason.
upload() {
    upload_status=$(upload_options "$1" "$2" | upload_curl) || upload_status=
    upload_answer=${upload_status#* }
    upload_status=${upload_status%% *}
    case $upload_status in
    2[0-9][0-9]) return 0 ;;
    400 | 413 | 415 | 422)
        upload_reason="the server answered $upload_status: $upload_answer"
        return 1
        ;;
    esac
    upload_explain
    return 2
}

# upload_curl: prints "<HTTP status> <what the server or curl says>", one line of printable text. curl -q: no ~/.curlrc.
upload_curl() {
    answer=$(curl -q --config - 2>&1)
    status=${answer##*http_status=}
    answer=${answer%http_status=*}
    printf '%s %s\n' "$status" "$(printf '%s' "$answer" | upload_one_line)"
}

# httpd's own answers are HTML. (busybox's tr knows no [:print:].)
upload_one_line() {
    LC_ALL=C tr '\n\r\t' '   ' | LC_ALL=C tr -cd ' -~' | sed -e 's/<[^>]*>/ /g' -e 's/   */ /g' -e 's/ $//' |
        cut -c 1-300
}

upload_options() {
    upload_options_for "$2/$(upload_escape "${1##*/}")"
    upload_option max-filesize 65536 # of the answer
    upload_option upload-file "$1"
    upload_option_login
}

# upload_options_for PATH: what all requests to the policy server have in common.
upload_options_for() {
    upload_options_to "$conf_server:$conf_port/$1"
    printf '%s\n' 'speed-limit = 100' 'speed-time = 60'
    upload_option max-time "$conf_timeout"
    upload_option write-out '\nhttp_status=%{http_code}'
}

# upload_options_to HOST:PORT/PATH: what all requests have in common.
upload_options_to() {
    printf '%s\n' silent show-error globoff tlsv1.2 'connect-timeout = 20'
    upload_option proto '=https'
    upload_option url "https://$1"
    upload_option_server
    upload_option_proxy
}

# A new node has no password of its own, and a certificate that nobody knows.
upload_option_login() {
    if [ "$new_node" = yes ] && [ -n "$conf_default_password_file" ]; then
        upload_option user "${conf_user:-rudder}:$(upload_password "$conf_default_password_file")"
    elif [ "$new_node" = yes ]; then
        upload_option user "${conf_user:-rudder}:rudder"
    elif [ -n "$conf_user" ]; then
        upload_option user "$conf_user:$(upload_password "$conf_password_file")"
    fi
    if [ "$conf_client_certificate" = yes ] && [ "$new_node" = no ]; then
        upload_option_certificate
    fi
}

upload_option_certificate() {
    upload_option cert "$conf_certificate"
    upload_option key "$conf_key"
    [ -z "$conf_key_password_file" ] || upload_option pass "$(upload_password "$conf_key_password_file")"
}

# How the server is known: by its public key, by a CA, by both, or else by what this machine trusts.
upload_option_server() {
    if [ -n "$conf_server_public_key_pin" ]; then
        upload_option pinnedpubkey "$conf_server_public_key_pin"
        [ -n "$conf_server_ca" ] || echo insecure # the pin is still checked, the certificate's chain is not
    fi
    [ -z "$conf_server_ca" ] || upload_option cacert "$conf_server_ca"
}

# Without a proxy of ours none is used, whatever the environment says: runs start from cron, by hand, from a service.
upload_option_proxy() {
    if [ -z "$conf_proxy" ]; then
        upload_option noproxy '*'
        return
    fi
    upload_option proxy "$conf_proxy"
    [ -z "$conf_proxy_user" ] ||
        upload_option proxy-user "$conf_proxy_user:$(upload_password "$conf_proxy_password_file")"
}

# upload_escape NAME: as it stands in a URL. Most names need none of this.
upload_escape() {
    case $1 in
    *[!A-Za-z0-9._~@:+-]*) printf '%s' "$1" | od -An -v -tx1 | tr -d '\n' | sed -e 's/ *$//' -e 's/ /%/g' ;;
    *) printf '%s' "$1" ;;
    esac
}

# upload_option NAME VALUE: a line of curl's configuration. printf is built in: nobody sees its arguments.
upload_option() {
    case $2 in
    *[\"\\]*) ;;
    *)
        printf '%s = "%s"\n' "$1" "$2"
        return
        ;;
    esac
    quoted='' rest=$2
    while [ -n "$rest" ]; do
        case $rest in
        [\"\\]*) quoted="$quoted\\" ;;
        esac
        quoted=$quoted${rest%"${rest#?}"}
        rest=${rest#?}
    done
    printf '%s = "%s"\n' "$1" "$quoted"
}

upload_password() {
    IFS= read -r password <"$1" || [ -n "$password" ] || say "$1 is empty"
    printf '%s' "$password"
}

# upload_header FILE PATTERN: prints the value of the header, that of the last answer if there were several.
upload_header() {
    tr -d '\r' <"$1" | sed -n "s/^$2:[[:blank:]]*//p" | tail -n 1
}

# A new node logs in with the default password, whatever it has else.
upload_explain_login() {
    if [ "$new_node" = yes ]; then
        upload_reason="$at wants another password of new nodes (401); see default_password_file in $config_file"
    elif [ -n "$conf_user" ]; then
        upload_reason="$at wants another user or password (401); see user and password_file in $config_file"
    else
        upload_reason="$at does not know the certificate of $conf_node_id (401): is the node accepted, with \
$conf_certificate?"
    fi
}

# upload_explain [HOST:PORT]: sets $upload_reason, with what a person may do about it.
# shellcheck disable=SC2120 # agent-listen.sh passes one
upload_explain() {
    at=${1:-$conf_server:$conf_port}
    case $upload_status in
    '' | 000) upload_explain_curl ;;
    401) upload_explain_login ;;
    403)
        upload_reason="$at does not accept this node (403): is $conf_node_id accepted there, and this network allowed?"
        ;;
    404 | 405)
        upload_reason="$at takes nothing of the kind ($upload_status): is it a policy server, and the port right?"
        ;;
    407) upload_reason="the proxy $conf_proxy wants another user or password (407)" ;;
    503) upload_reason="$at is busy (503): $upload_answer" ;;
    507) upload_reason="$at has no space left (507)" ;;
    *) upload_reason="$at answered $upload_status: $upload_answer" ;;
    esac
}

# upload_explain_curl: the same for a request that got no answer. What curl says, "curl: (NUMBER) WORDS", is long, and
# in some versions a page: where the number tells what a person may do, that is said in its place.
upload_explain_curl() {
    code=${upload_answer#*"curl: ("}
    code=${code%%")"*}
    words=${upload_answer#*"curl: ($code) "}
    words=${words%%" More details here"*}
    case $code in
    6) upload_reason="$at cannot be reached: its name is not known here" ;;
    5 | 7 | 97) upload_reason="${conf_proxy:+the proxy $conf_proxy or }$at takes no connection: \
does the program run, and is a firewall between?" ;;
    28) upload_reason="$at cannot be reached: it did not answer in time" ;;
    52) upload_reason="$at ended the connection without an answer" ;;
    18) upload_reason="$at ended the connection in the middle of its answer" ;;
    63) upload_reason="$at gave an answer that is too long" ;;
    51 | 60) upload_reason="$at is not trusted: ${words#"SSL certificate problem: "}; see server_ca in $config_file" ;;
    90) upload_reason="$at is not trusted: its key is not that of server_public_key_pin in $config_file" ;;
    58) upload_reason="certificate and key of $config_file cannot be used: $words" ;;
    77) upload_reason="server_ca of $config_file cannot be used: $words" ;;
    *) upload_explain_words ;;
    esac
}

# What the server refuses in TLS is OpenSSL's alert: "error:0A000418:SSL routines::tlsv1 alert unknown ca, errno 0".
upload_explain_words() {
    case $upload_answer in
    *"curl: ("*" alert "*)
        words=${words##*" alert "}
        upload_reason="$at refuses the TLS connection: ${words%, errno*}"
        ;;
    *"curl: ("*) upload_reason="$at cannot be reached: $words" ;;
    *) upload_reason="$at gave no answer that could be taken" ;;
    esac
}
