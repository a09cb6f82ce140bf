# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# sources: makes a copy of the sources to build from, for ./quickstart and ./run-tests. configure takes no path with
# spaces, two builds in one checkout would disturb each other, and a build would leave its files in the checkout.
# Sourced by bash.

# sources_version CHECKOUT: prints it.
sources_version() {
    sed -n 's/^AC_INIT(\[rudder-relay\], \[\([^]]*\)\].*/\1/p' "$1/configure.ac"
}

# sources_copy CHECKOUT DIRECTORY: without what git, autogen.sh or an earlier build left.
sources_copy() {
    mkdir -p "$2" &&
        tar -C "$1" --exclude-vcs --exclude='./build*' --exclude=./autom4te.cache --exclude=./configure \
            --exclude=./aclocal.m4 --exclude=./Makefile --exclude=./config.status --exclude='config.h*' \
            --exclude=Makefile.in --exclude='*.o' --exclude='*~' --exclude='*.a' --exclude=.deps --exclude=.dirstamp \
            -cf - . |
        tar -C "$2" --no-same-owner -xf -
}
