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
    sort -n "$1" | awk -v count="$2" \
        '{ value[NR] = $1 } END { if (NR != count) exit 1; print value[int((NR + 1) / 2)] }' ||
        bench_fail "there are not $2 measurements in ${1##*/}"
}

# bench_most FILE: prints the largest of the numbers at the beginning of its lines, with the rest of that line.
bench_most() {
    sort -n "$1" 2>/dev/null | tail -n 1 | grep . || bench_fail "nothing was measured in ${1##*/}"
}

# bench_until SECONDS WHAT COMMAND...: until the command succeeds; a bench that would wait for ever has measured
# nothing.
bench_until() {
    local seconds=$1 what=$2
    shift 2
    lab_wait_for "$seconds" "$@" || bench_fail "$what: not within $seconds s"
}

# Of the lab's database, before something is measured.
bench_empty_tables() {
    lab_empty_tables && lab_psql -c CHECKPOINT || bench_fail "the tables cannot be emptied"
}

bench_milliseconds() {
    echo $((${EPOCHREALTIME/[.,]/} / 1000))
}

# bench_dav PORT: prints what makes the lab's httpd a server of mod_dav alone, too, at that port: uploads go to
# $LAB/dav.
bench_dav() {
    local modules
    modules=$(lab_httpd_modules) || return
    cat <<END
LoadModule dav_module $modules/mod_dav.so
LoadModule dav_fs_module $modules/mod_dav_fs.so
DavLockDB "$LAB/dav/lock"
Listen 127.0.0.1:$1 https
<VirtualHost 127.0.0.1:$1>
    ServerName localhost
    DocumentRoot "$LAB/dav"
    CustomLog "$LAB/log/dav-access.log" "%h %l %u %t \"%r\" %>s %O %D"
    SSLEngine on
    SSLProtocol -all +TLSv1.3
    SSLCertificateFile "$LAB/httpd/server.crt"
    SSLCertificateKeyFile "$LAB/httpd/server.key"
    SSLCACertificateFile "$LAB/httpd/clients.pem"
    SSLVerifyClient optional_no_ca
    SSLCADNRequestFile "$LAB/httpd/server.crt"
    <Location "/reports/">
        Dav On
        AuthType Basic
        AuthName dav
        AuthUserFile "$LAB/httpd/htpasswd-password"
        Require valid-user
    </Location>
</VirtualHost>
END
}

# bench_private PID: prints the KiB of memory that this process shares with nobody.
bench_private() {
    awk '/^Private/ { sum += $2 } END { if (!NR) exit 1; print sum }' "/proc/$1/smaps_rollup" 2>/dev/null ||
        bench_fail "process $1 is gone"
}

# bench_cpu PID...: prints the processor time, in milliseconds, that these processes and those below them have used,
# with that of children that have ended. It is counted in hundredths of a second.
bench_cpu() {
    local pid all=("$@")
    for pid; do
        mapfile -t -O ${#all[@]} all < <(lab_children "$pid")
    done
    for pid in "${all[@]}"; do
        sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null || bench_fail "process $pid is gone"
    done | awk -v ticks="$(getconf CLK_TCK)" '{ sum += $12 + $13 + $14 + $15 } END {
        if (!NR) exit 1; printf "%.0f\n", sum * 1000 / ticks }' || bench_fail "no processor time was found"
}
