-- SPDX-License-Identifier: GPL-3.0-or-later
-- The tables of compact storage (storage-compact.sql says what is in them).

CREATE TYPE rudder_relay.line AS (
    place       integer,
    directiveId text,
    ruleId      text,
    reportId    text,
    component   text,
    keyValue    text,
    policy      text,
    msg         text
);

-- id: a digest of the lines, so that two forwarders that learn the same list agree on it. Runs refer to it by its
-- number, which is shorter. (When the numbers are used up they begin again: old lists are gone by then.)
CREATE TABLE rudder_relay.list (
    number          integer GENERATED ALWAYS AS IDENTITY (CYCLE) PRIMARY KEY,
    id              uuid NOT NULL,
    day             date NOT NULL,
    lines           smallint NOT NULL, -- how many there are, of all types
    control         rudder_relay.line[],
    result_success  rudder_relay.line[],
    result_na       rudder_relay.line[],
    audit_compliant rudder_relay.line[],
    audit_na        rudder_relay.line[],
    UNIQUE (id, day)
);
CREATE INDEX list_day ON rudder_relay.list (day);

-- No more than eight columns: with nine, each row that has all its lines is eight bytes longer.
CREATE TABLE rudder_relay.run (
    first_id bigint NOT NULL,  -- insertionId of its row in ReportsExecution, which has node and start
    list     integer NOT NULL, -- its number
    day      date NOT NULL,
    reports  smallint NOT NULL,
    tail     smallint NOT NULL,
    shift    smallint NOT NULL,
    seconds  bytea NOT NULL,
    missing  smallint[]
) PARTITION BY LIST (day);
CREATE INDEX run_first_id ON rudder_relay.run (first_id);
