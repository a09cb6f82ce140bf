# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# lab/postgres: a PostgreSQL cluster of the lab's own, with the database `rudder` made by sql/apply. Needs lab/lab.sh.
#
#     lab_postgres_start          makes the cluster the first time, takes it up again later; sets the variables
#     lab_postgres_names          sets the variables of a cluster that was made before
#     lab_postgres_stop [MODE]    fast (the default: sessions are cut, all is written) or immediate (as a crash)
#     lab_postgres_restart [MODE] on the same port
#     lab_storage compact|plain|status
#                                 sql/storage, as superuser
#     lab_empty_tables            of the reports, in either storage
#     lab_psql [ARGUMENT...]      psql as superuser in that database, stops at the first error
#
# LAB_PG_URL, LAB_PG_PASSWORD: how the relay connects, as the user with the least rights, by password over TCP.
# LAB_PG_PURGE_URL: how `rudder-relay purge` does, with the same password.
# LAB_STORAGE: compact makes a new cluster's database so. LAB_PG_PORT: the port (LAB_PG_PORT_WANTED if that is set
# when the cluster is made). LAB_PG_TEMPLATE: a directory, of the user postgres if we are root: the first lab makes a
# cluster there, and those of all labs are copies of it, for a quarter of the work. The password holds characters that
# must be quoted in a URL, on purpose.
#
# Durability is PostgreSQL's default. The superuser comes in by the socket only, as root or whoever runs the cluster.

LAB_POSTGRES_SQL=$(cd "$(dirname "${BASH_SOURCE[0]}")/../sql" && pwd)

lab_postgres_start() {
    lab_postgres_find || return
    if [ ! -f "$LAB/pg/lab-port" ]; then
        lab_postgres_make || return
    fi
    lab_running postgres || lab_postgres_run || return
    lab_postgres_names || return
    if [ ! -f "$LAB/pg/lab-ready" ]; then
        lab_postgres_fill && touch "$LAB/pg/lab-ready"
    fi
}

# What a script needs to use a cluster that is there already, too.
lab_postgres_names() {
    LAB_PG_PASSWORD=$(cat "$LAB/pg/lab-password") && LAB_PG_PORT=$(cat "$LAB/pg/lab-port") || return
    LAB_PG_URL="postgres://rudder@127.0.0.1:$LAB_PG_PORT/rudder"
    LAB_PG_PURGE_URL="postgres://rudder_purge@127.0.0.1:$LAB_PG_PORT/rudder"
}

lab_postgres_stop() {
    case ${1:-fast} in
    fast) lab_stop postgres INT ;;
    immediate) lab_stop postgres QUIT ;;
    *) echo "lab: lab_postgres_stop fast|immediate, not $1" >&2 && return 2 ;;
    esac
}

lab_postgres_restart() {
    lab_postgres_stop "$@"
    lab_postgres_start
}

lab_psql() {
    psql -X -q -v ON_ERROR_STOP=1 -h "$LAB/pg" -p "$LAB_PG_PORT" -U postgres -d rudder "$@"
}

lab_storage() {
    "$LAB_POSTGRES_SQL/storage" "$1" --force -h "$LAB/pg" -p "$LAB_PG_PORT" -U postgres -d rudder
}

lab_empty_tables() {
    lab_psql -At -c "SELECT 'TRUNCATE ReportsExecution, ' || CASE WHEN to_regclass('rudder_relay.run') IS NULL
        THEN 'RudderSysEvents' ELSE 'rudder_relay.run, rudder_relay.RudderSysEvents' END" | lab_psql
}

# Sets LAB_PG_BIN: distributions keep the server's programs out of PATH.
lab_postgres_find() {
    local dir
    for dir in "$(pg_config --bindir 2>/dev/null)" $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) /usr/bin; do
        if [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ]; then
            LAB_PG_BIN=$dir
            return 0
        fi
    done
    echo "lab: no PostgreSQL server here: install postgresql (Debian) or postgresql-server (Fedora)" >&2
    return 1
}

# lab_postgres_initdb DIRECTORY: without its sync, since a lab that a power cut destroys is made again. The server
# itself syncs as always.
lab_postgres_initdb() {
    (cd / && lab_as postgres "$LAB_PG_BIN/initdb" -D "$1" --no-sync -U postgres -E UTF8 --locale=C \
        --auth-local=peer --auth-host=scram-sha-256)
}

