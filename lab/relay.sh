# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# lab/relay: directories, configuration, nodes and run logs of a relay in a lab, and its forwarder. Needs lab/lab.sh;
# wants lab/postgres.sh to have started its cluster before lab_relay_config, else run logs only wait.
#
#     lab_relay_layout                        the directories below $LAB/relay
#     lab_relay_config [KEY=VALUE...]         writes $LAB_CONFIG; KEY as in upload.max_body_size, VALUE as in libconfig
#     lab_node_new ID HOSTNAME [SERVER]       a key, a certificate, an entry in the node list; again for an ID: others
#     lab_node_drop ID                        out of the list and the certificates
#     lab_index                               compiles list and certificates for the programs
#     lab_start_time SECONDS                  that moment since 1970 as a run's START: YYYY-MM-DD HH:MM:SS+00:00
#     lab_runlog ID START [N]                 prints a run of N reports (default 20, at least 2)
#     lab_sign ID [DIGEST] <LOG               prints it signed by that node
#     lab_run_name ID START                   prints the file name of a run log without .gz
#     lab_run_file DIRECTORY ID START [N]        all of it: a signed, compressed run log, by rename; prints its path
#     lab_forwarder_start, lab_forwarder_stop [SIGNAL]
#     lab_program NAME                        prints where a program of ours is
#
# Programs are taken from $RELAY_BUILD, a directory where `make` was run or a prefix that was installed to.
# The first node a lab needs is the server itself: lab_node_new root HOSTNAME root.

LAB_NODE_KEY=${LAB_NODE_KEY:-rsa:2048} # what openssl req -newkey takes; with "ec" elliptic curves

lab_relay_layout() {
    LAB_CONFIG=$LAB/relay/etc/relay.conf
    mkdir -p "$LAB"/relay/reports/{,syslog/}{incoming,failed} "$LAB"/relay/{inventories/failed,etc,lib} \
        "$LAB"/relay/inventories/{incoming,accepted-nodes-updates}{,-smime} \
        "$LAB"/relay/{shared-folder,shared-files,share,policies-cache,proxy-cache,state,syslog} \
        "$LAB/nodes" || return
    [ -e "$LAB/relay/lib/nodeslist.json" ] || lab_nodes_write
}

lab_program() {
    local place
    for place in bin libexec/rudder-relay cli forwarder hub syslog virtual "fcgi-apps/${1#rudder-relay-}" \
        fcgi-apps/remote-run; do
        if [ -x "${RELAY_BUILD:?the directory of the build}/$place/$1" ] && [ ! -d "$RELAY_BUILD/$place/$1" ]; then
            echo "$RELAY_BUILD/$place/$1"
            return 0
        fi
    done
    echo "lab: no program $1 in $RELAY_BUILD: run make there" >&2
    return 1
}

# ---- configuration ----

