/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upstream_login.h"

#include <stdlib.h>
#include <string.h>

#include "util/log.h"

#define LOG_COMPONENT "upstream"

const char *upstream_login_password(const struct upstream_login *login, bool default_password)
{
    const struct relay_config *config = login->config;
    if (default_password) {
        return login->default_password != NULL ? login->default_password : config->upstream.default_password;
    }
    return login->password != NULL ? login->password : config->upstream.password;
}

static void renew(struct upstream_login *login, bool default_password)
{
    struct err err;
    char **kept = default_password ? &login->default_password : &login->password;
    char *now = relay_config_read_password(
        login->config, default_password ? RELAY_PASSWORD_UPSTREAM_DEFAULT : RELAY_PASSWORD_UPSTREAM, &err);
    if (now == NULL) {
        log_warn("the upstream's password cannot be read again; the one from before is used",
                 log_text("reason", err.text));
    } else if (strcmp(now, upstream_login_password(login, default_password)) != 0) {
        log_info("the upstream's password has changed; the new one is used");
        login->version++;
        free(*kept);
        *kept = now;
        return;
    }
    free(now);
}

void upstream_login_refresh(struct upstream_login *login)
{
    renew(login, false);
    renew(login, true);
}

void upstream_login_free(struct upstream_login *login)
{
    free(login->password);
    free(login->default_password);
}
