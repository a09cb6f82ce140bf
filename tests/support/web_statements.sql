-- SPDX-License-Identifier: GPL-3.0-or-later
-- The statements that the web application runs on the two tables of the reports, with values that fit the runs of
-- tests/e2e/storage.test. What gives rows in no certain order is ordered by \o | sort in between.

\set cols 'executiondate, ruleid, directiveid, nodeid, reportid, component, keyvalue, executiontimestamp, eventtype, msg'
\set start '\'2017-07-14 02:40:00+00\''
\echo batches of pairs
\o | LC_ALL=C sort
SELECT :cols FROM RudderSysEvents WHERE (nodeid, executiontimestamp) IN
    (('n1', :start), ('n2', :start), ('n3', '2017-07-14 02:41:00+00'), ('n9', :start), ('nobody', :start));
\o
\echo log tab of a node
SELECT :cols FROM RudderSysEvents WHERE 1=1 AND nodeId = 'n1' ORDER BY id DESC LIMIT 5000;
\echo one run
\o | LC_ALL=C sort
SELECT :cols FROM RudderSysEvents WHERE 1=1 AND nodeId = 'n1' AND executionTimeStamp = :start ORDER BY executionTimeStamp ASC;
\o
\echo intervals
\o | LC_ALL=C sort
SELECT :cols FROM RudderSysEvents WHERE 1=1 AND nodeId = 'n1' AND executionTimeStamp >= :start AND executionTimeStamp < '2017-07-14 02:42:00+00' ORDER BY executionTimeStamp ASC;
SELECT :cols FROM RudderSysEvents WHERE 1=1 AND nodeId = 'n1' AND executionTimeStamp <= :start ORDER BY executionTimeStamp ASC;
SELECT :cols FROM RudderSysEvents WHERE 1=1 AND nodeId = 'n1' AND executionTimeStamp >= '2017-07-14 02:42:00+00' ORDER BY executionTimeStamp ASC;
\o
\echo first and last
SELECT executiontimestamp FROM ruddersysevents ORDER BY executionTimeStamp ASC LIMIT 1;
SELECT executiontimestamp FROM ruddersysevents ORDER BY executionTimeStamp DESC LIMIT 1;
SELECT pg_total_relation_size('ruddersysevents') >= 0;
SELECT last_value FROM serial;
\echo changes
\o | LC_ALL=C sort
SELECT id, :cols FROM RudderSysEvents WHERE 1=1 AND (eventtype='log_repaired' OR eventtype='log_warn' OR eventtype='result_error'
    OR eventtype='result_repaired' OR eventtype='audit_error' OR eventtype='audit_noncompliant') ORDER BY executiondate DESC LIMIT 100000;
\o
SELECT id, :cols FROM RudderSysEvents WHERE 1=1 ORDER BY id ASC LIMIT 1;
\o | LC_ALL=C sort
SELECT ruleid, count(*), max(id) FROM RudderSysEvents WHERE eventtype='result_repaired' AND executionTimeStamp > '2017-07-14' AND executionTimeStamp <= '2017-07-15' GROUP BY ruleid;
SELECT ruleid, executiontimestamp FROM RudderSysEvents WHERE eventtype='result_repaired' AND id >= 300 AND id <= 2000;
SELECT executiondate, ruleid, directiveid, nodeid, reportid, component, keyvalue, executiontimestamp, msg FROM RudderSysEvents WHERE 1=1 AND eventtype='result_repaired'
    AND ruleid='32377fd7-02fd-43d0-aab7-28460a913477' AND executionTimeStamp > '2017-07-14' AND executionTimeStamp <= '2017-07-15' ORDER BY executionTimeStamp ASC;
\o
\echo new rows
SELECT id, :cols FROM RudderSysEvents WHERE 1=1 AND id >= 101 AND (eventtype='report_json') ORDER BY id ASC LIMIT 1000;
SELECT id, :cols FROM RudderSysEvents WHERE 1=1 AND id >= 300 AND id <= 3000 AND (eventtype='result_repaired' OR eventtype='log_warn') ORDER BY id ASC LIMIT 1000;
\echo executions
\o | LC_ALL=C sort
SELECT nodeid, date, nodeconfigid, insertionid FROM ReportsExecution WHERE compliancecomputationdate IS NULL;
UPDATE reportsexecution SET compliancecomputationdate = now() WHERE nodeid = 'n1' AND date = :start AND nodeconfigid = 'c1';
SELECT nodeid, date, nodeconfigid, insertionid FROM ReportsExecution WHERE compliancecomputationdate IS NULL;
SELECT r.nodeid, r.date, r.nodeconfigid, r.insertionid FROM (SELECT * FROM reportsexecution WHERE (nodeid, insertionid) IN
    (SELECT nodeid, max(insertionid) FROM reportsexecution WHERE nodeid IN (VALUES ('n1'), ('n2'), ('n3')) GROUP BY nodeid)) r
    LEFT OUTER JOIN nodeconfigurations c ON r.nodeId = c.nodeid AND r.nodeconfigid = c.nodeconfigid;
\o
\echo all rows
SELECT * FROM RudderSysEvents ORDER BY id;
\echo the purge of log entries, and that of each night
DELETE FROM ruddersysevents WHERE executionTimeStamp < '2017-07-14T02:41:30.000Z' AND eventtype LIKE 'log_%';
SELECT * FROM RudderSysEvents ORDER BY id;
BEGIN;
DELETE FROM ruddersysevents WHERE executionTimeStamp < '2017-07-14 02:41:00+00';
DELETE FROM reportsexecution WHERE date < '2017-07-14 02:41:00+00';
COMMIT;
VACUUM RudderSysEvents;
VACUUM ReportsExecution;
SELECT * FROM RudderSysEvents ORDER BY id;
SELECT nodeid, date, nodeconfigid, insertionid FROM ReportsExecution ORDER BY 1, 2;
