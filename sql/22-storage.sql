-- SPDX-License-Identifier: GPL-3.0-or-later
-- Upgrades compact storage, where there is an older one, and leaves it as it is switched.

SELECT relkind = 'v' AND to_regclass('rudder_relay.run') IS NOT NULL
    AND to_regproc('rudder_relay.branch_for_query') IS NULL AS is_older,
    split_part(obj_description(oid, 'pg_class'), ': ', 2) AS storage
FROM pg_class WHERE oid = 'RudderSysEvents'::regclass
\gset
\if :is_older
    -- who waits for the view holds up all others who come after
    SET LOCAL lock_timeout = '30s';
    SET LOCAL client_min_messages = warning;
    \ir storage-compact.sql
    SET LOCAL ROLE NONE;
    SET LOCAL lock_timeout = DEFAULT;
\endif
