/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * inventory_xml: what root must know of an inventory before anybody has checked it: whose it is, and which certificate
 * it brings.
 *
 * Source: inventories of Rudder's agents, 6.0 to 9. The node id is REQUEST/RUDDER/UUID or REQUEST/CONTENT/RUDDER/UUID,
 * the node's certificate in PEM is RUDDER/AGENT/AGENT_CERT. Exactly one element may be called RUDDER, and it has
 * exactly one UUID: so no two readers can take the inventory for different nodes'.
 *
 * The reader is expat's. A document type is refused, and with it all entities but the five of XML; nothing is fetched
 * from anywhere. Limits: INVENTORY_XML_DEPTH, INVENTORY_XML_CERTIFICATE; the caller's on the size of the whole.
 */
#pragma once

#include <stdbool.h>

#include "relay/node_id.h"
#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"

enum {
    INVENTORY_XML_DEPTH = 64,            /* elements in each other */
    INVENTORY_XML_CERTIFICATE = 1 << 16, /* bytes of PEM */
};

/* Zeroed at first. certificate belongs to whoever has the object, who frees it. */
struct inventory_xml {
    char node_id[NODE_ID_SIZE];
    struct buffer certificate;   /* the first one, without white space around it; empty: there is none */
    bool different_certificates; /* there are others that are not the same */
};

/* False with the reason when it is no XML, or not as above. */
bool inventory_xml_read(struct inventory_xml *inventory, struct slice text, struct err *err);
