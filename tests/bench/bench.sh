# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# bench: what the benchmarks in bash share. One that could not measure something says so and ends with status 3; it
# prints no figures made of what is missing. Sourced.

# bench_fail WHAT...: in a command substitution only that ends, so its caller says `|| exit`.
bench_fail() {
    echo "${0##*/}: $*" >&2
    exit 3
}

# bench_numbers NAME=VALUE...: these arguments are to be numbers of 1 or more.
bench_numbers() {
    local pair
    for pair; do
        case ${pair#*=} in
        '' | *[!0-9]* | 0*) echo "${0##*/}: ${pair%%=*} is no number of 1 or more: ${pair#*=}" >&2 && exit 2 ;;
        esac
    done
}

# bench_median FILE COUNT: prints the middle one of the numbers in the file, of which there are to be so many.
bench_median() {
    sort -n "$1" | awk -v count="$2" '{ value[NR] = $1 } END { if (NR != count) exit 1; print value[int((NR + 1) / 2)] }' ||
        bench_fail "there are not $2 measurements in ${1##*/}"
}

bench_milliseconds() {
    echo $((${EPOCHREALTIME/[.,]/} / 1000))
}

# bench_private PID: prints the KiB of memory that this process shares with nobody.
bench_private() {
    awk '/^Private/ { sum += $2 } END { if (!NR) exit 1; print sum }' "/proc/$1/smaps_rollup" 2>/dev/null ||
        bench_fail "process $1 is gone"
}
