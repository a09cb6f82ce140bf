-- SPDX-License-Identifier: GPL-3.0-or-later
-- The user that the forwarder connects as (:relay_user). Who applies this (a superuser, or a user with CREATEROLE that
-- owns the database) owns the tables; the relay's user only gets what 40-grants.sql says.

SELECT format('CREATE ROLE %I LOGIN', :'relay_user')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'relay_user')
\gexec

-- The password comes from the environment of sql/apply and is left alone without it. It must not end up in the server's
-- log.
\if :set_password
SELECT set_config('log_statement', 'none', true), set_config('log_min_error_statement', 'panic', true),
       set_config('log_min_duration_statement', '-1', true)
FROM pg_roles WHERE rolname = current_user AND rolsuper
\g /dev/null
SET LOCAL password_encryption = 'scram-sha-256';
ALTER ROLE :"relay_user" PASSWORD :'relay_password';
\endif
