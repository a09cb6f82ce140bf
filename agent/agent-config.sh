# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# agent-config: reads agent.conf into variables conf_*. The file is text to be taken apart, never code: it is not
# sourced. One "key = value" a line, # begins a comment line; the value is the rest of the line without the blanks
# around it.

config_defaults() {
    conf_server='' conf_port=443 conf_proxy='' conf_proxy_user='' conf_proxy_password_file=''
    conf_node_id='' conf_node_id_file=/opt/rudder/etc/uuid.hive
    conf_certificate=/opt/rudder/etc/ssl/agent.cert
    conf_key=/var/rudder/cfengine-community/ppkeys/localhost.priv
    conf_key_password_file='' conf_encrypt_to='' conf_inventory_format=files
    conf_server_public_key_pin='' conf_server_ca=''
    conf_client_certificate=no conf_user='' conf_password_file='' conf_default_password_file=''
    conf_queue=/var/rudder/reports conf_max_age_days=7 conf_max_kept_sent=50 conf_timeout=300
    conf_policies=/var/rudder/policies
    conf_diff_secrets='' conf_diff_max_size=65536 conf_diff_max_files=100 conf_diff_max_lines=500
    conf_hub='' conf_hub_port=5310 conf_listen_command='/opt/rudder/bin/rudder agent run'
}

# config_read FILE: false, with a message, if it cannot be used.
config_read() {
    config_file=$1 config_line=0
    config_defaults
    if [ ! -r "$config_file" ] || [ -d "$config_file" ]; then
        say "the configuration $config_file cannot be read by $(id -un); -c names another one"
        return 1
    fi
    while IFS= read -r line || [ -n "$line" ]; do
        config_line=$((config_line + 1))
        config_take "$line" || return
    done <"$config_file"
    config_check
}

# trim TEXT: sets $trimmed to it without blanks at both ends (a carriage return is one).
trim() {
    trimmed=$1
    while :; do
        case $trimmed in
        [[:space:]]*) trimmed=${trimmed#?} ;;
        *[[:space:]]) trimmed=${trimmed%?} ;;
        *) return ;;
        esac
    done
}

config_take() {
    trim "$1"
    case $trimmed in
    '' | '#'*) return ;;
    esac
    config_split "$trimmed" || config_bad "is not of the form \"key = value\"" || return
    case $value in \"*\") value=${value#?} value=${value%?} ;; esac
    config_set "$key" "$value"
}

# config_split LINE: sets $key and $value. False if it is not of the form "key = value".
config_split() {
    case $1 in
    *=*) ;;
    *) return 1 ;;
    esac
    trim "${1%%=*}"
    key=$trimmed
    trim "${1#*=}"
    value=$trimmed
}

config_set() {
    case $1 in
    server) conf_server=$2 ;;
    port) conf_port=$2 ;;
    proxy) conf_proxy=$2 ;;
    proxy_user) conf_proxy_user=$2 ;;
    proxy_password_file) conf_proxy_password_file=$2 ;;
    node_id) conf_node_id=$2 ;;
    node_id_file) conf_node_id_file=$2 ;;
    certificate) conf_certificate=$2 ;;
    key) conf_key=$2 ;;
    key_password_file) conf_key_password_file=$2 ;;
    encrypt_to) conf_encrypt_to=$2 ;;
    inventory_format) conf_inventory_format=$2 ;;
    server_public_key_pin) conf_server_public_key_pin=$2 ;;
    server_ca) conf_server_ca=$2 ;;
    client_certificate) conf_client_certificate=$2 ;;
    user) conf_user=$2 ;;
    password_file) conf_password_file=$2 ;;
    default_password_file) conf_default_password_file=$2 ;;
    queue) conf_queue=$2 ;;
    max_age_days) conf_max_age_days=$2 ;;
    max_kept_sent) conf_max_kept_sent=$2 ;;
    timeout) conf_timeout=$2 ;;
    policies) conf_policies=$2 ;;
    diff_secrets) conf_diff_secrets="$conf_diff_secrets $2" ;;
    diff_max_size) conf_diff_max_size=$2 ;;
    diff_max_files) conf_diff_max_files=$2 ;;
    diff_max_lines) conf_diff_max_lines=$2 ;;
    hub) conf_hub=$2 ;;
    hub_port) conf_hub_port=$2 ;;
    listen_command) conf_listen_command=$2 ;;
    *) say "$config_file:$config_line: unknown key \"$1\", ignored" ;;
    esac
}

config_bad() {
    say "$config_file:$config_line: this line $1"
    return 1
}

config_wrong() {
    say "$config_file: $1"
    return 1
}

config_check() {
    config_check_values && config_check_identity && config_check_authentication && config_check_directories
}

