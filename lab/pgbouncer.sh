# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# lab/pgbouncer: a pgbouncer in transaction mode in front of a PostgreSQL. Needs lab/lab.sh and lab/postgres.sh, and the
# package pgbouncer.
#
#     lab_pgbouncer_start NAME PORT    for the server at 127.0.0.1:PORT (or $LAB_ADDRESS); asks the cluster of
#                                      lab/postgres for the passwords of its users; its log is log/NAME.log
#                                      (LAB_PGBOUNCER_POOL: how many sessions it opens, 20;
#                                      LAB_PGBOUNCER_DATABASE: more KEY=VALUE of the database)
#     lab_pgbouncer_url NAME [USER]    prints the URL by which a user (default rudder) connects through it
#
# It knows the users by what PostgreSQL keeps of their passwords (SCRAM), never by the passwords.

lab_pgbouncer_start() {
    local name=$1 dir=$LAB/$1
    if [ ! -s "$dir/port" ]; then
        lab_pgbouncer_make "$dir" "$2" || return
    fi
    lab_start "$name" lab_as postgres "$(PATH=$PATH:/usr/sbin command -v pgbouncer)" "$dir/pgbouncer.ini" &&
        lab_wait_for 60 lab_pgbouncer_listens "$dir" && return
    echo "lab: $name does not start:" >&2
    tail -n 5 "$LAB/log/$name.log" >&2
    return 1
}

lab_pgbouncer_make() { # DIR PORT
    mkdir -p "$1" && lab_free_port >"$1/port" || return
    cat >"$1/pgbouncer.ini" <<END
[databases]
rudder = host=${LAB_ADDRESS:-127.0.0.1} port=$2 ${LAB_PGBOUNCER_DATABASE:-}
[pgbouncer]
listen_addr = ${LAB_ADDRESS:-127.0.0.1}
listen_port = $(cat "$1/port")
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $1/users.txt
pool_mode = transaction
default_pool_size = ${LAB_PGBOUNCER_POOL:-20}
max_client_conn = 200
server_login_retry = 1
END
    lab_psql -At -c "SELECT format('\"%s\" \"%s\"', rolname, rolpassword) FROM pg_authid
        WHERE rolpassword IS NOT NULL" >"$1/users.txt" && chmod 600 "$1/users.txt" || return
    [ "$(id -u)" != 0 ] || chown -R postgres: "$1"
}

lab_pgbouncer_listens() {
    (exec 3<>"/dev/tcp/${LAB_ADDRESS:-127.0.0.1}/$(cat "$1/port")") 2>/dev/null
}

lab_pgbouncer_url() {
    echo "postgres://${2:-rudder}@${LAB_ADDRESS:-127.0.0.1}:$(cat "$LAB/$1/port")/rudder"
}
