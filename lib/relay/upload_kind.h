/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * upload_kind: the kinds of files that nodes upload, and what the programs of a relay need to know about each; and one
 * more that has a spool of its own.
 *
 * Source: PROTOCOL.md sections 1, 8 and 16. A new kind is a new line in this table. Code that needs a list of the kinds
 * loops over enum relay_kind.
 */
#pragma once

#include <stdbool.h>

#include "relay/relay_config.h"

/* An inventory in a message (inventory_name.h) is of a kind of its own only where processing.inventory.smime is set.
 * Elsewhere it passes like any other inventory. */
enum relay_kind {
    RELAY_KIND_REPORT,
    RELAY_KIND_INVENTORY,
    RELAY_KIND_INVENTORY_UPDATE,
    RELAY_KIND_MESSAGE,
    RELAY_KIND_MESSAGE_UPDATE,
    RELAY_UPLOAD_KINDS,
    RELAY_KIND_SYSLOG = RELAY_UPLOAD_KINDS, /* run logs that rudder-relay-syslog gathered: nobody uploads them */
    RELAY_KINDS
};

struct upload_kind {
    const char *incoming;  /* name of the incoming directory, below the directory of the spool */
    const char *url_path;  /* of the endpoint that takes them, with a slash at both ends; "": none; the name follows */
    const char *plural;    /* key in the JSON of the queue */
    const char *title;     /* the plural for people, as in a heading */
    bool default_password; /* sent with the default password: the node is not accepted yet, so it has no other */
};

const struct upload_kind *upload_kind(enum relay_kind kind);

/* The value of the metrics' label "kind". A separate array, because the table of the metrics points to all values at
 * once. */
extern const char *const upload_kind_labels[RELAY_UPLOAD_KINDS];

/* The spool's directory: incoming and failed are below it. Belongs to the configuration. */
const char *upload_kind_directory(enum relay_kind kind, const struct relay_config *config);

/* Is it a run log? */
bool upload_kind_is_run(enum relay_kind kind);

/* What the forwarder does with files of this kind. */
enum relay_output upload_kind_output(enum relay_kind kind, const struct relay_config *config);

/* Are there files of this kind in this configuration? Otherwise it has no directory either. */
bool upload_kind_used(enum relay_kind kind, const struct relay_config *config);

/* What becomes of a message of this kind once it is unpacked. */
enum relay_kind upload_kind_unpacked(enum relay_kind message);
