#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Manual pages without a fault, those made by the build, too. Run by `make check`; mandoc's STYLE is taste, and a manual
# of ours may refer to one that is not installed.
command -v mandoc >/dev/null || {
    echo "mandoc is not installed"
    exit 77
}
for manual in "$top_srcdir"/*/*.[1578] "$top_builddir"/*/*.[1578]; do
    case $manual in */autom4te.cache/*) continue ;; esac
    if [ -f "$manual" ]; then
        mandoc -Tlint -Wwarning "$manual" || faulty=yes
    fi
done
test -z "${faulty-}"
