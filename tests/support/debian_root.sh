# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# debian_root: a Debian of its own, $LAB/NAME, that commands run in by chroot, and our packages built in one. Sourced
# from the repository's root after lab/lab.sh. It needs root and mmdebstrap.
#
#     debian_root NAME PACKAGE...     makes it, of the release SUITE, or of this machine's
#     within NAME COMMAND...          runs the command in it
#     quietly COMMAND...              its output is shown when it fails
#     debian_packages                 builds our packages in $LAB/build-in, into $LAB/build-in/out
#     debian_later DEB DIRECTORY      the same package with a later version
#
# PACKAGES_CACHE is a directory that keeps what debian_root has made, for the next time, and PACKAGES_BUILT one with
# packages that were built before.
. lab/packages.sh
. lab/sources.sh

SUITE=${SUITE:-$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)}
MIRROR=${MIRROR:-http://deb.debian.org/debian}

debian_root() {
    local packages="${*:2}" root=$LAB/$1 tar
    tar=${PACKAGES_CACHE:-$LAB}/$SUITE-$(printf '%s' "$packages" | cksum | cut -d' ' -f1).tar
    [ -e "$tar.complete" ] ||
        mmdebstrap --variant=minbase --include="${packages// /,}" "$SUITE" "$tar" "$MIRROR" >"$LAB/log/$1.log" 2>&1 ||
        { tail -n 5 "$LAB/log/$1.log" && return 1; }
    touch "$tar.complete"
    # with devices of its own
    mkdir -p "$root" && tar -C "$root" --numeric-owner -xf "$tar" &&
        printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" && chmod 755 "$root/usr/sbin/policy-rc.d" &&
        cp /etc/resolv.conf "$root/etc/" || return
    cp /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null
    return 0
}

# With a /proc that ends with it, and all that it has started. Nothing of this machine is mounted below $LAB, whose
# removal would reach it.
within() {
    # shellcheck disable=SC2016 # for the inner shell
    unshare --mount --pid --fork --kill-child sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$LAB/$1" \
        env -i HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} "${@:2}"
}

quietly() {
    "$@" >"$LAB/log/said" 2>&1 || { tail -n 20 "$LAB/log/said" && return 1; }
}

# $LAB/build-in, with all that a build needs, and the sources in /src
debian_build_root() {
    # shellcheck disable=SC2046 # a package a word
    debian_root build-in systemd lintian $(packages_package "$SUITE") && sources_copy . "$LAB/build-in/src"
}

debian_packages() {
    if [ -n "${PACKAGES_BUILT:-}" ]; then
        mkdir -p "$LAB/build-in/out" && cp "$PACKAGES_BUILT"/* "$LAB/build-in/out/"
        return
    fi
    debian_build_root && quietly within build-in env DEB_BUILD_OPTIONS=nocheck /src/package --output /out deb
}

debian_later() {
    local unpacked=$LAB/later
    rm -rf "$unpacked" && dpkg-deb -R "$1" "$unpacked" && sed -i 's/^Version: .*/&.1/' "$unpacked/DEBIAN/control" &&
        dpkg-deb --root-owner-group -b "$unpacked" "$2/" >/dev/null
}
