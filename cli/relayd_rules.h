/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * relayd_rules: the table of relayd's keys, and what becomes of each. Part of relayd_import; no other module includes
 * it.
 */
#pragma once

#include <stdbool.h>

enum relayd_action {
    RELAYD_CARRY,      /* over to the key `to`; a value that does not fit there is told */
    RELAYD_NEED,       /* the same, but a value that does not fit is an error */
    RELAYD_URL,        /* the database's URL, without its password */
    RELAYD_PASSWORD,   /* into a file */
    RELAYD_TEMPLATE,   /* left out: root's template always writes it */
    RELAYD_RETENTION,  /* carried over if it is longer than our default; a value that does not fit is told */
    RELAYD_LEVEL,      /* logging: one of the levels is unknown here */
    RELAYD_LISTEN,     /* told, unless it is the default */
    RELAYD_OLD_URL,    /* deprecated: the upstream's host and port */
    RELAYD_OLD_MODEL,  /* deprecated: an older name and older values of peer_authentication */
    RELAYD_OLD_VERIFY, /* deprecated: false switched the check of certificates off */
    RELAYD_NOTHING,    /* told, with `why`, unless it is empty */
};

struct relayd_rule {
    const char *key; /* in the TOML file */
    enum relayd_action action;
    const char *to;  /* in relay.conf; NULL: the same name */
    const char *why; /* for the note */
    int password;    /* enum relayd_password, for RELAYD_PASSWORD */
};

/* NULL: relayd does not know the key either. */
const struct relayd_rule *relayd_rule_main(const char *key);
const struct relayd_rule *relayd_rule_logging(const char *key);

/* Is it for relayd's files to set this key of relay.conf, or to leave it at its default? */
bool relayd_rules_decide(const char *to);
