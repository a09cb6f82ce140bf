#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Starts a PostgreSQL of its own for a unit test (tests/support/made_database.c). It prints three lines: the URL and the
# password of the relay, and how the superuser connects. It removes everything when its standard input ends, which
# happens when the test ends in any way. Exits with 77 when there is no PostgreSQL server.
cd "$(dirname "$0")/../.." || exit
. lab/lab.sh
. lab/postgres.sh

lab_postgres_find 2>/dev/null || exit 77
lab_open || exit
trap lab_close EXIT
trap 'exit 1' INT TERM HUP
lab_postgres_start >"$LAB/log/start" 2>&1 || { cat "$LAB/log/start" >&2 && exit 1; }
printf '%s\n' "$LAB_PG_URL" "$LAB_PG_PASSWORD" \
    "host=$LAB/pg port=$LAB_PG_PORT user=postgres dbname=rudder options='-c client_min_messages=warning'"
cat >/dev/null