config_check_values() {
    [ -n "$conf_server" ] ||
        config_wrong "server is missing: the name of the policy server that run logs go to" || return
    conf_hub=${conf_hub:-$conf_server}
    config_check_host server "$conf_server" && conf_server=$host &&
        config_check_host hub "$conf_hub" && conf_hub=$host || return
    config_check_number port "$conf_port" 1 65535 &&
        config_check_number hub_port "$conf_hub_port" 1 65535 &&
        config_check_number max_age_days "$conf_max_age_days" 1 3650 &&
        config_check_number max_kept_sent "$conf_max_kept_sent" 0 100000 &&
        config_check_number timeout "$conf_timeout" 1 86400 &&
        config_check_number diff_max_size "$conf_diff_max_size" 1 10000000 &&
        config_check_number diff_max_files "$conf_diff_max_files" 1 10000 &&
        config_check_number diff_max_lines "$conf_diff_max_lines" 1 20000 || return
    case $conf_server_public_key_pin in
    '' | sha256//?*) ;;
    *) config_wrong "server_public_key_pin must have the form sha256//<base64>" || return ;;
    esac
    case $conf_inventory_format in
    files | smime) ;;
    *) config_wrong "inventory_format must be files or smime" || return ;;
    esac
    case $conf_client_certificate in
    yes | no) ;;
    *) config_wrong "client_certificate must be yes or no" || return ;;
    esac
}

# config_check_host KEY VALUE: sets $host, as it stands in a URL.
config_check_host() {
    host=$2
    case $2 in
    *[!A-Za-z0-9.:_-]*) config_wrong "$1 must be a host name or an address: $2" || return ;;
    *:*) host="[$2]" ;; # an IPv6 address
    esac
}

# config_check_number KEY VALUE MIN MAX. (More than 9 digits would overflow some shell's arithmetic.)
config_check_number() {
    case $2 in
    '' | *[!0-9]* | ??????????*) ;;
    *) [ "$2" -ge "$3" ] && [ "$2" -le "$4" ] && return ;;
    esac
    config_wrong "$1 must be a number from $3 to $4, not \"$2\""
}

# What the run log is named and signed with.
config_check_identity() {
    if [ -z "$conf_node_id" ]; then
        config_readable node_id_file "$conf_node_id_file" || return
        IFS= read -r conf_node_id <"$conf_node_id_file" || [ -n "$conf_node_id" ] ||
            config_wrong "node_id_file $conf_node_id_file is empty" || return
        trim "$conf_node_id"
        conf_node_id=$trimmed
    fi
    case $conf_node_id in
    '' | .* | *[!A-Za-z0-9.-]*) config_wrong "\"$conf_node_id\" is no node id (letters, digits, - and .)" || return ;;
    esac
    config_readable certificate "$conf_certificate" && config_secret key "$conf_key" &&
        { [ -z "$conf_key_password_file" ] || config_secret key_password_file "$conf_key_password_file"; }
}

config_check_authentication() {
    [ -z "$conf_server_ca" ] || config_readable server_ca "$conf_server_ca" || return
    if [ "${new_node:-no}" = yes ]; then
        [ -z "$conf_default_password_file" ] ||
            config_secret default_password_file "$conf_default_password_file" || return
    elif [ -n "$conf_user" ]; then
        config_secret password_file "$conf_password_file" || return
    elif [ "$conf_client_certificate" = no ] && [ "$needs_login" = yes ]; then
        config_wrong \
            "it says neither user and password_file nor client_certificate = yes: the server would refuse us" || return
    fi
    [ -z "$conf_proxy_user" ] || config_secret proxy_password_file "$conf_proxy_password_file"
}

config_check_directories() {
    case $conf_queue in
    /*) ;;
    *) config_wrong "queue must be an absolute path: $conf_queue" || return ;;
    esac
    case $conf_policies in
    /*) ;;
    *) config_wrong "policies must be an absolute path: $conf_policies" || return ;;
    esac
    case $conf_encrypt_to in
    '' | /*) ;;
    *) config_wrong "encrypt_to must be an absolute path: $conf_encrypt_to" || return ;;
    esac
    case $conf_listen_command in
    /*) ;;
    *) config_wrong "listen_command must begin with an absolute path: $conf_listen_command" || return ;;
    esac
}

config_readable() {
    if [ ! -f "$2" ]; then
        config_wrong "$1: there is no file \"$2\""
    elif [ ! -r "$2" ]; then
        config_wrong "$1: \"$2\" cannot be read by $(id -un)"
    fi
}

# A file with a password in its first line, or a key. It is used, but not without a word, when everybody may read it.
config_secret() {
    config_readable "$1" "$2" || return
    # shellcheck disable=SC2012 # ls is what POSIX has for the mode of a file
    case $(ls -ldL -- "$2") in
    ???????r*) say "$config_file: $1: everybody may read $2; chmod 600 it" ;;
    esac
}
