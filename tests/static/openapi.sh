#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# docs/openapi.yml describes each route of the endpoint programs and of the hub, and no other. Run by `make check`.
: "${top_srcdir:?is set by make check}"
cd "$top_srcdir" || exit

# routes: METHOD PATH as the programs' tables have them; policies and policy-proxy have some in common
routes() {
    cat fcgi-apps/*/main.c | grep -oE '\{"[A-Z]+", "/[^"]*"' | tr -d '{",' | LC_ALL=C sort -u
}
# hub_routes: the hub takes its paths apart itself: hub_path.c has their beginnings with a kind each, hub.c the method
# of each kind
hub_routes() {
    cat hub/hub_path.c hub/hub.c | awk '
        match($0, /"\/(rudder\/relay-api\/1\/[a-z]+\/|orders|status)"/) { path = substr($0, RSTART + 1, RLENGTH - 2) }
        path && match($0, /HUB_PATH_[A-Z]+/) { begins[substr($0, RSTART, RLENGTH)] = path; path = "" }
        /case HUB_PATH_/ { match($0, /HUB_PATH_[A-Z]+/); kind = substr($0, RSTART, RLENGTH) }
        kind && match($0, /HTTP_HEAD_[A-Z]+/) {
            sub(/^\/rudder\/relay-api\/1/, "", begins[kind]); sub(/\/$/, "", begins[kind])
            print substr($0, RSTART + 10, RLENGTH - 10), begins[kind]
            kind = ""
        }' | LC_ALL=C sort
}
# described: the same from the description; a parameter is a segment, `path` is the rest. With `hub`, what has the hub
# as its server, without what follows the first segment.
described() {
    awk -v hub="${1:-}" '/^paths:/ { on = 1; next } /^[a-z]/ { on = 0 }
        on && /^  \// { path = $1; sub(/:$/, "", path); gsub(/\{path\}/, "**", path); gsub(/\{[a-z]+\}/, "*", path)
            of_hub = "" }
        on && /^    servers: [&*]hub/ { of_hub = "hub"; sub(/\/\*.*/, "", path) }
        on && /^    (get|head|put|post|delete):/ && of_hub == hub {
            method = $1; sub(/:$/, "", method); print toupper(method), path }' docs/openapi.yml | LC_ALL=C sort -u
}
[ -n "$(routes)" ] && diff -u <(routes) <(described) >&2 &&
    [ "$(hub_routes | wc -l)" = 4 ] && diff -u <(hub_routes) <(described hub) >&2