# The last of several values of a key counts, so the caller's values come last. max_age is 0, because runs of a lab may
# begin at any time.
lab_relay_config() {
    {
        printf '%s\n' \
            "general.node_id=\"root\"" \
            "general.nodes_list_file=\"$LAB/relay/lib/nodeslist.json\"" \
            "general.nodes_certs_file=\"$LAB/relay/lib/nodescerts.pem\"" \
            "general.node_index_file=\"$LAB/relay/lib/node-index.mdb\"" \
            "general.state_file=\"$LAB/relay/lib/state\"" \
            "processing.inventory.directory=\"$LAB/relay/inventories\"" \
            "processing.reporting.directory=\"$LAB/relay/reports\"" \
            "processing.reporting.max_age=\"0\"" \
            "shared_folder.path=\"$LAB/relay/shared-folder\"" \
            "shared_folder.hash_cache_file=\"$LAB/run/shared-folder-hashes\"" \
            "shared_files.path=\"$LAB/relay/shared-files\"" \
            "policies.path=\"$LAB/relay/share\"" \
            "policies.cache_directory=\"$LAB/relay/policies-cache\"" \
            "policy_proxy.cache_directory=\"$LAB/relay/proxy-cache\"" \
            "syslog.directory=\"$LAB/relay/reports/syslog\"" \
            "syslog.state_directory=\"$LAB/relay/syslog\"" \
            "syslog.signed_nodes_file=\"$LAB/relay/lib/signed-nodes.mdb\""
        if [ -n "${LAB_PG_URL:-}" ]; then
            printf '%s\n' \
                "processing.reporting.output=\"database\"" \
                "output.database.url=$(lab_libconfig_text "$LAB_PG_URL")" \
                "output.database.password=$(lab_libconfig_text "$LAB_PG_PASSWORD")" \
                "output.database.purge.url=$(lab_libconfig_text "${LAB_PG_PURGE_URL:-}")" \
                "output.database.purge.password=$(lab_libconfig_text "$LAB_PG_PASSWORD")"
        fi
        [ $# -eq 0 ] || printf '%s\n' "$@"
    } | lab_libconfig | lab_replace "$LAB_CONFIG" 600
}

lab_libconfig_text() {
    local text=${1//\\/\\\\}
    printf '"%s"' "${text//\"/\\\"}"
}

# Lines `a.b.c=value` to nested groups. Sorted, the members of a group stand together.
lab_libconfig() {
    awk '{ at = index($0, "="); key = substr($0, 1, at - 1); gsub(/ /, "", key); value[key] = substr($0, at + 1) }
        END { for (key in value) print key "=" value[key] }' | LC_ALL=C sort | awk '
        function close_to(level) { for (; depth > level; depth--) printf "%*s};\n", 4 * (depth - 1), "" }
        {
            at = index($0, "=")
            parts = split(substr($0, 1, at - 1), part, ".")
            for (same = 0; same < depth && same < parts - 1 && group[same + 1] == part[same + 1]; same++);
            close_to(same)
            for (; depth < parts - 1; depth++) {
                group[depth + 1] = part[depth + 1]
                printf "%*s%s = {\n", 4 * depth, "", part[depth + 1]
            }
            printf "%*s%s = %s;\n", 4 * depth, "", part[parts], substr($0, at + 1)
        }
        END { close_to(0) }'
}

# lab_replace FILE MODE <CONTENT: by rename, so that a reader sees the old or the new content.
lab_replace() {
    cat >"$1.new" && chmod "$2" "$1.new" && mv "$1.new" "$1"
}

# ---- nodes ----

lab_node_new() {
    local id=$1 hostname=$2 server=${3:-root} hash
    lab_node_key "$id" && hash=$(lab_node_key_hash "$id") || return
    printf '"%s": {"hostname": "%s", "policy-server": "%s", "key-hash": "sha256:%s"}\n' \
        "$id" "$hostname" "$server" "$hash" >"$LAB/nodes/$id.entry"
    lab_nodes_write
}

# Makes a new key and its certificate in $LAB/nodes.
lab_node_key() {
    local said key=$LAB/nodes/$1.key new
    case $LAB_NODE_KEY in
    ec) new=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -keyout "$key") ;;
    rsa:2048) lab_rsa_key "$key" && new=(-key "$key") ;;
    *) new=(-newkey "$LAB_NODE_KEY" -keyout "$key") ;;
    esac
    said=$(openssl req -x509 "${new[@]}" -sha256 -nodes -days 3650 -subj "/UID=$1" -out "$LAB/nodes/$1.cert" 2>&1) &&
        return
    echo "lab: no certificate for $1: $said" >&2
    return 1
}

lab_node_key_hash() {
    openssl pkey -in "$LAB/nodes/$1.key" -pubout -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1
}

lab_node_drop() {
    rm -f "$LAB/nodes/$1."{key,cert,entry}
    lab_nodes_write
}

# What the policy generation writes on a real server.
lab_nodes_write() {
    { echo '{' && lab_nodes_cat entry | sed '$!s/$/,/' && echo '}'; } |
        lab_replace "$LAB/relay/lib/nodeslist.json" 644 &&
        lab_nodes_cat cert | lab_replace "$LAB/relay/lib/nodescerts.pem" 644
}

# Uses find and xargs, because a lab may have more nodes than a command line can hold.
lab_nodes_cat() {
    find -H "$LAB/nodes" -name "*.$1" -print0 | LC_ALL=C sort -z | xargs -0r cat
}

lab_index() {
    local program
    program=$(lab_program rudder-relay) && "$program" index -c "$LAB_CONFIG"
}

# ---- run logs ----

lab_start_time() {
    TZ=UTC printf '%(%Y-%m-%d %H:%M:%S)T+00:00\n' "$1"
}

