/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder/inventory_xml.h"
#include "support/suite.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define AGENT(certificate) "<AGENT><AGENT_NAME>a</AGENT_NAME><AGENT_CERT>" certificate "</AGENT_CERT></AGENT>"
#define RUDDER(certificate, id) "<RUDDER>" AGENT(certificate) "<HOSTNAME>h</HOSTNAME><UUID>" id "</UUID></RUDDER>"

static struct inventory_xml inventory;

static void read_inventory(const char *text, const char *id, const char *certificate)
{
    struct err err = {0};
    ck_assert_msg(inventory_xml_read(&inventory, slice_from_str(text), &err), "%s", err.text);
    ck_assert_str_eq(inventory.node_id, id);
    ck_assert_msg(slice_eq_str(buffer_slice(&inventory.certificate), certificate), "%.*s",
                  (int)inventory.certificate.len, inventory.certificate.at);
}

static void refuse_slice(struct slice text, const char *reason)
{
    struct err err = {0};
    ck_assert(!inventory_xml_read(&inventory, text, &err));
    ck_assert_msg(strstr(err.text, reason) != NULL, "'%s' instead of '%s'", err.text, reason);
}

static void refuse_inventory(const char *text, const char *reason)
{
    refuse_slice(slice_from_str(text), reason);
}

START_TEST(whose_it_is_and_its_certificate_are_found)
{
    read_inventory(HEAD "<REQUEST><CONTENT><HARDWARE><UUID>4C4C</UUID></HARDWARE></CONTENT>" RUDDER("PEM", "n1")
                   "<QUERY>INVENTORY</QUERY></REQUEST>", "n1", "PEM");
    read_inventory("<REQUEST><CONTENT>" RUDDER("\n a\n b \n", " n2\n") "</CONTENT></REQUEST>", "n2", "a\n b");
    read_inventory("<REQUEST>" RUDDER("<![CDATA[a]]>&amp;b", "root") "</REQUEST>", "root", "a&b");
    read_inventory("<REQUEST><RUDDER><UUID>n1</UUID></RUDDER></REQUEST>", "n1", "");
    read_inventory("<REQUEST>" RUDDER("", "n1") "</REQUEST>", "n1", "");
    ck_assert(!inventory.different_certificates);
}
END_TEST

START_TEST(two_agents_may_bring_the_same_certificate)
{
    read_inventory("<REQUEST><RUDDER>" AGENT("a") AGENT(" a ") "<UUID>n1</UUID></RUDDER></REQUEST>", "n1", "a");
    ck_assert(!inventory.different_certificates);
    read_inventory("<REQUEST><RUDDER>" AGENT("a") AGENT("b") "<UUID>n1</UUID></RUDDER></REQUEST>", "n1", "a");
    ck_assert(inventory.different_certificates);
}
END_TEST

START_TEST(elements_elsewhere_do_not_count)
{
    read_inventory("<REQUEST><UUID>x</UUID><CONTENT><AGENT><AGENT_CERT>x</AGENT_CERT></AGENT><UUID>x</UUID></CONTENT>"
                   "<RUDDER><AGENT_CERT>x</AGENT_CERT><OTHER><AGENT_CERT>x</AGENT_CERT><UUID>x</UUID></OTHER>"
                   "<AGENT><UUID>x</UUID><A><AGENT_CERT>x</AGENT_CERT></A></AGENT>"
                   "<UUID>n1</UUID></RUDDER></REQUEST>", "n1", "");
}
END_TEST

START_TEST(no_two_readers_take_it_for_different_nodes)
{
    refuse_inventory("<REQUEST>" RUDDER("", "n1") RUDDER("", "n2") "</REQUEST>", "a second element RUDDER");
    refuse_inventory("<REQUEST>" RUDDER("", "n1") "<CONTENT><A><RUDDER/></A></CONTENT></REQUEST>", "a second element");
    refuse_inventory("<REQUEST><RUDDER><A><RUDDER/></A></RUDDER></REQUEST>", "a second element RUDDER");
    refuse_inventory("<REQUEST><RUDDER><UUID>n1</UUID><UUID>n1</UUID></RUDDER></REQUEST>", "a second UUID");
    refuse_inventory("<REQUEST><RUDDER><UUID>n<b/>1</UUID></RUDDER></REQUEST>", "an element in UUID");
    refuse_inventory("<REQUEST><A><B>" RUDDER("", "n1") "</B></A></REQUEST>", "neither in REQUEST nor");
    refuse_inventory("<RUDDER><UUID>n1</UUID></RUDDER>", "neither in REQUEST nor");
    refuse_inventory("<REQUEST/>", "does not say whose it is");
    refuse_inventory("<REQUEST><RUDDER/></REQUEST>", "does not say whose it is");
    refuse_inventory("<REQUEST><RUDDER><UUID/></RUDDER></REQUEST>", "is not a node id");
    refuse_inventory("<REQUEST><RUDDER><UUID>../x</UUID></RUDDER></REQUEST>", "is not a node id");
}
END_TEST

START_TEST(what_is_no_xml_is_refused)
{
    refuse_inventory("", "no element found");
    refuse_inventory("nonsense", "line 1: syntax error");
    refuse_inventory("<REQUEST>" RUDDER("", "n1"), "no element found");
    refuse_inventory("<REQUEST>" RUDDER("", "n1") "</REQUEST><REQUEST/>", "junk after document element");
    refuse_inventory("<REQUEST>\n" RUDDER("", "n1") "\xff</REQUEST>", "line 2: not well-formed");
    refuse_slice((struct slice){"<REQUEST>\0</REQUEST>", 20}, "not well-formed");
    refuse_inventory("<?xml version=\"1.0\" encoding=\"x\"?><REQUEST/>", "unknown encoding");
}
END_TEST

START_TEST(there_is_no_document_type_and_no_entity)
{
    refuse_inventory("<!DOCTYPE REQUEST><REQUEST>" RUDDER("", "n1") "</REQUEST>", "a document type");
    refuse_inventory("<!DOCTYPE r [<!ENTITY a \"b\">]><REQUEST>" RUDDER("", "&a;") "</REQUEST>", "a document type");
    refuse_inventory("<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><REQUEST/>", "a document type");
    refuse_inventory("<REQUEST>" RUDDER("", "&a;") "</REQUEST>", "undefined entity");
}
END_TEST

START_TEST(it_has_limits)
{
    struct buffer text = {0};
    buffer_add_text(&text, "<REQUEST>" "<RUDDER><UUID>n1</UUID></RUDDER>");
    for (int i = 0; i < 1000000; i++) {
        buffer_add_text(&text, "<A>");
    }
    refuse_slice(buffer_slice(&text), "too many elements in each other");
    buffer_clear(&text);
    buffer_add_text(&text, "<REQUEST><RUDDER><AGENT><AGENT_CERT>");
    for (int i = 0; i <= INVENTORY_XML_CERTIFICATE; i++) {
        buffer_add_text(&text, "a");
    }
    refuse_slice(buffer_slice(&text), "too long");
    buffer_free(&text);
}
END_TEST

SUITE_MAIN("inventory_xml", whose_it_is_and_its_certificate_are_found, two_agents_may_bring_the_same_certificate,
           elements_elsewhere_do_not_count, no_two_readers_take_it_for_different_nodes, what_is_no_xml_is_refused,
           there_is_no_document_type_and_no_entity, it_has_limits)
