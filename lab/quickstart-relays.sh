# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# lab/quickstart-relays: `./quickstart relays`: a root and two levels of relays on this machine, a node below each.
# Sourced by quickstart, whose DIR is by then the directory of all this.
#
#     root        node-root
#      '- upper      node-upper
#          '- lower     node-lower

DEMO_SERVERS=(root upper lower)

relays_demo_start() {
    open_directory
    prepare
    relays_demo_open
    step "Making three policy servers and their nodes' keys" relays_demo_make
    for server in "${DEMO_SERVERS[@]}"; do
        step "Starting the programs of $server" relays_start "$server"
    done
    relays_demo_agents
    relays_demo_run
    relays_demo_remote_run
    relays_demo_share
    relays_demo_commands
}

# Without network namespaces: what is shown is for curl and browsers on this machine.
relays_demo_open() {
    unset RELAYS_NET
    relays_open "$DIR" || fail "the directory $DIR cannot be used"
}

relays_demo_make() {
    local settings=("remote_run.use_sudo=false" "remote_run.command=\"$DIR/remote-run\"")
    relays_server root "" "${settings[@]}" && relays_server upper root "${settings[@]}" &&
        relays_server lower upper "${settings[@]}" && relays_node node-root root && relays_node node-upper upper &&
        relays_node node-lower lower && relays_publish
}

# What an administrator sets up on each node; and the command that stands for Rudder's own, which would reach the nodes
# by network.
relays_demo_agents() {
    local server
    for server in "${DEMO_SERVERS[@]}"; do
        mkdir -p "$DIR/agents/node-$server" && relays_in "$server" agent_conf "node-$server" "$DIR/agents/node-$server"
    done
    cp "$SOURCE"/lab/demo-policy{,.cf} "$DIR/agents/"
    cat >"$DIR/remote-run" <<END
#!/bin/sh
# remote run [-D CONDITIONS] -- HOST,HOST
for last; do :; done
for node in \$(echo "\$last" | sed 's/\\.example//g; s/,/ /g'); do
    [ -e "$DIR/agents/\$node/agent.conf" ] || continue # the servers' own addresses: no agent is there
    "$RELAY_BUILD/bin/rudder-relay-agent" run -c "$DIR/agents/\$node/agent.conf" -- \\
        "$DIR/agents/demo-policy" "\$node" "$DIR/agents/\$node" 2>&1 | while IFS= read -r line; do
        echo "\$node: \$line"
        sleep 0.1 # so that one can see it coming
    done
done
END
    chmod 700 "$DIR/remote-run"
}

relays_demo_runs_of() {
    relays_in root lab_psql -At -c "SELECT count(*) FROM ReportsExecution WHERE nodeId = '$1'"
}
relays_demo_more_runs() { # NODE THAN
    [ "$(relays_demo_runs_of "$1")" -gt "$2" ]
}

