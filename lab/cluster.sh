# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# lab/cluster: five machines of a highly available site, as docs/high-availability.md describes it, privately. Needs the
# other files of lab/ and the packages PACKAGES_CLUSTER.
#
#     db1, db2    etcd, Patroni with its PostgreSQL (one of them the primary, the other its synchronous standby),
#                 and a pgbouncer in transaction mode in front of it ("pooler")
#     witness     the third etcd
#     in1, in2    ingest hosts: httpd, upload program, spool, forwarder; one server key and one password for both
#
#     cluster_open [DIR]              makes (or takes up again) $CLUSTER, the directory of all machines
#     cluster_close                   stops all and removes the directory
#     cluster_databases, cluster_ingest    start what these machines are made of; again: what does not run
#     cluster_in MACHINE COMMAND...   in a subshell where $LAB, $LAB_CONFIG, $LAB_HTTPS_URL... are that machine's
#     cluster_parts MACHINE           prints the names of its programs, as lab_running knows them
#     cluster_kill MACHINE [PART...]  as a power cut does: these programs, or all of it
#     cluster_up MACHINE              starts what does not run
#     cluster_primary                 prints which of db1 and db2 is the primary, by its Patroni
#     cluster_synchronous             is there a standby that is a part of each commit?
#     cluster_url USER                prints the URL of both poolers
#
# A machine is a directory of lab/relays' kind: it has an address of its own, and with RELAYS_NET a network namespace,
# so relays_cut and relays_mend are for these machines, too. As root, the programs of a database have a PID namespace,
# where Patroni is init: who kills it kills its PostgreSQL.

CLUSTER_MACHINES=(db1 db2 witness in1 in2)

cluster_open() {
    local number name
    relays_open "$@" && CLUSTER=$RELAYS || return
    [ -s "$CLUSTER/password" ] || (umask 077 && openssl rand -hex 16 >"$CLUSTER/password") || return
    for name in etcd peer postgres patroni; do
        [ -s "$CLUSTER/port-$name" ] || lab_free_port >"$CLUSTER/port-$name" || return
    done
    for number in "${!CLUSTER_MACHINES[@]}"; do
        cluster_machine "${CLUSTER_MACHINES[number]}" $((number + 1)) || return
    done
}

cluster_machine() { # NAME NUMBER
    local dir=$CLUSTER/servers/$1
    if [ ! -s "$dir/address" ]; then
        mkdir "$dir" && relays_address "$2" >"$dir/address" || return
        ln -s "$CLUSTER/nodes" "$dir/nodes" && echo "$1" >>"$CLUSTER/servers/order"
        [ -z "${RELAYS_NET:-}" ] || relays_net_join "$1" || return
    fi
    (lab_open "$dir")
}

cluster_close() {
    relays_close
    CLUSTER=
}

cluster_in() (
    relays_use "$1" && shift && "$@"
)

cluster_port() {
    cat "$CLUSTER/port-$1"
}
cluster_address() {
    cat "$CLUSTER/servers/$1/address"
}
# Prints a text for each of these machines, joined by commas; NAME, ADDRESS in it become the machine's.
cluster_each() { # TEXT MACHINE...
    local text=$1 machine
    shift
    for machine; do
        printf '%s\n' "$text" | sed "s/NAME/$machine/; s/ADDRESS/$(cluster_address "$machine")/"
    done | paste -sd ,
}

cluster_parts() {
    case $1 in
    db*) echo etcd patroni pooler ;;
    witness) echo etcd ;;
    in*) echo upload system httpd forwarder ;;
    esac
}

# ---- start and end ----

cluster_databases() {
    local machine
    for machine in db1 db2 witness; do
        cluster_in "$machine" cluster_etcd || return
    done
    cluster_in db1 cluster_patroni && lab_wait_for 120 cluster_has_primary && cluster_fill &&
        cluster_in db2 cluster_patroni && lab_wait_for 180 cluster_synchronous && cluster_up db1 && cluster_up db2
}

cluster_fill() {
    local primary
    primary=$(cluster_primary)
    [ -e "$CLUSTER/filled" ] || { cluster_in "$primary" lab_postgres_fill && touch "$CLUSTER/filled"; }
}

cluster_ingest() {
    cluster_in in1 cluster_relay && cluster_same_server && cluster_in in2 cluster_relay && cluster_up in1 &&
        cluster_up in2
}

