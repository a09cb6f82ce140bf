-- SPDX-License-Identifier: GPL-3.0-or-later
-- Gives compact storage the view that it had before there were branches in several orders.

CREATE OR REPLACE VIEW RudderSysEvents AS
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
     (SELECT nodeId, date, insertionId FROM ReportsExecution ORDER BY date) AS execution,
     LATERAL (SELECT * FROM rudder_relay.run WHERE run.first_id = execution.insertionId OFFSET 0) AS run,
     LATERAL (SELECT * FROM rudder_relay.list WHERE list.number = run.list OFFSET 0) AS list,
     LATERAL unnest(CASE type.number WHEN 0 THEN list.control WHEN 1 THEN list.result_success
                    WHEN 2 THEN list.result_na WHEN 3 THEN list.audit_compliant ELSE list.audit_na END) AS line
 WHERE run.missing IS NULL OR line.place <> ALL (run.missing)
 ORDER BY execution.date);
DROP FUNCTION rudder_relay.branch_for_query;
