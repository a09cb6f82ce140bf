-- SPDX-License-Identifier: GPL-3.0-or-later
-- Makes the indexes that are missing. A helping one is made here only while its table is empty: on a table with rows
-- this would hold up who writes to it for minutes, so the owner asks for it (50-helping-indexes.sql).

SELECT format('CREATE INDEX %I ON %s USING %s', name, on_table, definition)
FROM missing_index
WHERE NOT helping
   OR (to_regclass(quote_ident(name)) IS NULL
       AND NOT CASE on_table WHEN 'ReportsExecution'::regclass THEN EXISTS (SELECT FROM ReportsExecution)
                             ELSE EXISTS (SELECT FROM RudderSysEvents) END)
\gexec
