-- SPDX-License-Identifier: GPL-3.0-or-later
-- Source: PROTOCOL.md section 7. The web application reads these tables: names and types are fixed. What exists stays as it
-- is.

CREATE SEQUENCE IF NOT EXISTS serial START 101;

CREATE TABLE IF NOT EXISTS RudderSysEvents (
    id                 bigint PRIMARY KEY DEFAULT nextval('serial'),
    executionDate      timestamptz NOT NULL,
    nodeId             text NOT NULL CHECK (nodeId <> ''),
    directiveId        text NOT NULL CHECK (directiveId <> ''),
    ruleId             text NOT NULL CHECK (ruleId <> ''),
    reportId           text NOT NULL CHECK (reportId <> ''),
    component          text NOT NULL CHECK (component <> ''),
    keyValue           text,
    executionTimeStamp timestamptz NOT NULL,
    eventType          text,
    policy             text,
    msg                text
);

CREATE TABLE IF NOT EXISTS ReportsExecution (
    nodeId                    text,
    date                      timestamptz,
    nodeConfigId              text,
    insertionId               bigint,
    insertionDate             timestamptz DEFAULT now(),
    complianceComputationDate timestamptz,
    PRIMARY KEY (nodeId, date)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
