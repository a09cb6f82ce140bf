-- SPDX-License-Identifier: GPL-3.0-or-later
-- Source: PROTOCOL.md section 7. The indexes that the two tables should have and have not. An existing database has
-- some of them under other names, and a second index of the same kind would only cost. So what counts is the definition,
-- written here exactly as PostgreSQL prints it (pg_get_indexdef). An index that is not valid does not count.
--
-- With compact storage the table with the rows is behind the view.
--
-- helping: the web application's statements gain the most from these two, but its own schema lacks one or both.

CREATE TEMPORARY VIEW missing_index AS
SELECT name, on_table, definition, helping
FROM (SELECT coalesce(to_regclass('rudder_relay.ruddersysevents'), 'RudderSysEvents')) AS events (rows), LATERAL (VALUES
    ('ruddersysevents_start', rows, 'btree (executiontimestamp)', false),
    ('ruddersysevents_node_start', rows, 'btree (nodeid, executiontimestamp)', false),
    ('ruddersysevents_rule', rows, 'btree (ruleid)', false),
    ('ruddersysevents_run_end', rows,
     'btree (id) WHERE ((eventtype = ''control''::text) AND (component = ''end''::text))', false),
    ('ruddersysevents_repaired', rows,
     'btree (executiontimestamp) WHERE (eventtype = ''result_repaired''::text)', false),
    ('reportsexecution_date', 'ReportsExecution', 'btree (date)', false),
    ('reportsexecution_node_config', 'ReportsExecution', 'btree (nodeid, nodeconfigid)', false),
    -- its purge of log entries, every ten minutes: without it, each reads the whole table
    ('ruddersysevents_logs', rows,
     'btree (executiontimestamp) WHERE (eventtype ~~ ''log_%''::text)', true),
    -- its look for new runs, every five seconds
    ('reportsexecution_not_computed', 'ReportsExecution',
     'btree (compliancecomputationdate) WHERE (compliancecomputationdate IS NULL)', true)
) AS wanted (name, on_table, definition, helping)
WHERE NOT EXISTS (SELECT FROM pg_index
                  WHERE indrelid = on_table AND indisvalid AND NOT indisunique
                    AND split_part(pg_get_indexdef(indexrelid), ' USING ', 2) = definition);
