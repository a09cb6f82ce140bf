/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "import_files.h"
#include "relayd_import.h"

#define RELAYD_DIRECTORY "/opt/rudder/etc/relayd"

/* Prints the notes, each line with its word in front. */
static void print_notes(struct buffer *notes, const char *word)
{
    for (const char *line = buffer_cstr(notes); *line != '\0'; line += strcspn(line, "\n") + 1) {
        fprintf(stderr, "%s: %.*s\n", word, (int)strcspn(line, "\n"), line);
    }
}

static int cmd_import_config_run(const struct command *command, const struct command_line *line)
{
    struct relayd_import import = {.count = 0};
    struct err err;
    bool only_look = line->given['n'] != NULL;
    const char *from = line->arguments[0] != NULL ? line->arguments[0] : RELAYD_DIRECTORY;
    const char *to = line->given['o'] != NULL ? line->given['o'] : RELAY_SYSCONFDIR;
    if (line->arguments[0] != NULL && line->arguments[1] != NULL) {
        return command_usage(command, "it takes one DIRECTORY");
    }
    bool done = relayd_import_read(from, &import, &err);
    print_notes(&import.notes, "note");
    if (only_look) {
        print_notes(&import.template_notes, "left out");
    }
    done = done && import_files_write(to, &import, only_look, stdout, &err);
    relayd_import_free(&import);
    return done ? command_finish(command) : command_failed(command, &err);
}

static const struct option options[] = {
    {"check", no_argument, NULL, 'n'},
    {"output", required_argument, NULL, 'o'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

const struct command cmd_import_config = {
    .name = "import-config",
    .synopsis = "[-n] [-o DIRECTORY] [DIRECTORY]",
    .summary = "make relay.conf from the configuration of Rudder's relayd",
    .help =
        "Reads main.conf and logging.conf of the original relay in DIRECTORY (default: " RELAYD_DIRECTORY
        ") and writes\n"
        "relay.conf, and a file for each password, mode 0600, for root the forwarder's. Notes on\n"
        "standard error tell each key that could not be carried over, with file and line. What root's policies always\n"
        "write is left out: the frequencies and limits of catchup, and a retention shorter than the default. Settings "
        "of\n"
        "an older relay.conf that relayd does not have are kept.\n"
        "\n"
        "  -n, --check             write nothing; tell what would be written, and each key that is left out\n"
        "  -o, --output DIRECTORY  where to (default: " RELAY_SYSCONFDIR ")\n"
        "  -h, --help              this text\n",
    .options = options,
    .files = COMMAND_ANY_ARGUMENTS,
    .run = cmd_import_config_run,
};
