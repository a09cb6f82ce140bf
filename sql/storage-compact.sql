-- SPDX-License-Identifier: GPL-3.0-or-later
-- Switches to compact storage, in one transaction. What compact storage is:
--
-- Nearly all runs of a node repeat the one before. So the lines of a run with uninteresting event types are stored once,
-- as a list (rudder_relay.list), and each run with the same lines is one row (rudder_relay.run) that refers to it. All
-- other lines are rows of the table RudderSysEvents as before, which has moved into the schema rudder_relay. The name
-- RudderSysEvents is a view of both, which takes INSERT and DELETE.
--
-- * A run in compact storage is one row of ReportsExecution, which has its node and start, and one of rudder_relay.run.
--   (A run without its end has no row in ReportsExecution; all its lines are rows.)
-- * The places of a run's lines are those of its reports: id = first id + place. From the list's place `tail` on they
--   are shifted by `shift`, where a run has more or fewer lines than its list.
-- * `missing` has the places of the list's lines that this run has not, or not any more.
-- * `seconds` says how long after the start each report was made. Its first byte is how many bytes a place has: 0, 1, 2.
-- * A list belongs to the day on which it was first used, so that old ones can go with the runs of that day.
-- * A partition of runs holds what arrived on one day (UTC, by the database's clock). A node's clock may be wrong.
--
-- The comment of the view says how new runs are stored; a forwarder reads it in each transaction.

-- Of a database that is in it already, all that can be replaced is made again, so that an upgraded one is as a new one.

SELECT relkind = 'v' AS is_view, relkind = 'v' AND EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = to_regclass('rudder_relay.run') AND attname = 'nodeid') AS is_first_draft,
    pg_get_userbyid(relowner) AS owner, relnamespace::regnamespace AS namespace, relnamespace::regnamespace AS origin
FROM pg_class WHERE oid = 'RudderSysEvents'::regclass
\gset
\if :is_first_draft
    \ir storage-upgrade.sql
\elif :is_view
    SET LOCAL ROLE :"owner";
    \ir storage-view.sql
    \ir storage-functions.sql
    \ir storage-mark.sql
\else
    \ir storage-checks.sql
    \ir storage-create.sql
\endif
