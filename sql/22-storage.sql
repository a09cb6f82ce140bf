-- SPDX-License-Identifier: GPL-3.0-or-later
-- Upgrades compact storage, where there is one, and leaves it as it is switched.

SELECT relkind = 'v' AND to_regclass('rudder_relay.run') IS NOT NULL AS is_compact,
    split_part(obj_description(oid, 'pg_class'), ': ', 2) AS storage
FROM pg_class WHERE oid = 'RudderSysEvents'::regclass
\gset
\if :is_compact
    -- who waits for the view holds up all others who come after
    SET LOCAL lock_timeout = '30s';
    \ir storage-compact.sql
    SET LOCAL ROLE NONE;
    SET LOCAL lock_timeout = DEFAULT;
\endif
