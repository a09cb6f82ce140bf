-- SPDX-License-Identifier: GPL-3.0-or-later
-- The view RudderSysEvents, in the schema where the table was. What makes the web application's statements fast on it:
--
-- * The event types are constants of their own. Where none of them fits a statement's condition, the planner drops the
--   whole branch of the lists.
-- * Runs are found by ReportsExecution, which is one table with one index for node and start: a condition on 500 pairs
--   of these is costly to plan for each table that it meets.
-- * OFFSET 0 keeps the planner to one way: from a run to its row, to its list, to its lines. So the runs' order is that
--   of the lines, which ascending statements gain from; in the other direction PostgreSQL sorts.
-- * The lines are unnested in FROM, where PostgreSQL takes each of them apart once. Where they are expressions of the type
--   line, it does so for each column.

CREATE FUNCTION rudder_relay.place_in_run(place integer, tail smallint, shift smallint) RETURNS integer
    LANGUAGE sql IMMUTABLE AS 'SELECT place + CASE WHEN place >= tail THEN shift ELSE 0 END';
CREATE FUNCTION rudder_relay.seconds_of(seconds bytea, place integer) RETURNS interval LANGUAGE sql IMMUTABLE AS $$
    SELECT interval '1 second' * CASE get_byte(seconds, 0) WHEN 0 THEN 0 WHEN 1 THEN get_byte(seconds, 1 + place)
           ELSE get_byte(seconds, 1 + 2 * place) * 256 + get_byte(seconds, 2 + 2 * place) END
$$;

CREATE VIEW :namespace.RudderSysEvents AS
SELECT id, executionDate, nodeId, directiveId, ruleId, reportId, component, keyValue, executionTimeStamp, eventType,
    policy, msg
FROM rudder_relay.RudderSysEvents
UNION ALL
(SELECT run.first_id + rudder_relay.place_in_run(line.place, run.tail, run.shift),
    execution.date + rudder_relay.seconds_of(run.seconds, rudder_relay.place_in_run(line.place, run.tail, run.shift)),
    execution.nodeId, line.directiveId, line.ruleId, line.reportId, line.component, line.keyValue,
    execution.date, type.eventType, line.policy, line.msg
 FROM (SELECT 'control'::text AS eventType, 0 AS number
       UNION ALL SELECT 'result_success', 1
       UNION ALL SELECT 'result_na', 2
       UNION ALL SELECT 'audit_compliant', 3
       UNION ALL SELECT 'audit_na', 4) AS type,
     (SELECT nodeId, date, insertionId FROM :namespace.ReportsExecution ORDER BY date) AS execution,
     LATERAL (SELECT * FROM rudder_relay.run WHERE run.first_id = execution.insertionId OFFSET 0) AS run,
     LATERAL (SELECT * FROM rudder_relay.list WHERE list.number = run.list OFFSET 0) AS list,
     LATERAL unnest(CASE type.number WHEN 0 THEN list.control WHEN 1 THEN list.result_success
                    WHEN 2 THEN list.result_na WHEN 3 THEN list.audit_compliant ELSE list.audit_na END) AS line
 WHERE run.missing IS NULL OR line.place <> ALL (run.missing)
 ORDER BY execution.date);
ALTER VIEW :namespace.RudderSysEvents ALTER COLUMN id SET DEFAULT nextval('serial');
