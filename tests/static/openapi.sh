#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# docs/openapi.yml describes each route of the endpoint programs, and no other. Run by `make check`.
: "${top_srcdir:?is set by make check}"
cd "$top_srcdir" || exit

# routes: METHOD PATH as the programs' tables have them; policies and policy-proxy have some in common
routes() {
    cat fcgi-apps/*/main.c | grep -oE '\{"[A-Z]+", "/[^"]*"' | tr -d '{",' | LC_ALL=C sort -u
}
# described: the same from the description; a parameter is a segment, `path` is the rest
described() {
    awk '/^paths:/ { on = 1; next } /^[a-z]/ { on = 0 }
        on && /^  \// { path = $1; sub(/:$/, "", path); gsub(/\{path\}/, "**", path); gsub(/\{[a-z]+\}/, "*", path) }
        on && /^    (get|head|put|post|delete):/ { method = $1; sub(/:$/, "", method); print toupper(method), path }' \
        docs/openapi.yml | LC_ALL=C sort
}
[ -n "$(routes)" ] && diff -u <(routes) <(described) >&2
