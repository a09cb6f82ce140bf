/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog_json: prints a run log as JSON, for people and for tests: {"info": {"node_id", "timestamp"}, "config_id": text
 * or null, "reports": [{"start_datetime", "rule_id", "directive_id", "component", "key_value", "event_type", "msg",
 * "policy", "node_id", "execution_datetime", "report_id"}]}, indented by two spaces.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "relay/runlog.h"

/* False when out could not be written. */
bool runlog_json_print(const struct runlog *runlog, FILE *out);
