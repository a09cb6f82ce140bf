-- SPDX-License-Identifier: GPL-3.0-or-later
-- All that the forwarder may do: add reports, and look which are there. It cannot change or remove any. And all that the
-- user of the purge may do: look, and remove.
-- (The first two everybody has by default; a hardened server has taken them away.)

SELECT format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), name),
       format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), name)
FROM (VALUES (:'relay_user'), (:'purge_user')) AS given (name) WHERE name <> ''
\gexec
SELECT format('GRANT SELECT, DELETE ON RudderSysEvents, ReportsExecution TO %I', :'purge_user')
WHERE :'purge_user' <> ''
\gexec
GRANT INSERT, SELECT ON RudderSysEvents, ReportsExecution TO :"relay_user";
GRANT USAGE ON SEQUENCE serial TO :"relay_user";

-- Compact storage has tables behind the view, with the same rights.
SELECT 'DO $$ BEGIN PERFORM rudder_relay.grant_rights(); END $$'
WHERE to_regclass('rudder_relay.run') IS NOT NULL
\gexec

-- The web application's own user owns the tables that it made, and an owner may do anything.
SELECT format('DO %L', format('BEGIN RAISE WARNING USING MESSAGE = %L; END',
              format('user %s owns the tables and may change them; RUDDER_DB_USER gives the relay a user of its own',
                     :'relay_user')))
FROM pg_class WHERE oid = 'RudderSysEvents'::regclass AND pg_get_userbyid(relowner) = :'relay_user'
\gexec
