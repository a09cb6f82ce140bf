-- SPDX-License-Identifier: GPL-3.0-or-later
-- Upgrades compact storage, where there is an older one, and leaves it as it is switched.

SELECT relkind = 'v' AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('rudder_relay.run')
    AND attname = 'nodeid') AS is_first_draft, split_part(obj_description(oid, 'pg_class'), ': ', 2) AS storage
FROM pg_class WHERE oid = 'RudderSysEvents'::regclass
\gset
\if :is_first_draft
    SET LOCAL client_min_messages = warning;
    \ir storage-compact.sql
    SET LOCAL ROLE NONE;
\endif