relays_demo_run() {
    local before name id server
    before=$(relays_demo_runs_of node-lower) || fail "the database does not answer"
    printf '\n%s\n' "A run log travels from node-lower by lower and upper to root. The agent runs, signs and sends:"
    "$RELAY_BUILD/bin/rudder-relay-agent" run -c "$DIR/agents/node-lower/agent.conf" -- \
        "$DIR/agents/demo-policy" node-lower "$DIR/agents/node-lower" | head -n 3 | cut -c 1-"${COLUMNS:-120}"
    lab_wait_for 60 relays_demo_more_runs node-lower "$before" ||
        fail "the run did not arrive within 60 seconds; see $DIR/servers/*/log"
    name=$(grep -ho 'upload: stored name=[^ ]*@node-lower[^ ]*' "$DIR/servers/lower/log/upload.log" | tail -n 1)
    name=${name##*name=}
    id=$(printf '%s' "$name" | openssl dgst -sha256 -r | cut -c 1-32 | tr a-f A-F)
    printf '\n%s\n' "In the logs, by its queue id $id:"
    for server in lower upper root; do
        grep -h "queue_id=$id" "$DIR/servers/$server/log/"{upload,forwarder}.log |
            sed -e 's/^<[0-9]>//' -e "s/^/  $server	/" | expand -t 10 | cut -c 1-"${COLUMNS:-150}"
    done
    printf '\n%s\n' "and in root's database:"
    relays_in root lab_psql -P pager=off -c "
        SELECT nodeId, date, (SELECT count(*) FROM RudderSysEvents AS e
                              WHERE e.nodeId = r.nodeId AND e.executionTimeStamp = r.date) AS reports
        FROM ReportsExecution AS r ORDER BY insertionId"
}

relays_demo_remote_run() {
    local begun line
    printf '\n%s\n' "A remote run of all nodes, asked of root; with the seconds at which each line was here:"
    relays_use root
    echo "\$ curl --no-buffer -d keep_output=true -d asynchronous=true $LAB_LOCAL_URL/remote-run/all"
    begun=${EPOCHREALTIME/[.,]/}
    curl --disable --noproxy '*' --silent --show-error --no-buffer -d keep_output=true -d asynchronous=true \
        "$LAB_LOCAL_URL/remote-run/all" |
        while IFS= read -r line; do
            printf '%6.2f  %.100s\n' "$(((${EPOCHREALTIME/[.,]/} - begun) / 10000))e-2" "$line"
        done | awk '{ node = $2 } ++shown[node] <= 4 { print } shown[node] == 5 { print "        ..." } { fflush() }'
}

relays_demo_share() {
    printf '\n%s\n' "node-lower shares a file with node-root, at the other end:"
    uname -a >"$DIR/agents/node-lower/about-me"
    echo "\$ rudder-relay-agent share-file -c $DIR/agents/node-lower/agent.conf node-root \\"
    echo "    $DIR/agents/node-lower/about-me"
    "$RELAY_BUILD/bin/rudder-relay-agent" share-file -c "$DIR/agents/node-lower/agent.conf" node-root \
        "$DIR/agents/node-lower/about-me" || fail "the file was not shared; see $DIR/servers/*/log/shared-files.log"
    "$RELAY_BUILD/bin/rudder-relay-agent" fetch-file -c "$DIR/agents/node-root/agent.conf" \
        -k "sha256:$(relays_in root lab_node_key_hash node-lower)" node-lower about-me \
        "$DIR/agents/node-root/from-lower" || fail "the file was not fetched; see $DIR/servers/*/log/shared-files.log"
    echo "which fetches it and checks its signature; $DIR/agents/node-root/from-lower:"
    sed 's/^/  /' "$DIR/agents/node-root/from-lower"
}

relays_demo_commands() {
    local server
    printf '\n%s\n\n' "All of it stays running. To go on:"
    for server in "${DEMO_SERVERS[@]}"; do
        relays_use "$server"
        printf '  %-20s %s\n' "$server" "$LAB_HTTPS_URL, its status page $LAB_LOCAL_URL/system/"
    done
    relays_use root
    cat <<END
  the database         psql -h $LAB/pg -p $LAB_PG_PORT -U postgres rudder
  an agent's run       $RELAY_BUILD/bin/rudder-relay-agent run -c $DIR/agents/node-lower/agent.conf -- \\
                           $DIR/agents/demo-policy node-lower $DIR/agents/node-lower
  what waits at upper  $RELAY_BUILD/bin/rudder-relay queue -c $DIR/servers/upper/relay/etc/relay.conf
  configuration, logs  $DIR/servers/*/relay/etc/relay.conf, $DIR/servers/*/log
  the end              $ME stop
END
}

relays_demo_status() {
    local server parts result=0
    was_started || return 3
    relays_demo_open
    for server in "${DEMO_SERVERS[@]}"; do
        parts=$(relays_programs "$server")
        (relays_use "$server" && parts_status "$server" $parts) || result=3 # one program a word
    done
    return $result
}

relays_demo_stop() {
    check_directory
    [ -e "$DIR/.quickstart" ] || return 0
    relays_demo_open
    relays_close
    echo "The relays are stopped, and $DIR is removed."
}
