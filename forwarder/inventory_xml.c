/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory_xml.h"

#include <expat.h>
#include <string.h>

#include "config.h"

/* expat gets the text at once: with pieces it would begin anew with a long token at each of them. It takes an int, and
 * needs room for as much again. */
enum { TEXT_MAX = 1 << 30 };

/* RUDDER stands in REQUEST or in REQUEST/CONTENT. */
enum { RUDDER_DEPTH_MIN = 2, RUDDER_DEPTH_MAX = 3 };

enum { TEXT_NONE, TEXT_NODE_ID, TEXT_CERTIFICATE };

struct xml_reading {
    struct inventory_xml *inventory;
    XML_Parser parser;
    int depth;           /* of the element that is open */
    int rudder_depth;    /* of RUDDER while it is open, else 0 */
    bool rudder_seen;    /* it is open, or was */
    bool in_agent;       /* the element in RUDDER that was opened last is AGENT */
    int text;            /* TEXT_*: what the open element is */
    struct buffer value; /* its text */
    struct err *err;
    bool refused; /* err is set */
};

/* Since expat 2.9 the one name has 64 bits, and the other gives a warning. */
static unsigned long long current_line(XML_Parser parser)
{
#if HAVE_DECL_XML_GETCURRENTLINENUMBER64
    return XML_GetCurrentLineNumber64(parser);
#else
    return XML_GetCurrentLineNumber(parser);
#endif
}

static void refuse_xml(struct xml_reading *reading, const char *reason)
{
    if (!reading->refused) {
        reading->refused = true;
        err_set(reading->err, "the inventory, line %llu: %s", current_line(reading->parser), reason);
        XML_StopParser(reading->parser, XML_FALSE);
    }
}

static void open_rudder(struct xml_reading *reading)
{
    if (reading->rudder_seen) {
        refuse_xml(reading, "a second element RUDDER");
    } else if (reading->depth < RUDDER_DEPTH_MIN || reading->depth > RUDDER_DEPTH_MAX) {
        refuse_xml(reading, "RUDDER is neither in REQUEST nor in REQUEST/CONTENT");
    }
    reading->rudder_seen = true;
    reading->rudder_depth = reading->depth;
}

/* An element in RUDDER, at this depth below it. */
static void open_in_rudder(struct xml_reading *reading, const char *name, int below)
{
    if (below == 1 && strcmp(name, "UUID") == 0) {
        reading->text = TEXT_NODE_ID;
    } else if (below == 1) {
        reading->in_agent = strcmp(name, "AGENT") == 0;
    } else if (below == 2 && reading->in_agent && strcmp(name, "AGENT_CERT") == 0) {
        reading->text = TEXT_CERTIFICATE;
    }
    buffer_clear(&reading->value);
}

static void XMLCALL open_element(void *context, const XML_Char *name, const XML_Char **attributes)
{
    (void)attributes;
    struct xml_reading *reading = context;
    if (reading->refused) {
        return; /* expat may still call for what it has read already */
    }
    reading->depth++;
    if (reading->depth > INVENTORY_XML_DEPTH) {
        refuse_xml(reading, "too many elements in each other");
    } else if (reading->text != TEXT_NONE) {
        refuse_xml(reading, "an element in UUID or AGENT_CERT");
    } else if (strcmp(name, "RUDDER") == 0) {
        open_rudder(reading);
    } else if (reading->rudder_depth > 0) {
        open_in_rudder(reading, name, reading->depth - reading->rudder_depth);
    }
}

static struct slice value_trimmed(const struct buffer *value)
{
    static const char white[] = " \t\r\n";
    struct slice text = buffer_slice(value);
    slice_skip(&text, white);
    while (text.len > 0 && memchr(white, text.at[text.len - 1], sizeof white - 1) != NULL) {
        text.len--;
    }
    return text;
}

static void xml_take_node_id(struct xml_reading *reading, struct slice id)
{
    if (reading->inventory->node_id[0] != '\0') {
        refuse_xml(reading, "a second UUID in RUDDER");
    } else if (!node_id_valid(id.at, id.len)) {
        refuse_xml(reading, "the UUID in RUDDER is not a node id");
    } else {
        memcpy(reading->inventory->node_id, id.at, id.len);
    }
}

static void xml_take_certificate(struct inventory_xml *inventory, struct slice certificate)
{
    if (certificate.len == 0) {
        return;
    }
    if (inventory->certificate.len == 0) {
        buffer_add(&inventory->certificate, certificate.at, certificate.len);
    } else if (!slice_eq(buffer_slice(&inventory->certificate), certificate)) {
        inventory->different_certificates = true;
    }
}

static void XMLCALL close_element(void *context, const XML_Char *name)
{
    (void)name;
    struct xml_reading *reading = context;
    if (reading->refused) {
        return;
    }
    if (reading->text == TEXT_NODE_ID) {
        xml_take_node_id(reading, value_trimmed(&reading->value));
    } else if (reading->text == TEXT_CERTIFICATE) {
        xml_take_certificate(reading->inventory, value_trimmed(&reading->value));
    }
    reading->text = TEXT_NONE;
    if (reading->depth == reading->rudder_depth) {
        reading->rudder_depth = 0;
    }
    reading->depth--;
}

static void XMLCALL xml_take_text(void *context, const XML_Char *text, int len)
{
    struct xml_reading *reading = context;
    if (reading->refused || reading->text == TEXT_NONE) {
        return;
    }
    if (reading->value.len + (size_t)len > INVENTORY_XML_CERTIFICATE) {
        refuse_xml(reading, "UUID or AGENT_CERT is too long");
    } else {
        buffer_add(&reading->value, text, (size_t)len);
    }
}

static void XMLCALL open_doctype(void *context, const XML_Char *name, const XML_Char *system, const XML_Char *public,
                                 int has_internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_internal;
    refuse_xml(context, "a document type, which no inventory has");
}

bool inventory_xml_read(struct inventory_xml *inventory, struct slice text, struct err *err)
{
    struct xml_reading reading = {.inventory = inventory, .parser = XML_ParserCreate(NULL), .err = err};
    memset(inventory->node_id, 0, sizeof inventory->node_id);
    buffer_clear(&inventory->certificate);
    inventory->different_certificates = false;
    if (reading.parser == NULL || text.len > TEXT_MAX) {
        XML_ParserFree(reading.parser);
        return err_set(err, "the inventory is too large to be read");
    }
    XML_SetUserData(reading.parser, &reading);
    XML_SetElementHandler(reading.parser, open_element, close_element);
    XML_SetCharacterDataHandler(reading.parser, xml_take_text);
    XML_SetStartDoctypeDeclHandler(reading.parser, open_doctype);
    if (XML_Parse(reading.parser, text.at, (int)text.len, XML_TRUE) != XML_STATUS_OK) {
        refuse_xml(&reading, XML_ErrorString(XML_GetErrorCode(reading.parser)));
    }
    bool good = !reading.refused;
    if (good && inventory->node_id[0] == '\0') {
        good = err_set(err, "the inventory does not say whose it is: there is no UUID in RUDDER");
    }
    XML_ParserFree(reading.parser);
    buffer_free(&reading.value);
    return good;
}
