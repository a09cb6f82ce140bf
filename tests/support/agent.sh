# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# agent: a node for the tests of agent/. Needs lab/lab.sh. Each shell that the agent must run in has a directory of its
# own with a key, a certificate and agent.conf; busybox ash gets busybox's tools, too.
#
#     agent_new SHELL [LINE...]      sets AGENT (the directory), AGENT_QUEUE and AGENT_COMMAND; LINEs go to agent.conf
#     agent run -- COMMAND...        runs it, output in $AGENT/out, messages in $AGENT/err
#     agent_killed_at TOOL N COMMAND...   KILL hits the agent where it starts that program for the Nth time
#     agent_content FILE             prints what a sealed run log says, if its signature is right

AGENT_SHELLS=(dash "busybox ash" bash)
AGENT_NODE=0f3bb3a1-9d29-4f0e-8b39-6ecb7b5b1c55

agent_new() {
    AGENT="$LAB/agent ${1// /-}" # with a space: paths are quoted everywhere
    AGENT_QUEUE=$AGENT/queue
    read -r -a AGENT_COMMAND <<<"$1"
    mkdir -p "$AGENT/bin"
    lab_rsa_key "$AGENT/key"
    openssl req -x509 -key "$AGENT/key" -sha256 -days 3650 -subj "/UID=$AGENT_NODE" -out "$AGENT/cert"
    case $1 in
    busybox*)
        local tool
        for tool in awk cat chmod cut date expr find fold gzip head id ls mkdir mkfifo mktemp mv od rm sed setsid sh \
            sleep sync tail tee tr uname wc; do
            printf '#!/bin/sh\nexec busybox %s "$@"\n' $tool >"$AGENT/bin/$tool" && chmod +x "$AGENT/bin/$tool"
        done
        ;;
    esac
    agent_configure "${@:2}"
}

# agent_configure [LINE...]: a server that nobody is, unless a LINE says another.
agent_configure() {
    printf '%s\n' "server = 127.0.0.1" "port = 1" "node_id = $AGENT_NODE" \
        "certificate = $AGENT/cert" "key = $AGENT/key" "client_certificate = yes" "queue = $AGENT_QUEUE" "$@" \
        >"$AGENT/conf"
}

agent() {
    local command=$1
    shift
    PATH=$AGENT/bin:$PATH "${AGENT_COMMAND[@]}" agent/rudder-relay-agent.sh "$command" -c "$AGENT/conf" "$@" \
        >"$AGENT/out" 2>"$AGENT/err" </dev/null
}

# (With all that is in its process group.)
agent_killed_at() {
    local tool=$1 real pid
    real=$(PATH=$AGENT/bin:$PATH command -v "$tool")
    rm -rf "$LAB/spied" "$LAB/starts" && mkdir -p "$LAB/spied" "$LAB/starts"
    cat >"$LAB/spied/$tool" <<SHELL
#!/bin/sh
: >"$LAB/starts/\$\$"
set -- "\$(ls "$LAB/starts" | wc -l)" "\$@"
[ "\$1" -lt $2 ] || { : >"$LAB/starts/now" && exec sleep 60; }
shift
exec "$real" "\$@"
SHELL
    chmod +x "$LAB/spied/$tool"
    PATH=$LAB/spied:$AGENT/bin:$PATH setsid "${AGENT_COMMAND[@]}" agent/rudder-relay-agent.sh "${@:3}" -c "$AGENT/conf" \
        >/dev/null 2>&1 &
    pid=$!
    lab_wait_for 60 test -e "$LAB/starts/now"
    kill -s KILL -- "-$pid"
    wait "$pid" 2>/dev/null
    rm -rf "$LAB/spied"
    [ -e "$LAB/starts/now" ]
}

agent_ready() {
    find "$AGENT_QUEUE/ready" -type f -name '*.log.gz' | LC_ALL=C sort
}

agent_count() {
    agent_ready | wc -l
}

agent_content() {
    gzip -dc "$1" | openssl smime -verify -text -noverify -nointern -certfile "$AGENT/cert" 2>"$AGENT/verify" |
        tr -d '\r'
    [ "${PIPESTATUS[1]}" = 0 ]
}

# Kept run logs of the past: agent_old "DAYS ago" N
agent_old() {
    local number
    for number in $(seq "$2"); do
        echo "kept $number of $1" | gzip -n \
            >"$AGENT_QUEUE/ready/$(date -u -d "$1 + $number minutes" +%Y-%m-%dT%H:%M:%S+00:00)@$AGENT_NODE.log.gz"
    done
}
