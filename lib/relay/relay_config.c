/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/relay_config.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "relay/relay_config_check.h"
#include "relay/relay_config_keys.h"
#include "util/config_file.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "relay_config"

const char *relay_config_default_path(void)
{
    const char *path = getenv("RUDDER_RELAY_CONFIG");
    return path != NULL && path[0] != '\0' ? path : RELAY_SYSCONFDIR "/relay.conf";
}

static void warn_if_readable_by_all(const struct config_file *file)
{
    struct stat status;
    if (config_table_has_secret(&relay_config_table, file) && stat(config_file_name(file), &status) == 0 &&
        (status.st_mode & S_IROTH) != 0) {
        log_warn("the configuration holds passwords and everybody may read it",
                 log_text("file", config_file_name(file)));
    }
}

struct relay_config *relay_config_load(const char *path, struct err *err)
{
    struct config_file *file = config_file_read(path, err);
    if (file == NULL) {
        return NULL;
    }
    struct relay_config *config = xcalloc(1, sizeof *config);
    config->path = xstrdup(path);
    config_table_warn_unknown(&relay_config_table, file);
    warn_if_readable_by_all(file);
    if (!config_table_load(&relay_config_table, file, config, err) || !relay_config_check(config, file, err)) {
        relay_config_free(config);
        config = NULL;
    }
    config_file_close(file);
    return config;
}

void relay_config_free(struct relay_config *config)
{
    if (config != NULL) {
        config_table_free(&relay_config_table, config);
        free(config->path);
        free(config);
    }
}

bool relay_config_reload_logging(const char *path, struct err *err)
{
    struct relay_config config = {0};
    struct config_file *file = config_file_read(path, err);
    bool done = file != NULL && config_table_load(&relay_config_logging_table, file, &config, err);
    if (done) {
        done = log_configure(config.logging.level, config.logging.filter, err) || err_prefix(err, "%s", path);
        config_table_free(&relay_config_logging_table, &config);
    }
    config_file_close(file);
    return done;
}

void relay_config_print_sample(FILE *out)
{
    fputs("# relay.conf: the configuration of rudder-relay, see relay.conf(5).\n"
          "# Every key is here, commented out, with its default. `rudder-relay check-config` says whether a\n"
          "# file is right.\n",
          out);
    config_table_print_sample(&relay_config_table, out);
}

void relay_config_print_manual(FILE *out)
{
    config_table_print_manual(&relay_config_table, out);
}
