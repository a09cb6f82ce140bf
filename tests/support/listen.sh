# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# listen: nodes that wait, for the tests of rudder-relay-agent listen, and a TLS server in place of the hub that answers
# what the test wants. Sourced from the repository's root after tap.sh.
#
#     listen_open               a lab with that server: HUB_PORT, requests in $LAB/requests
#     hub, answer, order        what it answers
#     hub_got, ends, offsets    what it was told
#     node_new SHELL            a node with the command `the-order`; node_afresh, command_is
#     listen, end SIGNAL        a listener
. lab/lab.sh
. tests/support/agent.sh

T1=00001764374794123456 T2=00001764374794123457
LISTENER=

# ---- the hub ----

listen_open() {
    trap listen_close EXIT
    lab_open && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=hub \
        -keyout "$LAB/hub.key" -out "$LAB/hub.cert" 2>/dev/null || exit
    HUB_PIN=sha256//$(openssl x509 -in "$LAB/hub.cert" -noout -pubkey | openssl pkey -pubin -outform der |
        openssl dgst -sha256 -binary | base64)
    : >"$LAB/requests"
    hub hang
    lab_start hub "$RELAY_BUILD/tests/support/https_server" "$LAB/hub.cert" "$LAB/hub.key" "$LAB/mode" "$LAB/requests"
    lab_wait_for 60 test -s "$LAB/log/hub.log" || exit
    HUB_PORT=$(head -n 1 "$LAB/log/hub.log")
}

# A listener and its run have sessions of their own.
listen_close() {
    local pid
    for pid in $LISTENER $(cat "$LAB"/agent*/queue/listen/run/pid 2>/dev/null); do
        kill -s KILL -- "-$pid" 2>/dev/null
    done
    lab_close
}

# hub LINE...: from now on it answers so (tests/support/https_server.c has the modes).
hub() {
    printf '%s\n' "$@" >"$LAB/mode.new" && mv "$LAB/mode.new" "$LAB/mode"
}

# answer NAME STATUS-AND-HEADERS [BODY]: a file for "bytes".
answer() {
    printf 'HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s' "$2" "${#3}" "${3:-}" >"$LAB/$1"
}

# order NAME TICKET [CONDITIONS [SECONDS [OUTPUT]]]
order() {
    answer "$1" "200 OK" "ticket = $2
conditions = ${3:-}
seconds = ${4:-600}
output = ${5:-no}
"
}

# hub_got TEXT: so many requests with it.
hub_got() {
    grep -cF -- "$1" "$LAB/requests"
}

# The ends that were told: "TICKET STATUS", one a line.
ends() {
    sed -n "s|.* PUT /rudder/relay-api/1/output/$AGENT_NODE/\([0-9]*\)?.*&end=\([0-9]*\) .*|\1 \2|p" "$LAB/requests"
}

# offsets: of the pieces, "OFFSET+BYTES", "!" at the last one.
offsets() {
    sed -n 's|.* PUT .*?offset=\([0-9]*\)\(&end\)\{0,1\}.* body=\([0-9]*\)$|\1+\3\2|p' "$LAB/requests" |
        sed 's/&end/!/' | paste -sd' '
}

# ---- the node ----

node_new() {
    agent_new "$1"
    agent_configure "server = policy.example.org" "hub = 127.0.0.1" "hub_port = $HUB_PORT" \
        "server_public_key_pin = $HUB_PIN" "listen_command = /usr/bin/env the-order fixed *"
    command_is 'echo "it has run"; exit 3'
    node_afresh
}

# Nothing is known of the past, on either side.
node_afresh() {
    rm -rf "$AGENT_QUEUE/listen" "$AGENT/ran" "$LAB/pieces"
    : >"$LAB/requests"
    : >"$AGENT/err"
}

# command_is SHELL-TEXT: what an order runs. It notes its arguments first.
command_is() {
    printf '#!/bin/bash\nprintf "<%%s>" "$@" >>"%s"\necho >>"%s"\n%s\n' "$AGENT/ran" "$AGENT/ran" "$1" \
        >"$AGENT/bin/the-order"
    chmod +x "$AGENT/bin/the-order"
}

listen() {
    PATH=$AGENT/bin:$PATH setsid "${AGENT_COMMAND[@]}" agent/rudder-relay-agent.sh listen -c "$AGENT/conf" \
        </dev/null >>"$AGENT/out" 2>>"$AGENT/err" &
    LISTENER=$!
}

# end SIGNAL: sets STATUS to the exit status.
end() {
    kill -s "$1" "$LISTENER"
    lab_wait_for 60 lab_gone "$LISTENER" || kill -s KILL -- "-$LISTENER"
    wait "$LISTENER" 2>/dev/null
    STATUS=$?
    LISTENER=
}

said() {
    grep -qF -- "$1" "$AGENT/err"
}
says() {
    lab_wait_for 60 said "$1" || { cat "$AGENT/err" && false; }
}
ran() {
    cat "$AGENT/ran" 2>/dev/null
}
# told N: that many ends.
told() {
    lab_wait_for 90 eval '[ "$(ends | wc -l)" -ge '"$1"' ]' || { cat "$AGENT/err" "$LAB/requests" && false; }
}
waits_after() {
    lab_wait_for 60 grep -q "GET /rudder/relay-api/1/wait/$AGENT_NODE?after=$1 " "$LAB/requests"
}
nothing_left() {
    equal "lock ticket-127.0.0.1:$HUB_PORT" "$(ls "$AGENT_QUEUE/listen" | paste -sd' ')" &&
        ! pgrep -f "$AGENT/bin/the-order"
}
