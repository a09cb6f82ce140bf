# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# runner: what ./run-tests is made of. Sourced by it; the working directory is the checkout.
#
# Everything happens in one new directory, $RUNNER: src/ (a copy of the sources: configure takes no path with spaces,
# and a run must not see what is edited or built beside it), a directory a build, and results/ with one line a test
# program: "PASSED FAILED SKIPPED". The sum of these lines is the last line printed.

runner_open() {
    RUNNER=$(mktemp -d "$(runner_base)/relay-tests.XXXXXX") || return
    chmod 755 "$RUNNER" # postgres and www-data have work below it
    mkdir "$RUNNER/results" "$RUNNER/log" "$RUNNER/tmp" "$RUNNER/sanitizer"
    chmod 1777 "$RUNNER/tmp" "$RUNNER/sanitizer"
    export TMPDIR=$RUNNER/tmp
    # initdb is most of what an end-to-end test with a database waits for at its start
    mkdir -m 700 "$RUNNER/postgres" && export LAB_PG_TEMPLATE=$RUNNER/postgres
    [ "$(id -u)" != 0 ] || chown postgres: "$RUNNER/postgres" 2>/dev/null || unset LAB_PG_TEMPLATE
    mkdir "$RUNNER/keys" # of RSA: made once for all tests
    runner_fence
    RUNNER_JOBS=${RELAY_TEST_JOBS:-$((3 * $(nproc)))} RUNNER_POOL=() # they wait more than they compute
    RUNNER_TIMEOUT=${RELAY_TEST_TIMEOUT:-600}
    trap 'runner_interrupted' HUP INT TERM
}

# runner_fence: the command that runs tests as root, if root may do so here. Everything but $RUNNER is read-only for a
# test, and each test has its own /run and /tmp. So no test leaves anything elsewhere or depends on what an earlier one
# left.
runner_fence() {
    RUNNER_FENCE=(unshare --mount sh -c '
        mount -t tmpfs tmpfs /run && mkdir /run/runner && mount --bind "$0" /run/runner &&
            mount -t tmpfs tmpfs /tmp && mkdir -p "$0" && mount --move /run/runner "$0" &&
            mount -o remount,bind,ro / && cd "$PWD" && exec "$@"' "$RUNNER")
    # for make check also the sources, as for those who build from a tree that is not theirs
    RUNNER_FENCE_SOURCES=(sh -c 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"' "$RUNNER/src")
    [ "$(id -u)" = 0 ] && "${RUNNER_FENCE[@]}" true 2>/dev/null || RUNNER_FENCE=() RUNNER_FENCE_SOURCES=()
}

# A directory with a short path without spaces: a socket's path has at most 107 bytes.
runner_base() {
    case ${TMPDIR:-/tmp} in
    *[[:space:]]* | ??????????????????????????????*) echo /tmp ;;
    *) echo "${TMPDIR:-/tmp}" ;;
    esac
}

# The tests that run clean up, as after Ctrl-C; what still runs half a minute later is killed.
runner_interrupted() {
    trap '' HUP INT TERM
    runner_end_all TERM
    local last=$((SECONDS + 30))
    while [ -n "$(runner_processes "$RUNNER")" ] && [ $SECONDS -lt $last ]; do
        sleep 0.2
    done
    runner_end_all KILL
    wait
    rm -rf --one-file-system "$RUNNER"
    echo "interrupted" >&2
    exit 130
}

# runner_end_all SIGNAL: to the shells that wait for what runs, which would begin what comes next, then to whatever runs
# for this run. Not to timeout, which would send it to the whole test once more, and so to the programs that clean up by
# then; it ends with the test.
runner_end_all() {
    local pid
    for pid in $(jobs -p; runner_processes "$RUNNER"); do
        [ "$1" != KILL ] && grep -qsx timeout "/proc/$pid/comm" || kill -"$1" "$pid" 2>/dev/null
    done
}

