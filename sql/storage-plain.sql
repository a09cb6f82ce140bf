-- SPDX-License-Identifier: GPL-3.0-or-later
-- Switches back to plain storage, in one transaction: new runs are plain rows from now on. While there are runs in
-- compact storage the view stays, so that they stay visible; without any, the table comes back and all else goes.

SELECT relkind = 'v' AS is_view FROM pg_class WHERE oid = 'RudderSysEvents'::regclass
\gset
\if :is_view
    \ir storage-mark.sql
    SELECT NOT EXISTS (SELECT FROM rudder_relay.run) AS is_empty
    \gset
    \if :is_empty
        LOCK TABLE rudder_relay.run, rudder_relay.RudderSysEvents IN ACCESS EXCLUSIVE MODE;
        SELECT NOT EXISTS (SELECT FROM rudder_relay.run) AS is_empty
        \gset
    \endif
    \if :is_empty
        SELECT relnamespace::regnamespace AS namespace FROM pg_class WHERE oid = 'RudderSysEvents'::regclass
        \gset
        SELECT rudder_relay.grant_rights()
        \g /dev/null
        DROP VIEW RudderSysEvents;
        ALTER TABLE rudder_relay.RudderSysEvents SET SCHEMA :namespace;
        DROP SCHEMA rudder_relay CASCADE;
    \endif
\endif