cluster_up() {
    local part
    for part in $(cluster_parts "$1"); do
        cluster_in "$1" lab_running "$part" || cluster_in "$1" cluster_start_part "$part" || return
    done
}

cluster_start_part() {
    case $1 in
    etcd | patroni) "cluster_$1" ;;
    pooler) lab_wait_for 60 cluster_knows_users && lab_pgbouncer_start pooler "$(cluster_port postgres)" ;;
    upload | system) lab_endpoint_start "$1" 4 ;;
    httpd) lab_httpd_start ;;
    forwarder) lab_forwarder_start ;;
    esac
}

cluster_knows_users() {
    [ -s "$LAB/pooler/users.txt" ] ||
        [ "$(lab_psql -At -c "SELECT count(*) FROM pg_roles WHERE rolname = 'rudder'")" = 1 ]
} 2>/dev/null

# A power cut ends all at one moment.
cluster_kill() {
    local machine=$1 part
    shift
    for part in $([ $# -gt 0 ] && echo "$@" || cluster_parts "$machine"); do
        cluster_in "$machine" cluster_processes "$part"
    done | xargs -r kill -s KILL
}

# Without a PID namespace PostgreSQL is no child of Patroni's, but goes on without it.
cluster_processes() {
    local pid
    [ "$1:$(id -u)" != patroni:0 ] || { lab_pid patroni && return; }
    lab_family "$1"
    [ "$1" = patroni ] && read -r pid <"$LAB/pg/data/postmaster.pid" &&
        [ "$(readlink "/proc/$pid/cwd")" = "$LAB/pg/data" ] && echo "$pid"
} 2>/dev/null

# ---- databases ----

# By which of etcd's protocols Patroni speaks to it. Before 3.0.3 (Debian 12 has 3.0.2) it overwrote, by version 3, the
# key that says who is primary without looking at it: a former primary whose network came back took over from its
# successor, and what that had committed was gone. By version 2 it compares. (Patroni's pull request 2689.)
cluster_protocol() {
    local version
    version=$(patroni --version) && version=${version##* }
    if [ "$(printf '%s\n' 3.0.3 "$version" | sort -V | head -n 1)" = 3.0.3 ]; then echo etcd3; else echo etcd; fi
}

cluster_etcd() {
    local name=${LAB##*/} client peer
    client=http://$LAB_ADDRESS:$(cluster_port etcd)
    peer=$(cluster_port peer)
    lab_running etcd && return
    local version2=()
    [ "$(cluster_protocol)" = etcd3 ] || version2=(--enable-v2)
    # slow disks, busy machines and a member that comes back are no reason for an election
    lab_start etcd etcd --name "$name" --data-dir "$LAB/etcd" --listen-client-urls "$client" \
        --advertise-client-urls "$client" --listen-peer-urls "http://$LAB_ADDRESS:$peer" \
        --initial-advertise-peer-urls "http://$LAB_ADDRESS:$peer" --initial-cluster-token rudder \
        --initial-cluster "$(cluster_each "NAME=http://ADDRESS:$peer" db1 db2 witness)" \
        --initial-cluster-state new --heartbeat-interval 300 --election-timeout 3000 --pre-vote \
        --logger zap --log-level warn ${version2[@]+"${version2[@]}"}
}

cluster_patroni() {
    local user command=()
    lab_postgres_find || return
    lab_running patroni && return
    [ -s "$LAB/pg/patroni.yml" ] || cluster_patroni_make || return
    if [ "$(id -u)" = 0 ]; then
        user=postgres
        command=(unshare --pid --fork --kill-child --mount-proc -- setpriv --reuid "$user" --regid "$(id -g "$user")"
            --init-groups --pdeathsig KILL --)
    fi
    echo KILL >"$LAB/run/patroni.signal" # what is stopped is removed, too
    cd / && lab_start patroni ${command[@]+"${command[@]}"} patroni "$LAB/pg/patroni.yml"
}

cluster_patroni_make() {
    mkdir -p "$LAB/pg" && chmod 700 "$LAB/pg" && cluster_port postgres >"$LAB/pg/lab-port" &&
        cp "$CLUSTER/password" "$LAB/pg/lab-password" &&
        (umask 077 && cluster_patroni_yml >"$LAB/pg/patroni.yml") || return
    [ "$(id -u)" != 0 ] || chown -R postgres: "$LAB/pg"
}

# ttl, loop_wait and retry_timeout: a third of what is usual, so that a trial is short. Patroni allows no shorter ones.
cluster_patroni_yml() {
    local postgres patroni password owner
    postgres=$LAB_ADDRESS:$(cluster_port postgres) patroni=$LAB_ADDRESS:$(cluster_port patroni)
    password=$(cat "$CLUSTER/password")
    [ "$(id -u)" = 0 ] && owner=postgres || owner=$(id -un)
    cat <<END
scope: rudder
name: ${LAB##*/}
restapi: {listen: '$patroni', connect_address: '$patroni'}
$(cluster_protocol):
  hosts: [$(cluster_each "'ADDRESS:$(cluster_port etcd)'" db1 db2 witness)]
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 3
    retry_timeout: 4
    synchronous_mode: true
    postgresql:
      use_pg_rewind: true
      parameters: {max_connections: 80, timezone: UTC, log_timezone: UTC}
  initdb: [encoding: UTF8, locale: C, data-checksums]
postgresql:
  listen: '$postgres'
  connect_address: '$postgres'
  data_dir: '$LAB/pg/data'
  bin_dir: '$LAB_PG_BIN'
  pgpass: '$LAB/pg/pgpass'
  use_unix_socket: true
  basebackup: [checkpoint: fast]
  authentication:
    superuser: {username: postgres, password: '$password'}
    replication: {username: replicator, password: '$password'}
  parameters: {unix_socket_directories: '$LAB/pg', unix_socket_permissions: '0700'}
  pg_hba:
    - local all postgres peer map=lab
    - host all,replication all 127.0.0.0/8 scram-sha-256
    - host all,replication all 10.77.0.0/24 scram-sha-256
  pg_ident: [lab $owner postgres, lab root postgres]
END
}

cluster_primary() {
    cluster_which primary
}
cluster_has_primary() {
    cluster_primary >/dev/null
}

# Both must say so: PostgreSQL says it a moment before etcd knows it, when the standby could not take over yet; Patroni
# says it still when the primary has just died.
cluster_synchronous() {
    local primary
    cluster_which synchronous >/dev/null && primary=$(cluster_primary) &&
        [ "$(cluster_in "$primary" lab_psql -d postgres -At -c \
            "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming'")" = 1 ]
} 2>/dev/null

# Prints the machine whose Patroni says that it is this.
cluster_which() {
    local machine
    for machine in db1 db2; do
        curl --disable --noproxy '*' --silent --fail --max-time 3 --output /dev/null \
            "http://$(cluster_address "$machine"):$(cluster_port patroni)/$1" && echo "$machine" && return
    done
    return 1
}

cluster_url() {
    local machine hosts
    hosts=$(for machine in db1 db2; do
        echo "$(cluster_address "$machine"):$(cat "$CLUSTER/servers/$machine/pooler/port")"
    done | paste -sd ,)
    echo "postgres://$1@$hosts/rudder"
}

# ---- ingest hosts ----

# A database's machine that is gone is noticed after statement_timeout and 15 seconds.
cluster_relay() {
    local password
    password=$(cat "$CLUSTER/password")
    lab_relay_layout && lab_relay_config 'upload.min_free_space="0"' 'processing.reporting.output="database"' \
        "output.database.url=\"$(cluster_url rudder)\"" "output.database.password=\"$password\"" \
        "output.database.purge.url=\"$(cluster_url rudder_purge)\"" "output.database.purge.password=\"$password\"" \
        'output.database.statement_timeout="10s"' || return
    [ -e "$CLUSTER/nodes/root.cert" ] || lab_node_new root "$LAB_ADDRESS" root || return
    mkdir -p "$LAB/httpd" && echo "Require ip 127.0.0.0/8 10.77.0.0/24" >"$LAB/httpd/networks.conf" || return
    if [ ! -s "$LAB/httpd/server.key" ]; then
        cp "$CLUSTER/nodes/root.cert" "$LAB/httpd/server.crt" &&
            cp -p "$CLUSTER/nodes/root.key" "$LAB/httpd/server.key" &&
            echo "$LAB_HTTPS_PORT" >"$LAB/httpd/port" && lab_httpd_secrets || return
    fi
    lab_index >/dev/null
}

# Agents know one key and one password, whichever host they meet.
cluster_same_server() {
    [ -d "$CLUSTER/servers/in2/httpd" ] || cp -rp "$CLUSTER/servers/in1/httpd" "$CLUSTER/servers/in2/httpd"
}
