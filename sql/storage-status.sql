-- SPDX-License-Identifier: GPL-3.0-or-later
-- Says which storage there is, and what is in it. Numbers are the planner's, so that nothing has to be read for them.

SELECT $$CASE WHEN pg_relation_size(pg_class.oid) = 0 THEN '0' WHEN relpages = 0 THEN 'not counted yet'
    ELSE format('about %s', reltuples::bigint) END$$ AS counted
\gset
SELECT relkind = 'v' AS is_view, obj_description(oid, 'pg_class') AS storage FROM pg_class
WHERE oid = 'RudderSysEvents'::regclass
\gset
\if :is_view
    SELECT coalesce(:'storage', 'a view that is not the relay''s');
    SELECT format('runs of %s: %s, %s', right(relname, 8), :counted, pg_size_pretty(pg_total_relation_size(pg_class.oid)))
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = to_regclass('rudder_relay.run') ORDER BY relname;
    SELECT format('lists: %s, %s', :counted, pg_size_pretty(pg_total_relation_size(oid)))
    FROM pg_class WHERE oid = to_regclass('rudder_relay.list');
    SELECT format('rows: %s, %s', :counted, pg_size_pretty(pg_total_relation_size(oid)))
    FROM pg_class WHERE oid = to_regclass('rudder_relay.ruddersysevents');
\else
    SELECT 'rudder-relay storage: plain';
    SELECT format('rows: %s, %s', :counted, pg_size_pretty(pg_total_relation_size(oid)))
    FROM pg_class WHERE oid = 'RudderSysEvents'::regclass;
\endif
