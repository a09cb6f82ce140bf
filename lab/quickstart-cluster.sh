# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# lab/quickstart-cluster: `./quickstart cluster`: a highly available site on this machine (lab/cluster.sh), whose
# primary dies while runs come in. Sourced by quickstart, whose DIR is by then the directory of all this.

CLUSTER_DEMO_RUNS=200

cluster_demo_start() {
    open_directory
    packages_need "${PACKAGES_CLUSTER[@]}" || fail "the packages could not be installed"
    prepare
    cluster_demo_open
    step "Starting etcd, Patroni with PostgreSQL, pgbouncer" cluster_databases
    step "Starting two ingest hosts" cluster_ingest
    step "Making a node and its agent" cluster_demo_node
    cluster_demo_members
    cluster_demo_agent
    cluster_demo_failover
    cluster_demo_commands
}

# Without network namespaces: what is shown is for psql, curl and browsers on this machine.
cluster_demo_open() {
    unset RELAYS_NET
    cluster_open "$DIR" || fail "the directory $DIR cannot be used"
}

cluster_demo_node() {
    local machine
    [ -e "$CLUSTER/nodes/$NODE.key" ] || cluster_in in1 lab_node_new "$NODE" demonstration.example root || return
    for machine in in1 in2; do
        cluster_in "$machine" lab_nodes_write && cluster_in "$machine" lab_index >/dev/null || return
    done
    mkdir -p "$CLUSTER/agent" && cluster_in in1 agent_conf "$NODE" "$CLUSTER/agent" &&
        cp "$SOURCE"/lab/demo-policy{,.cf} "$CLUSTER/agent/"
}

cluster_demo_members() {
    printf '\n'
    # it says on standard error which etcd did not answer
    patronictl -c "$CLUSTER/servers/db1/pg/patroni.yml" list 2>/dev/null | sed 's/^/  /'
}

# cluster_demo_sql SQL: asks the primary; prints nothing when there is none.
cluster_demo_sql() {
    local primary
    primary=$(cluster_primary) && cluster_in "$primary" lab_psql -At -c "$1"
} 2>/dev/null

cluster_demo_runs() { # SINCE
    cluster_demo_sql "SELECT count(*) FROM ReportsExecution WHERE nodeId = '$NODE' AND insertionDate >= '$1'"
}
cluster_demo_arrived() { # SINCE COUNT
    [ "$(cluster_demo_runs "$1")" = "$2" ]
}

cluster_demo_agent() {
    local begun
    begun=$(cluster_demo_sql "SELECT now()")
    printf '\n%s\n' "The agent runs a demonstration policy, signs its output and sends it to in1:"
    "$RELAY_BUILD/bin/rudder-relay-agent" run -c "$CLUSTER/agent/agent.conf" -- "$CLUSTER/agent/demo-policy" "$NODE" \
        "$CLUSTER/agent" | head -n 3 | cut -c 1-"${COLUMNS:-120}"
    lab_wait_for 60 cluster_demo_arrived "$begun" 1 ||
        fail "the run did not arrive within 60 seconds; see $DIR/servers/*/log"
    echo "It is in the database, that is on the disks of db1 and db2."
}

# The uploads go on while the primary dies.
cluster_demo_failover() {
    local begun primary last
    step "Signing $CLUSTER_DEMO_RUNS runs" cluster_demo_sign
    begun=$(cluster_demo_sql "SELECT now()")
    primary=$(cluster_primary)
    printf '\n%s\n' "They are uploaded to in1 and in2 in turn. A quarter on, all programs of $primary are killed:"
    : >"$CLUSTER/answered"
    cluster_demo_upload >>"$CLUSTER/answered" 2>/dev/null &
    lab_wait_for 120 cluster_demo_answered $((CLUSTER_DEMO_RUNS / 4)) ||
        fail "no upload was answered; see $DIR/servers/*/log"
    cluster_kill "$primary"
    last=$((SECONDS + 180))
    until cluster_demo_progress "$begun"; do
        [ $SECONDS -lt $last ] || fail "not all runs arrived within 180 seconds; see $DIR/servers/*/log"
        sleep 2
    done
    cluster_demo_members
    echo "Each of the $CLUSTER_DEMO_RUNS runs that were answered is there, once: $(cluster_demo_sql "SELECT count(*) ||
        ' runs, ' || count(DISTINCT date) || ' of them different' FROM ReportsExecution
        WHERE nodeId = '$NODE' AND insertionDate >= '$begun'")."
}

cluster_demo_sign() {
    local number start
    rm -rf "$CLUSTER/made" && mkdir "$CLUSTER/made" || return
    for number in $(seq "$CLUSTER_DEMO_RUNS"); do
        start=$(lab_start_time $((EPOCHSECONDS - number * 300)))
        cluster_in in1 lab_run_file "$CLUSTER/made" "$NODE" "$start" || return
    done
}

# As agents do that know both hosts by one name: where the first does not answer, curl takes the other.
cluster_demo_upload() {
    local file port hosts number=0
    port=$(cat "$CLUSTER/port")
    for file in "$CLUSTER"/made/*; do
        hosts=$(cluster_each ADDRESS in$((number % 2 + 1)) in$(((number + 1) % 2 + 1)))
        curl --disable --config "$CLUSTER/servers/in1/httpd/password.conf" --upload-file "$file" --output /dev/null \
            --resolve "cluster.example:$port:$hosts" --write-out '%{http_code}\n' \
            "https://cluster.example:$port/reports/${file##*/}"
        number=$((number + 1))
    done
}
cluster_demo_answered() {
    [ "$(cluster_demo_count)" -ge "$1" ]
}
cluster_demo_count() {
    grep -c '^20' "$CLUSTER/answered"
}

# Prints how far it is; true at the end.
cluster_demo_progress() {
    local primary stored
    primary=$(cluster_primary)
    stored=$(cluster_demo_runs "$1")
    printf '  %s  primary: %-4s  answered: %3d  stored: %s\n' "$(date +%T)" "${primary:-none}" "$(cluster_demo_count)" \
        "${stored:-?}"
    [ "$stored" = "$CLUSTER_DEMO_RUNS" ]
}

cluster_demo_commands() {
    local machine
    printf '\n%s\n\n' "All of it stays running, but for the machine that died. To go on:"
    for machine in in1 in2; do
        relays_use "$machine"
        printf '  %-20s %s\n' "$machine" "$LAB_HTTPS_URL, its status page $LAB_LOCAL_URL/system/"
    done
    cat <<END
  who is the primary   patronictl -c $CLUSTER/servers/db1/pg/patroni.yml list
  the database         psql -h $CLUSTER/servers/$(cluster_primary)/pg -p $(cluster_port postgres) -U postgres rudder
  configuration, logs  $CLUSTER/servers/*/{pg/patroni.yml,pooler/pgbouncer.ini,relay/etc/relay.conf,log}
  what runs            $ME cluster status
  all of it once more  $ME cluster        (the machine that died comes back, then the other one dies)
  the end              $ME stop
END
}

cluster_demo_status() {
    local machine parts result=0
    was_started || return 3
    cluster_demo_open
    for machine in "${CLUSTER_MACHINES[@]}"; do
        parts=$(cluster_parts "$machine")
        cluster_in "$machine" parts_status "$machine" $parts || result=3 # one part a word
    done
    cluster_demo_members
    return $result
}

cluster_demo_stop() {
    check_directory
    [ -e "$DIR/.quickstart" ] || return 0
    cluster_demo_open
    cluster_close
    echo "The cluster is stopped, and $DIR is removed."
}
