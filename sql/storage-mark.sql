-- SPDX-License-Identifier: GPL-3.0-or-later
-- Says in the view's comment how new runs are stored: compact or plain (:storage).

SELECT format('SET LOCAL ROLE %I', pg_get_userbyid(relowner)) FROM pg_class WHERE oid = 'RudderSysEvents'::regclass
\gexec
SELECT format('COMMENT ON VIEW RudderSysEvents IS %L', 'rudder-relay storage: ' || :'storage')
\gexec
