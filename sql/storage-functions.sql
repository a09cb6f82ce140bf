-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the view and the relay's programs call. Those with SECURITY DEFINER act with the rights of the tables' owner and
-- name everything in full.

-- The view takes rows from whoever may insert into it, such as the original relay.
CREATE OR REPLACE FUNCTION rudder_relay.insert_row() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO rudder_relay.RudderSysEvents (id, executionDate, nodeId, directiveId, ruleId, reportId, component,
        keyValue, executionTimeStamp, eventType, policy, msg)
    VALUES (NEW.id, NEW.executionDate, NEW.nodeId, NEW.directiveId, NEW.ruleId, NEW.reportId, NEW.component,
        NEW.keyValue, NEW.executionTimeStamp, NEW.eventType, NEW.policy, NEW.msg);
    RETURN NEW;
END $$;

-- The place in its list of what is at this place in the run; NULL if the list has nothing there.
CREATE OR REPLACE FUNCTION rudder_relay.place_in_list(place bigint, tail smallint, shift smallint) RETURNS smallint
    LANGUAGE sql IMMUTABLE AS $$
    SELECT (CASE WHEN place - shift >= tail THEN place - shift WHEN place < tail THEN place END)::smallint
$$;

-- A row of its own goes; a shared line is marked as missing from its run, and the run goes with its last one. (The ids of
-- a run are those from its first id on, as many as its reports.) If there is no such run, or the list has no such line,
-- another session was faster.
CREATE OR REPLACE FUNCTION rudder_relay.delete_row() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    its_run rudder_relay.run;
    its_place smallint;
    lines_of_list smallint;
BEGIN
    DELETE FROM rudder_relay.RudderSysEvents WHERE id = OLD.id;
    IF FOUND THEN
        RETURN OLD;
    END IF;
    SELECT * INTO its_run FROM rudder_relay.run
    WHERE first_id = (SELECT max(first_id) FROM rudder_relay.run WHERE first_id <= OLD.id)
        AND OLD.id - first_id < reports FOR UPDATE;
    its_place := rudder_relay.place_in_list(OLD.id - its_run.first_id, its_run.tail, its_run.shift);
    SELECT lines INTO lines_of_list FROM rudder_relay.list
    WHERE number = its_run.list AND its_place <> ALL (coalesce(its_run.missing, '{}')) AND EXISTS (
        SELECT FROM unnest(control || result_success || result_na || audit_compliant || audit_na) AS line
        WHERE place = its_place);
    IF NOT FOUND THEN
        RETURN NULL;
    ELSIF cardinality(its_run.missing) = lines_of_list - 1 OR lines_of_list = 1 THEN
        DELETE FROM rudder_relay.run WHERE first_id = its_run.first_id;
    ELSE
        UPDATE rudder_relay.run SET missing = array_append(missing, its_place) WHERE first_id = its_run.first_id;
    END IF;
    RETURN OLD;
END $$;

SELECT format('CREATE TRIGGER %1$s_row INSTEAD OF %1$s ON RudderSysEvents FOR EACH ROW EXECUTE PROCEDURE'
              ' rudder_relay.%1$s_row()', event)
FROM (VALUES ('insert'), ('delete')) AS wanted (event)
WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'RudderSysEvents'::regclass AND tgname = event || '_row')
\gexec

-- The settings keep its plan: the indexes from the first row on, and one plan for all callers, whatever their search_path.
CREATE OR REPLACE FUNCTION rudder_relay.highest_id() RETURNS bigint
    LANGUAGE plpgsql STABLE SET enable_seqscan = off SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN greatest((SELECT max(id) FROM rudder_relay.RudderSysEvents),
                    (SELECT first_id + reports - 1 FROM rudder_relay.run ORDER BY first_id DESC LIMIT 1));
END $$;

-- Are there rows of runs of these nodes and starts? It is asked for each batch, and seldom true. OFFSET keeps the planner
-- from joins that read a whole table, and the setting from reading it for each run, which statistics of a table's first
-- rows make it do (lib/relay/report_db_lookup.c has more).
CREATE OR REPLACE FUNCTION rudder_relay.has_any(nodes text[], starts timestamptz[]) RETURNS boolean
    LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
BEGIN
    RETURN EXISTS (SELECT FROM unnest(nodes, starts) AS given (node, start)
        WHERE EXISTS (SELECT FROM ReportsExecution WHERE nodeId = node AND date = start OFFSET 0)
            OR EXISTS (SELECT FROM rudder_relay.RudderSysEvents WHERE nodeId = node AND executionTimeStamp = start OFFSET 0));
