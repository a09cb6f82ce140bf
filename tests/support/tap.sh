# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# tap: what an end-to-end test says, in the Test Anything Protocol. Sourced by tests/e2e/*.test; run-tests counts the
# lines.
#
#     . "$(dirname "$0")/../support/tap.sh"
#     check "an unknown node is refused with 403" test "$status" = 403
#     done_testing

TAP_COUNT=0
TAP_FAILED=0

# check NAME COMMAND...: ok if the command succeeds. What it prints is shown as a comment when it fails.
check() {
    local name=$1 output
    shift
    TAP_COUNT=$((TAP_COUNT + 1))
    if output=$("$@" 2>&1); then
        echo "ok $TAP_COUNT - $name"
    else
        TAP_FAILED=$((TAP_FAILED + 1))
        echo "not ok $TAP_COUNT - $name"
        printf '%s\n' "failed: $*" "$output" | sed 's/^/#   /'
        return 1
    fi
}

# equal WANTED GOT: for use with check.
equal() {
    [ "$1" = "$2" ] || {
        printf 'wanted: %s\n   got: %s\n' "$1" "$2"
        return 1
    }
}

# contains TEXT PART: for use with check.
contains() {
    case $1 in
    *"$2"*) ;;
    *)
        printf 'no "%s" in: %s\n' "$2" "$1"
        return 1
        ;;
    esac
}

# lacks PATTERN FILE: no line of the file, which must be there, has this (an extended regular expression).
lacks() {
    [ -r "$2" ] && ! grep -E -e "$1" "$2"
}

# skip NAME WHY
skip() {
    TAP_COUNT=$((TAP_COUNT + 1))
    echo "ok $TAP_COUNT - $1 # SKIP $2"
}

# done_testing: the plan, and the script's exit status. After a failure also the end of what the lab's programs said,
# because the lab goes with the test.
done_testing() {
    echo "1..$TAP_COUNT"
    [ "$TAP_FAILED" = 0 ] || {
        [ -z "${LAB:-}" ] || tail -n 15 "$LAB"/log/*.log 2>/dev/null | sed 's/^/# /'
        false
    }
}
