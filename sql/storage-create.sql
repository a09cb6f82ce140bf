-- SPDX-License-Identifier: GPL-3.0-or-later
-- Makes all of compact storage, as the tables' :owner; the table RudderSysEvents moves into it from the schema :origin.

CREATE SCHEMA rudder_relay AUTHORIZATION :"owner";
SET LOCAL ROLE :"owner";
\ir storage-tables.sql
ALTER TABLE :origin.RudderSysEvents SET SCHEMA rudder_relay;
\ir storage-view.sql
\ir storage-functions.sql
SELECT rudder_relay.add_days(7)
\g /dev/null
\ir storage-mark.sql
