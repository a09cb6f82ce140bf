#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# bash completes what the commands' --help knows: each command, and each option of it. Run by `make check`.
: "${top_srcdir:?is set by make check}" "${top_builddir:?}"
. "$top_srcdir/cli/rudder-relay.bash-completion" && . "$top_srcdir/agent/rudder-relay-agent.bash-completion" || exit
faulty=0

# completed FUNCTION WORD...: what is offered for the last of the words, sorted
completed() {
    local function=$1
    shift
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    $function
    printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort -u
}
# same WHAT, with the two lists as descriptors 3 and 4
same() {
    diff <(LC_ALL=C sort -u <&3) - <&4 || {
        echo "fault: the completion of $1 differs from its help"
        faulty=1
    }
}

relay=$top_builddir/cli/rudder-relay
mapfile -t commands < <("$relay" --help | sed -n 's/^  \([a-z][a-z-]*\( [a-z]\{1,\}\)\{0,1\}\)  .*/\1/p')
same "rudder-relay" 3< <(printf '%s\n' help "${commands[@]%% *}") 4< <(completed _rudder_relay rudder-relay "")
for command in "${commands[@]}"; do
    # shellcheck disable=SC2086 # one or two words
    same "rudder-relay $command" \
        3< <("$relay" $command --help | sed -n 's/^  -[A-Za-z], \(--[a-z0-9-]*\).*/\1/p') \
        4< <(completed _rudder_relay rudder-relay $command --)
done

agent=$top_srcdir/agent/rudder-relay-agent.sh
usages=$(sh "$agent" --help | sed -n 's/^\(usage:\|      \) rudder-relay-agent //p')
same "rudder-relay-agent" 3< <(tr -s ' |' '\n\n' <<<"$usages" | grep -xE '[a-z][a-z-]*|--(help|version)') \
    4< <(completed _rudder_relay_agent rudder-relay-agent "")
while read -r command rest; do
    same "rudder-relay-agent $command" 3< <(grep -Eo '(^|[[ ])-(-[a-z]+|[a-z])\b' <<<"$rest" | tr -d '[ ') \
        4< <(completed _rudder_relay_agent rudder-relay-agent "$command" -)
done < <(grep -v '^--' <<<"$usages")
exit $faulty
