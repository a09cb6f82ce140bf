/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

#define STORAGE_SCRIPT RELAY_SQLDIR "/storage"

enum { STORAGE_WORDS = 8 };

/* What is done is SQL, which a script gives to psql. */
static int cmd_storage_run(const struct command *command, const struct command_line *line)
{
    const char *what = line->arguments[0] != NULL ? line->arguments[0] : "status";
    const char *words[STORAGE_WORDS] = {STORAGE_SCRIPT, what};
    size_t count = 2;
    struct err err;
    if ((strcmp(what, "compact") != 0 && strcmp(what, "plain") != 0 && strcmp(what, "status") != 0) ||
        (line->arguments[0] != NULL && line->arguments[1] != NULL)) {
        return command_usage(command, "compact, plain or status");
    }
    if (line->given['f'] != NULL) {
        words[count++] = "--force";
    }
    if (line->given['r'] != NULL) {
        words[count++] = "--root-version";
        words[count++] = line->given['r'];
    }
    words[count++] = "-d";
    words[count++] = line->given['d'] != NULL ? line->given['d'] : "rudder";
    execv(STORAGE_SCRIPT, (char *const *)words);
    err_set_errno(&err, errno, STORAGE_SCRIPT);
    return command_failed(command, &err);
}

static const struct option options[] = {
    {"database", required_argument, NULL, 'd'},
    {"force", no_argument, NULL, 'f'},
    {"root-version", required_argument, NULL, 'r'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

const struct command cmd_storage = {
    .name = "storage",
    .synopsis = "[compact | plain | status] [-d DATABASE] [-f] [-r VERSION]",
    .summary = "switch the database between plain and compact storage",
    .help =
        "Says how the database stores reports, or switches it: plain is a row for each report; compact stores what\n"
        "runs have in common once, and shows the same rows. The switch is one short transaction while forwarders and\n"
        "web application go on, and old rows stay. It connects as psql does, as a superuser or as the tables' owner.\n"
        "\n"
        "  -d, --database DATABASE     name, connection string or URL of the database (default: rudder)\n"
        "  -f, --force                 with any version of Rudder's web application\n"
        "  -r, --root-version VERSION  its version, where Rudder's packages on this machine do not say it; below 8.3\n"
        "                              the switch to compact storage is refused\n"
        "  -h, --help                  this text\n",
    .options = options,
    .files = COMMAND_ANY_ARGUMENTS,
    .run = cmd_storage_run,
};