# runner_close KEEP: sums up.
runner_close() {
    local passed failed skipped
    read -r passed failed skipped < <(cat "$RUNNER"/results/* /dev/null |
        awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }')
    if [ "$((passed + failed))" = 0 ]; then
        echo "no test was run"
        failed=1
    fi
    if [ "$failed" = 0 ] && [ "$1" = no ]; then
        rm -rf --one-file-system "$RUNNER"
    else
        echo "builds and logs are in $RUNNER"
    fi
    if [ "$skipped" = 0 ]; then
        echo "$passed passed, $failed failed"
    else
        echo "$passed passed, $failed failed, $skipped skipped"
    fi
    [ "$failed" = 0 ]
}

# runner_step NAME COMMAND...: runs it with its output in a log, which is shown when it fails. Returns its status.
runner_step() {
    local name=$1 start=$SECONDS status
    shift
    "$@" </dev/null >"$RUNNER/log/$name.log" 2>&1
    status=$?
    if [ $status = 0 ]; then
        printf '%-6s %-40s %4d s\n' ok "$name" $((SECONDS - start))
    else
        printf '%-6s %-40s %4d s\n' FAILED "$name" $((SECONDS - start))
        runner_show "$RUNNER/log/$name.log"
    fi
    return $status
}

# runner_show FILE: what it says besides the checks that passed, indented, so that nothing in it is taken for the run's
# own summary; the end of it if it is long.
runner_show() {
    grep -av '^ok [0-9]' "$1" | tail -n 300 | sed 's/^/    | /'
}

# runner_count NAME PASSED FAILED SKIPPED
runner_count() {
    echo "$2 $3 $4" >"$RUNNER/results/${1//\//_}"
}

# runner_in_one_piece COMMAND...: prints what it says at its end, because others speak at the same time.
runner_in_one_piece() {
    local said=$RUNNER/log/said.$BASHPID status
    "$@" >"$said" 2>&1
    status=$?
    cat "$said"
    rm "$said"
    return $status
}

runner_autogen() {
    runner_step autogen "$RUNNER/src/autogen.sh" || runner_count autogen 0 1 0
}

runner_static() {
    local test
    for test in "$RUNNER"/src/tests/static/*.test; do
        runner_tap static "$test"
    done
}

# runner_builds TEST...: all builds with their tests. These wait more than they compute, so what computes runs beside
# them: the next build, the unit tests, dist.
runner_builds() {
    local build next building built
    build=${builds[0]}
    runner_build "$build" &
    building=$!
    for next in "${builds[@]:1}" none; do
        wait "$building"
        built=$?
        if [ "$next" != none ]; then
            runner_build "$next" &
            building=$!
        fi
        if wants dist && [ "$build" = "${builds[0]}" ]; then
            runner_in_one_piece runner_dist &
        fi
        if [ $built = 0 ]; then
            wants unit && runner_in_one_piece runner_make_check "$build" &
            runner_e2e "$build" "$@"
        fi
        build=$next
    done
}

# runner_build BUILD: gcc (as users build it) or clang (with sanitizers).
runner_build() {
    local build=$1
    runner_in_one_piece runner_step "$build-build" runner_configure_and_make "$build" || {
        runner_count "$build-build" 0 1 0
        return 1
    }
}

runner_configure_and_make() {
    local options=(--enable-werror)
    case $1 in
    gcc) options+=(CC=gcc) ;;
    clang) options+=(CC=clang CFLAGS="-O1 -g" --enable-sanitizers) ;;
    esac
    mkdir -p "$RUNNER/$1" && cd "$RUNNER/$1" && "$RUNNER/src/configure" "${options[@]}" && nice make -j"$(nproc)"
}

# The findings of the sanitizers go to files of the test, because a daemon's standard error may go anywhere.
runner_sanitizer_options() {
    export ASAN_OPTIONS="log_path=$RUNNER/sanitizer/$1:detect_leaks=1"
    export UBSAN_OPTIONS="log_path=$RUNNER/sanitizer/$1:print_stacktrace=1"
}

# runner_findings TEST: shows what the sanitizers said; false if they said anything. A program that is killed while the
# leak sanitizer looks at it, at its end, leaves a line that says no more than that.
runner_findings() {
    local file found=0
    for file in "$RUNNER/sanitizer/$1".*; do
        grep -qsvE '^==[0-9]+==Unable to get registers from thread [0-9]+\.$' "$file" || continue
        echo "  the sanitizers found in $1:"
        runner_show "$file"
        found=1
    done
    return $found
}

# runner_make_check BUILD: make check, counted test by test where a log says how many there were. It has a directory for
# temporary files of its own, since it looks whether anything is left there.
runner_make_check() {
    local build=$1 status trs counts left failures=0
    local TMPDIR=$RUNNER/tmp-$build
    mkdir -m 1777 "$TMPDIR"
    (
        runner_sanitizer_options "$build-unit"
        cd "$RUNNER/$build" && nice make -k -j"$(nproc)" check TESTS= >"$RUNNER/log/$build-unit-build.log" 2>&1
        runner_step "$build-unit" "${RUNNER_FENCE[@]}" "${RUNNER_FENCE_SOURCES[@]}" make -k -j"$(nproc)" check
    )
    status=$?
    while IFS= read -r trs; do
        counts=$(runner_count_check "$trs" "${trs%.trs}.log")
        runner_count "$build-unit-${trs#"$RUNNER/$build/"}" $counts # three words
        case $counts in *" 0 "*) continue ;; esac
        failures=1
        echo "  ${trs%.trs}:"
        runner_show "${trs%.trs}.log"
    done < <(find "$RUNNER/$build" -name '*.trs')
    # it failed outside of any test
    [ $status = 0 ] || [ $failures = 1 ] || runner_count "$build-unit-make" 0 1 0
    runner_findings "$build-unit" || runner_count "$build-unit-sanitizers" 0 1 0
    left=$(ls -A "$TMPDIR")
    [ -z "$left" ] || {
        echo "  left behind in the directory for temporary files: $left"
        runner_count "$build-unit-left" 0 1 0
    }
}

# runner_count_check TRS LOG: prints "PASSED FAILED SKIPPED" of one program of make check.
runner_count_check() {
    awk -v result="$(sed -n 's/^:test-result: *//p' "$1")" '
        match($0, /Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+/) {
            split(substr($0, RSTART, RLENGTH), n, /[^0-9]+/)
            checks += n[2]; failed += n[3] + n[4]
        }
        END {
            if (result == "SKIP") { print 0, 0, 1; exit }
            if (!checks) { checks = 1 }
            if (result != "PASS" && !failed) { failed = 1 }
            print checks - (failed < checks ? failed : checks), failed + 0, 0
        }' "$2"
}

# runner_find NAME: prints the tests of the part of that name (the directory tests/NAME), else the test at that path, else
# the tests of that name.
runner_find() {
    local name=${1%.test}
    compgen -G "tests/$name/*.test" || compgen -G "tests/${name#tests/}.test" || compgen -G "tests/*/${name##*/}.test"
}

# Any directory with tests besides tests/static and tests/e2e is a part that takes long and is run only when named.
runner_long_parts() {
    compgen -G 'tests/*/*.test' | cut -d/ -f2 | sort -u | grep -vxE 'static|e2e'
}

# runner_e2e BUILD TEST...: runs several tests at a time; returns when the last one has begun. A line in the test says
# what is special about it: "# run-tests: once" does not depend on the build and runs only once, "# run-tests: early"
# takes long and starts first, "# run-tests: seconds N" may take longer than others.
runner_e2e() {
    local build=$1 test
    shift
    [ $# -gt 0 ] || return 0
    for test in $(grep -lx '# run-tests: early.*' "$@") $(grep -Lx '# run-tests: early.*' "$@"); do
        if [ "$build" != "${builds[0]}" ] && grep -q '^# run-tests: once' "$test"; then
            continue
        fi
        while [ "$(runner_pool)" -ge "$RUNNER_JOBS" ]; do
            wait -n
        done
        runner_tap "$build" "$test" &
        RUNNER_POOL+=($!)
    done
}

# runner_pool: prints how many end-to-end tests run.
runner_pool() {
    jobs -pr | grep -cxFf <(printf '%s\n' "${RUNNER_POOL[@]}")
}

# runner_tap BUILD TEST: runs one test and prints how it went, in one piece.
runner_tap() {
    local name start=$SECONDS status output counts leftovers directory seconds
    name="$1-$(basename "$2" .test)"
    seconds=$(sed -n 's/^# run-tests: seconds //p' "$2")
    output=$RUNNER/log/$name.log
    # a short name: the paths of sockets below it may not be long
    directory=$(mktemp -d "$RUNNER/tmp/XXXXX") && chmod 1777 "$directory"
    mkdir -p "$RUNNER/keys/$name" # which this test has taken
    (
        runner_sanitizer_options "$name"
        cd "$RUNNER/src" || exit
        TMPDIR=$directory LAB_RSA_KEYS=$RUNNER/keys/$name RELAY_BUILD=$RUNNER/$1 RELAY_TEST=$directory \
            exec "${RUNNER_FENCE[@]}" timeout -k 30 "${seconds:-$RUNNER_TIMEOUT}" bash "$2" </dev/null >"$output" 2>&1
    )
    status=$?
    leftovers=$(runner_leftovers "$directory")
    counts=$(runner_count_tap $status "$output")
    set -- $counts # three words
    if [ -n "$leftovers" ] && [ $status != 124 ]; then # what timeout has ended may still be about to end
        printf '%s\n' "left behind by the test:" "$leftovers" >>"$output"
        set -- "$1" $(($2 + 1)) "$3"
    fi
    local findings
    findings=$(runner_findings "$name") || set -- "$1" $(($2 + 1)) "$3"
    runner_count "$name" "$@"
    runner_say "$name" "$status" "$1" "$2" "$3" $((SECONDS - start)) "$output" "$findings"
}

runner_say() {
    local text word=ok
    text="$3 passed"
    [ "$5" = 0 ] || text="$text, $5 skipped"
    [ "$4" = 0 ] || word=FAILED text="$text, $4 failed (exit status $2)"
    # in one write, because other tests write at the same time
    text=$(printf '%-6s %-40s %4d s  %s' $word "$1" "$6" "$text")
    if grep -q '^#|' "$7"; then # figures, which are shown also when all is well
        text=$(printf '%s\n' "$text" "$(sed -n 's/^#|/   /p' "$7")")
    fi
    if [ "$4" != 0 ]; then
        text=$(printf '%s\n' "$text" "$(runner_show "$7")" "$8")
    fi
    printf '%s\n' "$text"
}

# runner_count_tap STATUS OUTPUT: prints "PASSED FAILED SKIPPED". No plan, another number than planned, or a bad exit
# status without a failed test is a failure of its own.
runner_count_tap() {
    awk -v status="$1" '
        /^1\.\.[0-9]+/ { plan = substr($1, 4); planned++; if (plan == 0) { skipped++ } }
        /^not ok/ { seen++; failed++ }
        /^ok/ { seen++; if (/# *(SKIP|skip)/) { skipped++ } else { passed++ } }
        END {
            if (planned != 1 || plan != seen + 0 || (status != 0 && !failed)) { failed++ }
            print passed + 0, failed + 0, skipped + 0
        }' "$2"
}

# runner_processes DIRECTORY: prints the pids of what runs in it or for a test in it, but for this shell. It goes by the
# directory, not by the test's name, because another run may run the same test at the same time.
runner_processes() {
    local directory=$1 self=$BASHPID pid
    {
        grep -lszF "RELAY_TEST=$directory" /proc/[0-9]*/environ
        find /proc/[0-9]*/cwd -maxdepth 0 \( -lname "$directory" -o -lname "$directory/*" \) 2>/dev/null
    } | cut -d / -f 3 | sort -nu | while read -r pid; do
        [ "$pid" = "$$" ] || [ "$pid" = "$self" ] || [ ! -e "/proc/$pid" ] || echo "$pid"
    done
}

# runner_leftovers DIRECTORY: ends processes that the test started and did not stop, and prints them.
runner_leftovers() {
    local directory=$1 pid
    for pid in $(runner_processes "$directory"); do
        echo "process $pid: $({ tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null)"
        kill "$pid" 2>/dev/null
    done
    find "$directory" -mindepth 1 -maxdepth 1
    rm -rf --one-file-system "$directory"
}

# runner_dist: make distcheck, which builds, installs and uninstalls from the tarball; nothing of the sources is missing
# in it; and its own run-tests runs. The unit tests are not built again: that what they are made of is in the tarball
# shows the comparison.
runner_dist() {
    local step
    export TMPDIR=$RUNNER/tmp-dist
    mkdir -m 1777 "$TMPDIR"
    for step in distcheck complete run-tests; do
        if runner_step "dist-$step" "runner_dist_$step"; then
            runner_count "dist-$step" 1 0 0
        else
            runner_count "dist-$step" 0 1 0
            return
        fi
    done
}

runner_dist_distcheck() {
    mkdir -p "$RUNNER/dist" && cd "$RUNNER/dist" && "$RUNNER/src/configure" CFLAGS=-O0 &&
        nice "${RUNNER_FENCE[@]}" make -j"$(nproc)" distcheck DISTCHECK_CONFIGURE_FLAGS=CFLAGS=-O0 \
            check_PROGRAMS= TESTS='$(SCRIPT_TESTS)'
}

# Only the files for git and for continuous integration are not in the tarball.
runner_dist_complete() {
    local missing
    cd "$RUNNER/dist" && mkdir unpacked && tar -C unpacked --strip-components=1 -xf rudder-relay-*.tar.xz &&
        runner_dist_list unpacked && runner_dist_list "$RUNNER/src" || return
    missing=$(comm -13 unpacked.list src.list | grep -vE '(^|/)\.(ci/|git)')
    [ -z "$missing" ] || {
        printf '%s\n' "the tarball lacks, or has with another mode:" "$missing"
        return 1
    }
}

# runner_dist_list DIRECTORY: lists its files, executable or not, without those that autogen.sh made, in NAME.list.
runner_dist_list() {
    local name=${1##*/}
    sources_copy "$1" "copy-of-$name" &&
        find "copy-of-$name" -type f -printf '%P ' \( -perm -100 -printf 'x\n' -o -printf '-\n' \) |
        LC_ALL=C sort >"$name.list" && [ -s "$name.list" ] && rm -r "copy-of-$name"
}

runner_dist_run-tests() {
    TMPDIR=$(dirname "$RUNNER") RELAY_SHELLCHECK=no "$RUNNER/dist/unpacked/run-tests" --quick static
}
