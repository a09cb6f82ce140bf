/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <unistd.h>

#include "command.h"

#define ADOPT_SCRIPT RELAY_FCGIDIR "/rudder-relay-adopt"

enum { ADOPT_WORDS = 8 };

/* What is done is mostly edits of files and calls of systemctl and httpd: a script does it, with the same options. */
static int cmd_adopt_run(const struct command *command, const struct command_line *line)
{
    const char *words[ADOPT_WORDS] = {ADOPT_SCRIPT};
    size_t count = 1;
    struct err err;
    if (line->given['k'] != NULL && line->given['u'] != NULL) {
        return command_usage(command, "--check or --undo");
    }
    if (line->given['k'] != NULL || line->given['u'] != NULL) {
        words[count++] = line->given['k'] != NULL ? "--check" : "--undo";
    }
    if (line->given['w'] != NULL) {
        words[count++] = "--wait";
        words[count++] = line->given['w'];
    }
    if (line->given['r'] != NULL) {
        words[count++] = "--root";
        words[count++] = line->given['r'];
    }
    execv(ADOPT_SCRIPT, (char *const *)words);
    err_set_errno(&err, errno, ADOPT_SCRIPT);
    return command_failed(command, &err);
}

static const struct option options[] = {
    {"check", no_argument, NULL, 'k'},      {"undo", no_argument, NULL, 'u'}, {"wait", required_argument, NULL, 'w'},
    {"root", required_argument, NULL, 'r'}, {"help", no_argument, NULL, 'h'}, {0},
};

const struct command cmd_adopt = {
    .name = "adopt",
    .synopsis = "[--check | --undo] [--wait SECONDS] [--root DIRECTORY]",
    .summary = "take a live server of Rudder over from relayd, or give it back",
    .help =
        "Imports relayd's configuration, puts a service of the name rudder-relayd before the packaged one, has httpd\n"
        "include our configuration, starts the relay, and waits until a report has passed. When something does not\n"
        "work it says so and gives back by itself. Called again, it finishes what was begun.\n"
        "\n"
        "  -k, --check           only say what would be done, and what is in the way\n"
        "  -u, --undo            give back to relayd. Files that somebody else changed in the meantime stay as they "
        "are,\n"
        "                        and are shown\n"
        "  -w, --wait SECONDS    how long to wait for a report (default: 900; 0: not at all)\n"
        "  -r, --root DIRECTORY  the site's files are below this directory; nothing is started or asked there\n"
        "  -h, --help            this text\n",
    .options = options,
    .run = cmd_adopt_run,
};