# lab_postgres_cluster DIRECTORY: a new cluster, or a copy of that in LAB_PG_TEMPLATE, which the first lab makes.
lab_postgres_cluster() {
    local template=${LAB_PG_TEMPLATE:-}
    if [ -z "$template" ]; then
        lab_postgres_initdb "$1"
        return
    fi
    (
        flock 9 || exit
        [ ! -d "$template/made" ] || exit 0
        rm -rf "$template/data"
        lab_postgres_initdb "$template/data" && mv "$template/data" "$template/made"
    ) 9>"$template/lock" && cp -a "$template/made" "$1"
}

lab_postgres_make() {
    local log=$LAB/log/initdb.log owner
    rm -rf "$LAB/pg" && mkdir -m 700 "$LAB/pg" || return
    [ "$(id -u)" != 0 ] || chown postgres: "$LAB/pg" || return
    if ! lab_as postgres test -x "$LAB/pg"; then
        echo "lab: user postgres cannot enter $LAB; choose a directory that others may enter" >&2
        return 1
    fi
    if ! lab_postgres_cluster "$LAB/pg/data" >"$log" 2>&1; then
        echo "lab: initdb failed:" >&2
        tail -n 5 "$log" >&2
        return 1
    fi
    owner=$(stat -c %U "$LAB/pg/data")
    {
        echo "local all postgres peer map=lab"
        echo "host all all 127.0.0.1/32 scram-sha-256"
    } >"$LAB/pg/data/pg_hba.conf"
    printf 'lab %s postgres\n' "$owner" root >"$LAB/pg/data/pg_ident.conf"
    cat >>"$LAB/pg/data/postgresql.conf" <<END
listen_addresses = '127.0.0.1'
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 40
log_line_prefix = '%m [%p] %a '
timezone = 'UTC'
log_timezone = 'UTC'
END
    # % and @ and : and / break whoever puts a password in a URL as it is
    printf 'p%%40@:/%s\n' "$(head -c 12 /dev/urandom | base64)" >"$LAB/pg/lab-password"
    echo "${LAB_PG_PORT_WANTED:-$(lab_free_port)}" >"$LAB/pg/lab-port"
}

# Somebody may take the port between the choice and the start: then another one. Afterwards it stays.
lab_postgres_run() {
    local try
    for try in 1 2 3; do
        LAB_PG_PORT=$(cat "$LAB/pg/lab-port")
        echo INT >"$LAB/run/postgres.signal"
        # a session of its own: Ctrl-C in the terminal is for the script, which then stops us in its own order
        lab_start postgres lab_as postgres setsid "$LAB_PG_BIN/postgres" -D "$LAB/pg/data" -k "$LAB/pg" \
            -p "$LAB_PG_PORT" || return
        if lab_wait_for 60 lab_postgres_answers_or_ended && lab_postgres_answers; then
            return 0
        fi
        lab_stop postgres
        [ ! -f "$LAB/pg/lab-ready" ] && tail -n 5 "$LAB/log/postgres.log" | grep -q 'could not bind' || break
        lab_free_port >"$LAB/pg/lab-port"
    done
    echo "lab: PostgreSQL did not start (port $LAB_PG_PORT, try $try):" >&2
    tail -n 5 "$LAB/log/postgres.log" >&2
    return 1
}

lab_postgres_answers() {
    psql -X -q -h "$LAB/pg" -p "$LAB_PG_PORT" -U postgres -d postgres -c 'SELECT 1' >/dev/null 2>&1
}

lab_postgres_answers_or_ended() {
    lab_postgres_answers || ! lab_running postgres
}

lab_postgres_fill() {
    lab_psql -d postgres -c 'CREATE DATABASE rudder' &&
        RUDDER_DB_PASSWORD=$LAB_PG_PASSWORD \
            RUDDER_DB_PURGE_USER=rudder_purge RUDDER_DB_PURGE_PASSWORD=$LAB_PG_PASSWORD \
            "$LAB_POSTGRES_SQL/apply" -h "$LAB/pg" -p "$LAB_PG_PORT" -U postgres -d rudder || return
    [ "${LAB_STORAGE:-plain}" = plain ] || lab_storage "$LAB_STORAGE" >/dev/null
}
