-- SPDX-License-Identifier: GPL-3.0-or-later
-- What sql/apply hands over, from the environment since arguments are visible in ps.

\set relay_user `printf '%s' "$RUDDER_DB_USER"`
\set relay_password `printf '%s' "$RUDDER_DB_PASSWORD"`
\set purge_user `printf '%s' "$RUDDER_DB_PURGE_USER"`
\set purge_password `printf '%s' "$RUDDER_DB_PURGE_PASSWORD"`

-- Messages only where something is wrong ("already exists, skipping" is what is expected); one at a time.
SET LOCAL client_min_messages = warning;
-- Names and dates are compared and read again as they are written here, whatever this database or user has set.
SET LOCAL quote_all_identifiers = off;
SET LOCAL datestyle = 'ISO';
SELECT pg_advisory_xact_lock(hashtext('rudder-relay sql/apply'))
\g /dev/null
