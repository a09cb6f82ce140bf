-- SPDX-License-Identifier: GPL-3.0-or-later
-- All that the forwarder may do: add reports, and look which are there. It cannot change or remove any.
-- (The first two everybody has by default; a hardened server has taken them away.)

SELECT format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), :'relay_user')
\gexec
SELECT format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), :'relay_user')
\gexec
GRANT INSERT, SELECT ON RudderSysEvents, ReportsExecution TO :"relay_user";
GRANT USAGE ON SEQUENCE serial TO :"relay_user";