# One run, as an agent prints it: its start, then components of a few directives, most of them compliant, some with
# log lines before them, one message in three lines, its end.
lab_runlog() {
    lab_runlogs <<<"$1 $2 ${3:-20} /dev/stdout"
}

# lab_runlogs <LIST: many of them, LIST is lines "ID START N FILE".
lab_runlogs() {
    awk '
        function moment(seconds) {
            seconds += clock
            if (seconds >= 86400 && next_day == "") { # a run that begins before midnight may end after it
                command = "date -u -d \"" day " 1 day\" +%F"
                command | getline next_day
                close(command)
            }
            return sprintf("%sT%02d:%02d:%02d%s", seconds < 86400 ? day : next_day, seconds / 3600 % 24,
                seconds / 60 % 60, seconds % 60, offset)
        }
        function report(type, rule, directive, component, key, message) {
            printf "%s R: @@%s@@%s@@%s@@%s@@0@@%s@@%s@@%s##%s@#%s\n", now, \
                rule == "rudder" ? "Common" : "Audit and configuration", type, rule, directive, component, key, \
                start, id, message >file
        }
        {
            id = $1
            start = $2 " " $3
            reports = $4
            file = $5
            next_day = ""
            day = $2
            clock = substr(start, 12, 2) * 3600 + substr(start, 15, 2) * 60 + substr(start, 18, 2)
            offset = substr(start, length(start) - 5)
            config = day "-" clock
            gsub(/-/, "", config)
            now = moment(0)
            print now " rudder     info: Lab agent, policies of today" >file
            report("control", "rudder", "run", "start", config, "Start execution")
            for (i = 1; i <= reports - 2; i++) {
                now = moment(int(i / 8))
                rule = "rule-" i % 3
                directive = "directive-" i % 7
                if (i % 17 == 5) {
                    print now " rudder     info: Wrote /etc/motd from its template" >file
                    print now " rudder   notice: 2 lines differ\n" now " from what was there" >file
                    report("result_repaired", rule, directive, "File content", "/etc/motd", \
                        "The file /etc/motd was brought up to date")
                } else if (i % 17 == 9) {
                    print now " rudder    error: Package manager gave up: no network" >file
                    report("result_error", rule, directive, "Package", "vim-" i, \
                        "The package vim-" i " could not be installed:\n" \
                        now " the mirror does not answer\n" now " and no copy is here")
                } else if (i % 17 == 11) {
                    report("audit_noncompliant", rule, directive, "Permissions", "/etc/shadow", \
                        "Mode 0644 where 0600 was expected")
                } else if (i % 17 == 14) {
                    report("log_info", rule, directive, "Service", "cron", "The service cron is looked at")
                } else if (i % 5 == 0) {
                    report("audit_compliant", rule, directive, "Users", "user" i, "The user user" i " is as expected")
                } else {
                    report("result_success", rule, directive, "Service", "service" i, "The service service" i " runs")
                }
            }
            now = moment(int(reports / 8) + 1)
            report("control", "rudder", "run", "end", config, "End execution")
            close(file)
        }'
}

lab_sign() {
    openssl smime -sign -text -nocerts -md "${2:-sha256}" -signer "$LAB/nodes/$1.cert" -inkey "$LAB/nodes/$1.key"
}

lab_run_name() {
    echo "${2/ /T}@$1.log"
}

lab_run_file() {
    local directory=$1 id=$2 start=$3 name
    name=$(lab_run_name "$id" "$start").gz
    lab_runlog "$id" "$start" "${4:-20}" | lab_sign "$id" | gzip -n | lab_arrive "$directory/$name" &&
        echo "$directory/$name"
}

# lab_arrive FILE <CONTENT: the file comes into a directory of the spool by rename, as uploads do. Its mtime differs
# from the ctime, which the kernel sets: otherwise, within one tick, the forwarder takes it for a file that is being
# written in place.
lab_arrive() {
    local hidden=${1%/*}/.${1##*/}.new
    cat >"$hidden" && touch -d "@$EPOCHSECONDS" "$hidden" && mv "$hidden" "$1"
}

# ---- the forwarder ----

lab_forwarder_start() {
    local program
    program=$(lab_program rudder-relay-forwarder) && lab_start forwarder "$program" -c "$LAB_CONFIG"
}

lab_forwarder_stop() {
    lab_stop forwarder "${1:-TERM}"
}
