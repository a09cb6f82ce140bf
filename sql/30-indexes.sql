-- SPDX-License-Identifier: GPL-3.0-or-later
-- Source: PROTOCOL.md section 7. An existing database has some of these under other names, and a second index of the
-- same kind would only cost: so an index is made only where the table has none of its definition. The definition is written
-- exactly as PostgreSQL prints it (pg_get_indexdef), which is what it is compared with.

CREATE FUNCTION pg_temp.ensure_index(name text, on_table regclass, definition text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_index
                   WHERE indrelid = on_table AND indisvalid AND NOT indisunique
                     AND split_part(pg_get_indexdef(indexrelid), ' USING ', 2) = definition) THEN
        EXECUTE format('CREATE INDEX %I ON %s USING %s', name, on_table, definition);
    END IF;
END
$$;

SELECT pg_temp.ensure_index('ruddersysevents_start', 'RudderSysEvents', 'btree (executiontimestamp)'),
       pg_temp.ensure_index('ruddersysevents_node_start', 'RudderSysEvents', 'btree (nodeid, executiontimestamp)'),
       pg_temp.ensure_index('ruddersysevents_rule', 'RudderSysEvents', 'btree (ruleid)'),
       pg_temp.ensure_index('ruddersysevents_run_end', 'RudderSysEvents',
                            'btree (id) WHERE ((eventtype = ''control''::text) AND (component = ''end''::text))'),
       pg_temp.ensure_index('ruddersysevents_repaired', 'RudderSysEvents',
                            'btree (executiontimestamp) WHERE (eventtype = ''result_repaired''::text)'),
       pg_temp.ensure_index('reportsexecution_date', 'ReportsExecution', 'btree (date)'),
       pg_temp.ensure_index('reportsexecution_node_config', 'ReportsExecution', 'btree (nodeid, nodeconfigid)')
\g /dev/null

DROP FUNCTION pg_temp.ensure_index(text, regclass, text);