END $$;
CREATE OR REPLACE FUNCTION rudder_relay.has_run(node text, began timestamptz) RETURNS boolean
    LANGUAGE sql STABLE AS 'SELECT rudder_relay.has_any(ARRAY[node], ARRAY[began])';

-- Advances the sequence to an id, if it is not there yet, and never beyond the last row. A forwarder has committed all up
-- to it and holds the lock of those who advance. (To draw each id by nextval was a quarter of all that a batch cost.)
SELECT format('DO %L', 'BEGIN RAISE ''the owner of RudderSysEvents may not set the sequence serial''; END')
WHERE NOT has_sequence_privilege('serial', 'UPDATE')
\gexec
SELECT format($function$
CREATE OR REPLACE FUNCTION rudder_relay.advance_serial(last bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    target bigint := least(last, coalesce(rudder_relay.highest_id(), 0));
BEGIN
    IF target > coalesce(pg_sequence_last_value(%1$L), (pg_sequence_parameters(%1$L::regclass)).start_value - 1) THEN
        PERFORM setval(%1$L, target);
    END IF;
END $$$function$, (SELECT quote_ident(nspname) || '.serial' FROM pg_class JOIN pg_namespace ON relnamespace = pg_namespace.oid
                   WHERE pg_class.oid = 'serial'::regclass))
\gexec

-- Makes the partitions of today and of so many days ahead. (ATTACH holds up neither readers nor writers.)
CREATE OR REPLACE FUNCTION rudder_relay.add_days(ahead integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    wanted date;
    name text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('rudder-relay storage'));
    FOR i IN 0 .. least(ahead, 31) LOOP
        wanted := (now() AT TIME ZONE 'UTC')::date + i;
        name := 'run_' || to_char(wanted, 'YYYYMMDD');
        IF to_regclass('rudder_relay.' || name) IS NULL THEN
            EXECUTE format('CREATE TABLE rudder_relay.%I (LIKE rudder_relay.run INCLUDING DEFAULTS)', name);
            EXECUTE format('ALTER TABLE rudder_relay.run ATTACH PARTITION rudder_relay.%I FOR VALUES IN (%L)',
                name, to_char(wanted, 'YYYY-MM-DD')); -- what datestyle makes of a date it may not take
        END IF;
    END LOOP;
END $$;

-- Removes all runs that arrived on a day before today, unless readers keep it waiting for longer than lock_timeout.
CREATE OR REPLACE FUNCTION rudder_relay.drop_day(old date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF old >= (now() AT TIME ZONE 'UTC')::date THEN
        RAISE 'the runs of % are not old', old;
    END IF;
    EXECUTE format('DROP TABLE rudder_relay.%I', 'run_' || to_char(old, 'YYYYMMDD'));
END $$;

-- Gives each user of the view the rights that it has on the table: who may insert may store runs, who may delete may
-- purge. (A grantee 0 is everybody.)
CREATE OR REPLACE FUNCTION rudder_relay.grant_rights() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    given record;
BEGIN
    FOR given IN SELECT DISTINCT CASE grantee WHEN 0 THEN 'public' ELSE grantee::regrole::text END AS name,
            privilege_type AS privilege FROM pg_class, aclexplode(relacl)
        WHERE oid IN ('rudder_relay.RudderSysEvents'::regclass, 'RudderSysEvents'::regclass)
            AND grantee <> relowner AND privilege_type IN ('SELECT', 'INSERT', 'DELETE')
    LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA rudder_relay TO %s', given.name);
        EXECUTE format('GRANT %s ON RudderSysEvents, rudder_relay.RudderSysEvents, rudder_relay.run, rudder_relay.list'
            ' TO %s', given.privilege, given.name);
        IF given.privilege <> 'SELECT' THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION rudder_relay.add_days(integer) TO %s', given.name);
        END IF;
        IF given.privilege = 'INSERT' THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION rudder_relay.advance_serial(bigint) TO %s', given.name);
        END IF;
        IF given.privilege = 'DELETE' THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION rudder_relay.drop_day(date) TO %s', given.name);
        END IF;
    END LOOP;
END $$;

-- A new function is everybody's, or nobody's where the default was changed. Those that readers and writers call are
-- everybody's.
SELECT format(CASE WHEN proname IN ('add_days', 'advance_serial', 'drop_day', 'grant_rights')
                   THEN 'REVOKE ALL ON FUNCTION %s FROM public'
                   ELSE 'GRANT EXECUTE ON FUNCTION %s TO public' END, oid::regprocedure)
FROM pg_proc WHERE pronamespace = 'rudder_relay'::regnamespace
\gexec
SELECT rudder_relay.grant_rights()
\g /dev/null
