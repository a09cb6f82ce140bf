-- SPDX-License-Identifier: GPL-3.0-or-later
-- What keeps a table from being switched to compact storage: a shared line is no row of it, so nothing else may hang on
-- its rows. And the view reads ReportsExecution.

SELECT format('DO %L', format('BEGIN RAISE USING MESSAGE = %L; END', 'RudderSysEvents ' || complaint))
FROM pg_class, LATERAL (
    VALUES (1, relkind <> 'r', 'is neither an ordinary table nor a view of the relay''s'),
        (2, relpersistence <> 'p', 'is not a permanent table'),
        (3, EXISTS (SELECT FROM pg_rewrite WHERE ev_class = pg_class.oid), 'has rules'), -- relhasrules stays after the last
        (4, EXISTS (SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid AND NOT tgisinternal), 'has triggers'),
        (5, relrowsecurity, 'has row security policies'),
        (6, EXISTS (SELECT FROM pg_inherits WHERE pg_class.oid IN (inhrelid, inhparent)), 'inherits or is inherited from'),
        (7, EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND pg_class.oid IN (conrelid, confrelid)),
            'has foreign keys'),
        (8, EXISTS (SELECT FROM pg_depend JOIN pg_rewrite ON pg_rewrite.oid = objid
                    WHERE classid = 'pg_rewrite'::regclass AND refobjid = pg_class.oid), 'is used by a view'),
        -- as one of some tables, of its schema, or of all: a subscriber lacks the tables that it would get
        (9, EXISTS (SELECT FROM pg_publication_tables WHERE tablename = relname
                    AND schemaname = (SELECT nspname FROM pg_namespace WHERE pg_namespace.oid = relnamespace)), 'is published'),
        (10, (SELECT array_agg(attname || ' ' || format_type(atttypid, NULL) ORDER BY attname) FROM pg_attribute
              WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped)::text <>
             '{"component text","directiveid text","eventtype text","executiondate timestamp with time zone",'
             '"executiontimestamp timestamp with time zone","id bigint","keyvalue text","msg text","nodeid text",'
             '"policy text","reportid text","ruleid text"}', 'has other columns than the web application makes')
) AS complaints (no, met, complaint)
WHERE pg_class.oid = 'RudderSysEvents'::regclass AND met
ORDER BY no LIMIT 1
\gexec
SELECT format('DO %L', format('BEGIN RAISE USING MESSAGE = %L; END', 'ReportsExecution ' || complaint))
FROM pg_class, LATERAL (
    VALUES (1, NOT has_table_privilege(:'owner', to_regclass('ReportsExecution'), 'SELECT'),
            'may not be read by the owner of RudderSysEvents'),
        (2, (SELECT array_agg(attname || ' ' || format_type(atttypid, NULL) ORDER BY attname) FROM pg_attribute
             WHERE attrelid = to_regclass('ReportsExecution') AND attname IN ('date', 'insertionid', 'nodeid'))::text
            IS DISTINCT FROM '{"date timestamp with time zone","insertionid bigint","nodeid text"}',
            'is missing, or has other columns than the web application makes')
) AS complaints (no, met, complaint)
WHERE pg_class.oid = 'RudderSysEvents'::regclass AND met
ORDER BY no DESC LIMIT 1
\gexec
