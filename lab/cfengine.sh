# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# lab/cfengine: nodes of a lab that a remote run reaches by the network, as Rudder's own do: cf-serverd (Debian's
# package cfengine3) on a loopback address of each, asked by cf-runagent. Needs lab/lab.sh.
#
#     lab_cfengine_open          the policy server's key; the nodes' port is $LAB_CFENGINE_PORT
#     lab_cfengine_node NAME ADDRESS POLICY
#                                a node with a key of its own, where cf-serverd runs cf-agent with that policy
#     lab_cfengine_start NAME ADDRESS, lab_cfengine_stop NAME     its cf-serverd alone
#     lab_cfengine_command FILE  a command for remote_run.command
#
# Policy server and nodes trust each other's keys and no others. Everything is in $LAB/cfengine.

lab_cfengine_open() {
    LAB_CFENGINE_PORT=$(lab_free_port) && mkdir -p "$LAB/cfengine" && lab_cfengine_keys server
}

# cf-agent and its kin start only with a key pair, private directories, and cf-promises at hand.
lab_cfengine_keys() {
    local work=$LAB/cfengine/$1
    (umask 077 && mkdir -p "$work"/{bin,inputs,outputs,ppkeys,state}) &&
        ln -sf "$(command -v cf-promises)" "$work/bin/cf-promises" &&
        CFENGINE_TEST_OVERRIDE_WORKDIR=$work cf-key >"$LAB/log/cf-key.log" 2>&1 && return
    cat "$LAB/log/cf-key.log" >&2
    return 1
}

# lab_cfengine_trust ONE OTHER: one knows the other's key, by its hash and the name of the user who has it
lab_cfengine_trust() {
    local key=$LAB/cfengine/$2/ppkeys/localhost.pub hash user
    hash=$(CFENGINE_TEST_OVERRIDE_WORKDIR=$LAB/cfengine/$1 cf-key -p "$key") || return
    for user in root "$(id -un)"; do
        cp "$key" "$LAB/cfengine/$1/ppkeys/$user-$hash.pub" || return
    done
}

# lab_cfengine_control ADDRESS POLICY NAME: what cf-serverd and cf-runagent are told
lab_cfengine_control() {
    local work=$LAB/cfengine/$3 env
    env=$(command -v env)
    cat >"$work/inputs/control.cf" <<END
body common control { bundlesequence => { "access" }; }
body server control
{
      bindtointerface => "$1";
      port => "$LAB_CFENGINE_PORT";
      allowconnects => { "127.0.0.0/8" };
      allowallconnects => { "127.0.0.0/8" };
      allowusers => { "$(id -un)" };
      cfruncommand => "$env CFENGINE_TEST_OVERRIDE_WORKDIR=$work $(command -v cf-agent) --no-lock --file $2";
}
body runagent control { hosts => { "$1" }; port => "$LAB_CFENGINE_PORT"; }
bundle server access
{
  access:
      "$env" admit_ips => { "127.0.0.0/8" };
  roles:
      ".*" authorize => { "$(id -un)" };
}
END
    chmod 600 "$work/inputs/control.cf"
}

lab_cfengine_node() {
    lab_cfengine_keys "$1" && lab_cfengine_trust "$1" server && lab_cfengine_trust server "$1" || return
    lab_cfengine_control "$2" "$3" "$1" && lab_cfengine_start "$1" "$2"
}

lab_cfengine_start() {
    lab_start "cf-serverd-$1" env CFENGINE_TEST_OVERRIDE_WORKDIR="$LAB/cfengine/$1" cf-serverd --no-fork --inform \
        --file "$LAB/cfengine/$1/inputs/control.cf" && lab_wait_for 60 lab_cfengine_listens "$2" && return
    tail -n 5 "$LAB/log/cf-serverd-$1.log" >&2
    return 1
}
lab_cfengine_listens() {
    (exec 3<>"/dev/tcp/$1/$LAB_CFENGINE_PORT") 2>/dev/null
}

lab_cfengine_stop() {
    lab_stop "cf-serverd-$1"
}

# The hosts of the node list have no ports.
lab_cfengine_command() {
    local work=$LAB/cfengine/server
    lab_cfengine_control 127.0.0.1 none server || return
    cat >"$1" <<END
#!/bin/sh
# remote run [-D CONDITIONS] -- HOST,HOST
export CFENGINE_TEST_OVERRIDE_WORKDIR='$work'
[ "\$3" != -D ] || classes=\$4
for hosts; do :; done
exec cf-runagent --file "\$CFENGINE_TEST_OVERRIDE_WORKDIR/inputs/control.cf" \${classes:+-D "\$classes"} \\
    -H "\$(echo "\$hosts" | sed 's/\(,\|\$\)/:$LAB_CFENGINE_PORT\1/g')"
END
    chmod 755 "$1"
}
