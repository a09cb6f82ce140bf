-- SPDX-License-Identifier: GPL-3.0-or-later
-- Makes of compact storage one as an older version might have left it in a hardened database: functions that do
-- something else and that nobody may call, no triggers, tables without the rights of the view.

DROP TRIGGER insert_row ON RudderSysEvents;
CREATE OR REPLACE FUNCTION rudder_relay.highest_id() RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint';
CREATE OR REPLACE FUNCTION rudder_relay.grant_rights() RETURNS void LANGUAGE sql AS '';
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA rudder_relay FROM public, rudder, rudder_purge;
GRANT EXECUTE ON FUNCTION rudder_relay.grant_rights() TO public;
REVOKE ALL ON rudder_relay.run, rudder_relay.list FROM rudder, rudder_purge;
REVOKE USAGE ON SCHEMA rudder_relay FROM rudder_purge;
