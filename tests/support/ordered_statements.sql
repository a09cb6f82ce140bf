-- SPDX-License-Identifier: GPL-3.0-or-later
-- Statements whose text asks for an order in many ways, for tests/e2e/storage.test: the view of compact storage reads the
-- text, and the rows are to be the same whatever it is. Each prints its rows in full order, or what decides it.

\echo both directions at once
SELECT * FROM (SELECT executionTimeStamp FROM RudderSysEvents ORDER BY executionTimeStamp DESC LIMIT 1) AS newest
UNION ALL SELECT * FROM (SELECT executionTimeStamp FROM RudderSysEvents ORDER BY executionTimeStamp LIMIT 1) AS oldest;
\echo the one inside the other
SELECT count(*), sum(id), min(executionDate) FROM (SELECT * FROM RudderSysEvents ORDER BY executionTimeStamp DESC) AS events;
SELECT count(*) FROM RudderSysEvents AS a JOIN RudderSysEvents AS b USING (id) WHERE a.nodeId = 'n1'; -- order by executiontimestamp desc
\echo in words of another kind
SELECT id FROM RudderSysEvents ORDER   BY executionTimeStamp DESC, id LIMIT 50;
SELECT id FROM RudderSysEvents ORDER BY executionTimeStamp DESC, id LIMIT 50;
SELECT id FROM RudderSysEvents ORDER BY executionTimeStamp, id DESC LIMIT 50 OFFSET 1000;
SELECT id FROM RudderSysEvents ORDER BY executionTimeStamp DESC NULLS LAST, id LIMIT 50;
SELECT DISTINCT ON (executionTimeStamp) executionTimeStamp, id FROM RudderSysEvents ORDER BY executionTimeStamp DESC, id;
\echo prepared, and planned once for all
SET plan_cache_mode = force_generic_plan;
PREPARE run (text, timestamptz) AS SELECT id FROM RudderSysEvents WHERE nodeId = $1 AND executionTimeStamp >= $2
    ORDER BY executionTimeStamp DESC, id;
EXECUTE run ('n1', '2017-07-14 02:40:00+00');
EXECUTE run ('n21', '2017-07-14 02:40:00+00'); -- order by executiontimestamp desc
PREPARE counted AS SELECT count(*) FROM RudderSysEvents;
EXECUTE counted;
EXECUTE counted /* order by executiontimestamp desc */;
EXECUTE counted /* order by executiontimestamp */;
\echo in a function, and by a cursor in both directions
DO $$
DECLARE found bigint;
BEGIN
    SELECT count(*) INTO found FROM RudderSysEvents;
    RAISE INFO '% rows', found;
END $$ /* order by executiontimestamp desc */;
BEGIN;
DECLARE page SCROLL CURSOR FOR SELECT executionTimeStamp, id FROM RudderSysEvents ORDER BY executionTimeStamp DESC, id;
FETCH 30 FROM page;
FETCH BACKWARD 20 FROM page;
COMMIT;
\echo with rows that are counted or removed
BEGIN;
WITH gone AS (DELETE FROM RudderSysEvents WHERE nodeId = 'n1' RETURNING id) SELECT count(*), sum(id) FROM gone /* order by executiontimestamp desc */;
SELECT count(*), sum(id) FROM RudderSysEvents;
ROLLBACK;
SELECT max(executionTimeStamp), min(executionTimeStamp), count(DISTINCT executionTimeStamp) FROM RudderSysEvents;
