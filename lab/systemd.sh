# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# lab/systemd: a Debian in the lab, $LAB/debian, with systemd as its process 1, for what only a real systemd shows. It
# needs root. It has a network of its own (loopback only), so all ports are free. Needs lab/lab.sh.
#
#     lab_systemd_missing           prints why this machine cannot have one; nothing when it can
#     lab_systemd_make PACKAGE...   Debian of the release SUITE, or as this machine has it, with systemd and these
#                                   packages
#     lab_systemd_boot              returns when it is up
#     lab_systemd_off               powers it off; to be called before lab_close
#     lab_systemd_cut               ends it as a power cut does
#     lab_systemd_run COMMAND...    runs the command in it, as root
#
# LAB_SYSTEMD_CACHE is a directory that keeps what lab_systemd_make has made, for the next time.

lab_systemd_missing() {
    local program
    [ "$(id -u)" = 0 ] || echo "it needs root"
    for program in debootstrap systemd-nspawn nsenter apt-get; do
        command -v $program >/dev/null || echo "there is no $program here"
    done
}

lab_systemd_make() {
    local packages="systemd systemd-sysv dbus procps $*" made
    made=${LAB_SYSTEMD_CACHE:-$LAB}/debian-${SUITE:-}-$(printf '%s' "$packages" | cksum | cut -d' ' -f1)
    [ -e "$made.complete" ] ||
        { lab_systemd_bootstrap "$made" "${packages// /,}" && touch "$made.complete"; } || return
    if [ -n "${LAB_SYSTEMD_CACHE:-}" ]; then cp -a "$made" "$LAB/debian"; else mv "$made" "$LAB/debian"; fi
}

# lab_systemd_bootstrap DIRECTORY PACKAGES: uses the mirror and, without SUITE, the suite that apt on this machine lists
# first.
lab_systemd_bootstrap() {
    local suite mirror
    read -r mirror suite < <(apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages')
    [ -n "$suite" ] || { echo "lab: apt has no lists here: apt-get update" >&2 && return 1; }
    rm -rf "$1"
    debootstrap --variant=minbase --include="$2" "${SUITE:-$suite}" "$1" "$mirror" >"$LAB/log/debootstrap.log" 2>&1 &&
        return
    echo "lab: debootstrap failed:" >&2
    tail -n 5 "$LAB/log/debootstrap.log" "$1/debootstrap/debootstrap.log" >&2
    return 1
}

lab_systemd_boot() {
    # only cgroups of version 2, as in a Debian of today
    export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
    local nspawn=(systemd-nspawn --quiet --boot --directory="$LAB/debian" --machine="relay-lab-$$" --register=no
        --private-network --console=pipe --resolv-conf=off --capability=all --system-call-filter="bpf keyctl add_key")
    if [ -d /run/systemd/system ]; then
        lab_start debian "${nspawn[@]}" || return
    else
        lab_start debian unshare --mount --propagation private bash -c "$LAB_SYSTEMD_ALONE" - "relay-lab-$$" \
            "${nspawn[@]}" --keep-unit || return
    fi
    lab_wait_for 120 lab_systemd_up && return
    echo "lab: systemd does not come up:" >&2
    tail -n 5 "$LAB/log/debian.log" >&2
    return 1
}

# Makes what a systemd on the host would make: a control group for the machine, and a /run that nspawn may clean up.
# shellcheck disable=SC2016 # it is the inner shell that is to replace these
LAB_SYSTEMD_ALONE='
    for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
        [ ! -e "$hierarchy/cgroup.procs" ] ||
            { mkdir -p "$hierarchy/$1" && echo $$ >"$hierarchy/$1/cgroup.procs"; } || exit
    done
    mount -t tmpfs -o mode=755 tmpfs /run && shift && exec "$@"'

# Its process 1 outlives an nspawn that is killed.
lab_systemd_off() {
    local leader
    leader=$(lab_systemd_leader)
    lab_stop debian || kill -KILL "$leader" 2>/dev/null
    rmdir /sys/fs/cgroup/{,systemd/,unified/}relay-lab-$$/{payload,supervisor,} 2>/dev/null
    return 0
}

lab_systemd_cut() {
    kill -KILL "$(lab_systemd_leader)" && lab_wait_for 60 lab_gone "$(lab_pid debian)"
    lab_systemd_off
}

lab_systemd_leader() {
    local pid
    pid=$(lab_pid debian) && pgrep -P "$pid" | head -n 1
}

lab_systemd_up() {
    case $(lab_systemd_run systemctl is-system-running 2>/dev/null) in running | degraded) ;; *) false ;; esac
}

lab_systemd_run() {
    local leader
    leader=$(lab_systemd_leader) && [ -n "$leader" ] &&
        nsenter -t "$leader" --mount --uts --ipc --net --pid --cgroup --root --wd \
            env -i HOME=/root TERM=dumb LANG=C.UTF-8 \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}
