-- SPDX-License-Identifier: GPL-3.0-or-later
-- For `apply --add-indexes`: makes the helping indexes while others write to the tables. PostgreSQL does that outside of
-- any transaction, and when it fails or is interrupted an index stays that is not valid: it costs and helps nobody. So
-- the next attempt removes it first. Two attempts at the same time would take each other's index for such a one; the
-- lock is only tried, since a session that waits for it would in turn be waited for by CREATE INDEX CONCURRENTLY.
-- Other kinds of tables (a view, partitions) have no such indexes.

SET client_min_messages = warning;
SET quote_all_identifiers = off;
SET statement_timeout = 0;
SELECT 'DO $$ BEGIN RAISE ''indexes are being added already, by another session''; END $$'
WHERE NOT pg_try_advisory_lock(hashtext('rudder-relay sql/apply --add-indexes'))
\gexec
\ir 25-missing-indexes.sql

SELECT format('DROP INDEX CONCURRENTLY %s', indexrelid::regclass)
FROM missing_index JOIN pg_class ON relname = name JOIN pg_index ON indexrelid = pg_class.oid AND indrelid = on_table
WHERE helping AND NOT indisvalid
\gexec
SELECT format('CREATE INDEX CONCURRENTLY %I ON %s USING %s', name, on_table, definition)
FROM missing_index JOIN pg_class ON pg_class.oid = on_table
WHERE helping AND relkind = 'r'
\gexec
