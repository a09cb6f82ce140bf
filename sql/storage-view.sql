-- SPDX-License-Identifier: GPL-3.0-or-later
-- The view RudderSysEvents, in the schema where the table was. What makes the web application's statements fast on it:
--
-- * The event types are constants of their own. Where none of them fits a statement's condition, the planner drops the
--   whole branch of the lists.
-- * Runs are found by ReportsExecution, which is one table with one index for node and start: a condition on 500 pairs
--   of these is costly to plan for each table that it meets.
-- * OFFSET 0 keeps the planner to one way: from a run to its row, to its list, to its lines. So the runs' order is that
--   of the lines.
-- * PostgreSQL does not see on its own that the lines could come in another order, and would sort all there are. So
--   there are three branches with the same lines: in no order, by start, and by start descending. Of these a statement
--   reads one, which its text decides while it is planned: the planner drops the others at once, since their number is a
--   constant. It is always exactly one, whichever the text; a text that is not understood costs a sort.
-- * The lines are unnested in FROM, where PostgreSQL takes each of them apart once. Where they are expressions of the type
--   line, it does so for each column.

-- Which of the branches. IMMUTABLE, though the text changes, for it is to be known while a statement is planned.
CREATE OR REPLACE FUNCTION rudder_relay.branch_for_query() RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    query text := lower(right(current_query(), 200));
BEGIN
    RETURN CASE WHEN query LIKE '%order by executiontimestamp desc%' THEN 3
                WHEN query LIKE '%order by executiontimestamp%' THEN 2 ELSE 1 END;
END $$;

CREATE OR REPLACE FUNCTION rudder_relay.place_in_run(place integer, tail smallint, shift smallint) RETURNS integer
    LANGUAGE sql IMMUTABLE AS 'SELECT place + CASE WHEN place >= tail THEN shift ELSE 0 END';
CREATE OR REPLACE FUNCTION rudder_relay.seconds_of(seconds bytea, place integer) RETURNS interval LANGUAGE sql IMMUTABLE AS $$
    SELECT interval '1 second' * CASE get_byte(seconds, 0) WHEN 0 THEN 0 WHEN 1 THEN get_byte(seconds, 1 + place)
           ELSE get_byte(seconds, 1 + 2 * place) * 256 + get_byte(seconds, 2 + 2 * place) END
$$;

SELECT format($view$
SELECT id, executionDate, nodeId, directiveId, ruleId, reportId, component, keyValue, executionTimeStamp, eventType,
    policy, msg
FROM (
    SELECT id, executionDate, nodeId, directiveId, ruleId, reportId, component, keyValue, executionTimeStamp, eventType,
        policy, msg, 0 AS branch
    FROM rudder_relay.RudderSysEvents
    %s) AS branches
WHERE branch IN (0, rudder_relay.branch_for_query())
$view$, string_agg(format($branch$
UNION ALL
SELECT id, executionDate, nodeId, directiveId, ruleId, reportId, component, keyValue, executionTimeStamp, eventType,
    policy, msg, %1$s
FROM (
    SELECT run.first_id + rudder_relay.place_in_run(line.place, run.tail, run.shift) AS id,
        execution.date + rudder_relay.seconds_of(run.seconds,
            rudder_relay.place_in_run(line.place, run.tail, run.shift)) AS executionDate,
        execution.nodeId, line.directiveId, line.ruleId, line.reportId, line.component, line.keyValue,
        execution.date AS executionTimeStamp, type.eventType, line.policy, line.msg
    FROM (SELECT 'control'::text AS eventType, 0 AS number
          UNION ALL SELECT 'result_success', 1
          UNION ALL SELECT 'result_na', 2
          UNION ALL SELECT 'audit_compliant', 3
          UNION ALL SELECT 'audit_na', 4) AS type,
        (SELECT nodeId, date, insertionId FROM %2$s.ReportsExecution%3$s) AS execution,
        LATERAL (SELECT * FROM rudder_relay.run WHERE run.first_id = execution.insertionId OFFSET 0) AS run,
        LATERAL (SELECT * FROM rudder_relay.list WHERE list.number = run.list OFFSET 0) AS list,
        LATERAL unnest(CASE type.number WHEN 0 THEN list.control WHEN 1 THEN list.result_success
                       WHEN 2 THEN list.result_na WHEN 3 THEN list.audit_compliant ELSE list.audit_na END) AS line
    WHERE run.missing IS NULL OR line.place <> ALL (run.missing)%3$s) AS lines
$branch$, number, :'namespace', ordered), '' ORDER BY number)) AS wanted_view
FROM (VALUES (1, ''), (2, ' ORDER BY date'), (3, ' ORDER BY date DESC')) AS branches (number, ordered)
\gset
-- To replace a view, nobody may be reading it. So it is only done where there is another one.
CREATE VIEW rudder_relay.wanted_view AS :wanted_view;
SELECT pg_get_viewdef(to_regclass(:'namespace' || '.ruddersysevents'))
    IS DISTINCT FROM pg_get_viewdef('rudder_relay.wanted_view'::regclass) AS is_another_view
\gset
DROP VIEW rudder_relay.wanted_view;
\if :is_another_view
    CREATE OR REPLACE VIEW :namespace.RudderSysEvents AS :wanted_view;
    ALTER VIEW :namespace.RudderSysEvents ALTER COLUMN id SET DEFAULT nextval('serial');
\endif
