-- SPDX-License-Identifier: GPL-3.0-or-later
-- Upgrades compact storage from its first draft, which no release had: in it rudder_relay.run had node and start. Runs that
-- have no row in ReportsExecution become rows.

LOCK TABLE rudder_relay.run, rudder_relay.RudderSysEvents, ReportsExecution IN ACCESS EXCLUSIVE MODE;
CREATE TEMPORARY TABLE without_execution ON COMMIT DROP AS
    SELECT event.* FROM rudder_relay.run, LATERAL (
        SELECT * FROM RudderSysEvents WHERE nodeId = run.nodeId AND executionTimeStamp = start
            AND id BETWEEN first_id AND last_id) AS event
    WHERE NOT EXISTS (SELECT FROM ReportsExecution WHERE nodeId = run.nodeId AND date = start AND insertionId = first_id)
        AND NOT EXISTS (SELECT FROM rudder_relay.RudderSysEvents AS own WHERE own.id = event.id);
SELECT format('GRANT %s ON rudder_relay.RudderSysEvents TO %s', privilege_type,
              CASE grantee WHEN 0 THEN 'public' ELSE grantee::regrole::text END)
FROM pg_class, aclexplode(relacl) WHERE oid = 'RudderSysEvents'::regclass AND grantee <> relowner
\gexec
DROP VIEW RudderSysEvents;
ALTER SCHEMA rudder_relay RENAME TO rudder_relay_draft;
\set origin rudder_relay_draft
\ir storage-create.sql
INSERT INTO rudder_relay.RudderSysEvents SELECT * FROM without_execution;
SELECT format('CREATE TABLE rudder_relay.%I PARTITION OF rudder_relay.run FOR VALUES IN (%L)',
              relname, to_date(right(relname, 8), 'YYYYMMDD'))
FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
WHERE inhparent = 'rudder_relay_draft.run'::regclass AND to_regclass('rudder_relay.' || relname) IS NULL
\gexec
INSERT INTO rudder_relay.list (id, day, lines, control, result_success, result_na, audit_compliant, audit_na)
    SELECT id, day, cardinality(coalesce(control, '{}')) + cardinality(coalesce(result_success, '{}'))
            + cardinality(coalesce(result_na, '{}')) + cardinality(coalesce(audit_compliant, '{}'))
            + cardinality(coalesce(audit_na, '{}')),
        control::text::rudder_relay.line[], result_success::text::rudder_relay.line[],
        result_na::text::rudder_relay.line[], audit_compliant::text::rudder_relay.line[],
        audit_na::text::rudder_relay.line[]
    FROM rudder_relay_draft.list;
INSERT INTO rudder_relay.run (first_id, list, day, reports, tail, shift, seconds, missing)
    SELECT first_id, number, run.day, last_id - first_id + 1, tail, shift, seconds, missing
    FROM rudder_relay_draft.run JOIN rudder_relay.list ON list.id = run.list AND list.day = run.day
    WHERE EXISTS (SELECT FROM ReportsExecution WHERE nodeId = run.nodeId AND date = start AND insertionId = first_id)
    ORDER BY first_id;
DROP SCHEMA rudder_relay_draft CASCADE;
