-- SPDX-License-Identifier: GPL-3.0-or-later
-- Makes of a database with the two tables one in the first draft of compact storage, which sql/storage-upgrade.sql
-- upgrades, with three runs: a whole one, one without its end, and one of another day that has a line less.

CREATE SCHEMA rudder_relay;
CREATE TYPE rudder_relay.line AS (place integer, directiveId text, ruleId text, reportId text, component text,
    keyValue text, policy text, msg text);
CREATE TABLE rudder_relay.list (id uuid NOT NULL, day date NOT NULL, control rudder_relay.line[],
    result_success rudder_relay.line[], result_na rudder_relay.line[], audit_compliant rudder_relay.line[],
    audit_na rudder_relay.line[], PRIMARY KEY (id, day));
CREATE INDEX list_day ON rudder_relay.list (day);
CREATE TABLE rudder_relay.run (first_id bigint NOT NULL, last_id bigint NOT NULL, start timestamptz NOT NULL,
    list uuid NOT NULL, day date NOT NULL, shared smallint NOT NULL, tail smallint NOT NULL, shift smallint NOT NULL,
    audits boolean NOT NULL, nodeId text NOT NULL, seconds bytea NOT NULL, missing smallint[]) PARTITION BY LIST (day);
CREATE INDEX run_node_start ON rudder_relay.run (nodeId, start);
CREATE INDEX run_last_id ON rudder_relay.run (last_id);
CREATE TABLE rudder_relay.run_20200913 PARTITION OF rudder_relay.run FOR VALUES IN ('2020-09-13');
CREATE TABLE rudder_relay.run_20200914 PARTITION OF rudder_relay.run FOR VALUES IN ('2020-09-14');
SELECT format('CREATE TABLE rudder_relay.run_%s PARTITION OF rudder_relay.run FOR VALUES IN (%L)',
    to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD'), (now() AT TIME ZONE 'UTC')::date)
\gexec
ALTER TABLE RudderSysEvents SET SCHEMA rudder_relay;
CREATE FUNCTION rudder_relay.highest_id() RETURNS bigint LANGUAGE sql AS
    'SELECT greatest((SELECT max(id) FROM rudder_relay.RudderSysEvents), (SELECT max(last_id) FROM rudder_relay.run))';
CREATE FUNCTION rudder_relay.has_run(node text, began timestamptz) RETURNS boolean LANGUAGE sql AS
    'SELECT EXISTS (SELECT FROM rudder_relay.run WHERE nodeId = node AND start = began)';
CREATE VIEW RudderSysEvents AS
    SELECT id, executionDate, nodeId, directiveId, ruleId, reportId, component, keyValue, executionTimeStamp, eventType,
        policy, msg FROM rudder_relay.RudderSysEvents
    UNION ALL SELECT run.first_id + line.place, run.start + interval '1 s' * get_byte(run.seconds, 1 + line.place),
        run.nodeId, line.directiveId, line.ruleId, line.reportId, line.component, line.keyValue, run.start,
        'result_success', line.policy, line.msg
    FROM rudder_relay.run JOIN rudder_relay.list ON list.id = run.list AND list.day = run.day
        CROSS JOIN LATERAL unnest(list.result_success) AS line
    WHERE run.missing IS NULL OR line.place <> ALL (run.missing);
COMMENT ON VIEW RudderSysEvents IS 'rudder-relay storage: compact';

INSERT INTO rudder_relay.list SELECT '00000000-0000-0000-0000-000000000001', day, NULL,
    ARRAY[(0, 'd', 'r', '0', 'c', 'k', 'p', 'a "quoted", (odd) \ line'), (2, 'd', 'r', '0', 'c', NULL, 'p', 'm')]::rudder_relay.line[]
    FROM (VALUES (date '2020-09-13'), ('2020-09-14')) AS days (day);
INSERT INTO rudder_relay.run SELECT first_id, first_id + 2, '2020-09-13 12:00:00+00', '00000000-0000-0000-0000-000000000001',
    day, 2, 3, 0, false, nodeId, '\x01000103', missing
    FROM (VALUES (101, 'whole', date '2020-09-13', NULL::smallint[]), (111, 'partial', '2020-09-13', NULL),
                 (121, 'other', '2020-09-14', '{2}')) AS runs (first_id, nodeId, day, missing);
INSERT INTO rudder_relay.RudderSysEvents SELECT first_id + 1, '2020-09-13 12:00:01+00', nodeId, 'd', 'r', '0', 'c', 'k',
    '2020-09-13 12:00:00+00', 'result_repaired', 'p', 'm'
    FROM (VALUES (101, 'whole'), (111, 'partial'), (121, 'other')) AS runs (first_id, nodeId);
INSERT INTO ReportsExecution (nodeId, date, nodeConfigId, insertionId)
    VALUES ('whole', '2020-09-13 12:00:00+00', 'c', 101), ('other', '2020-09-13 12:00:00+00', 'c', 121);
SELECT setval('serial', 123);
GRANT USAGE ON SCHEMA rudder_relay TO rudder;
GRANT INSERT, SELECT ON ALL TABLES IN SCHEMA public, rudder_relay TO rudder;
