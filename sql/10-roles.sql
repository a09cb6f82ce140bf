-- SPDX-License-Identifier: GPL-3.0-or-later
-- The user that the forwarder connects as (:relay_user) and, if it is asked for, the one of `rudder-relay purge`
-- (:purge_user). Who applies this (a superuser, or a user with CREATEROLE that owns the database) owns the tables; these
-- users only get what 40-grants.sql says.

SELECT format('CREATE ROLE %I LOGIN', name) FROM (VALUES (:'relay_user'), (:'purge_user')) AS wanted (name)
WHERE name <> '' AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

-- Passwords come from the environment of sql/apply. Without one, that of the user is left alone. They must not end up in
-- the server's log.
SELECT set_config('log_statement', 'none', true), set_config('log_min_error_statement', 'panic', true),
       set_config('log_min_duration_statement', '-1', true)
FROM pg_roles WHERE rolname = current_user AND rolsuper
\g /dev/null
SET LOCAL password_encryption = 'scram-sha-256';
SELECT format('ALTER ROLE %I PASSWORD %L', name, password)
FROM (VALUES (:'relay_user', :'relay_password'), (:'purge_user', :'purge_password')) AS given (name, password)
WHERE name <> '' AND password <> ''
\gexec
