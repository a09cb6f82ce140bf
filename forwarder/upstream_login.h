/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * upstream_login: the passwords for the policy server above. They are read again when that server refuses one, and on
 * reload, so that a password that was changed needs no restart. A part of sink_upstream: one thread uses it.
 */
#pragma once

#include <stdbool.h>

#include "relay/relay_config.h"

struct upstream_login {
    const struct relay_config *config;
    char *password; /* NULL: as in config */
    char *default_password;
    unsigned version; /* grows with each change */
};

const char *upstream_login_password(const struct upstream_login *login, bool default_password);

/* Reads the passwords again. One that cannot be read stays, with a warning. */
void upstream_login_refresh(struct upstream_login *login);

void upstream_login_free(struct upstream_login *login);
