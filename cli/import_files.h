/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * import_files: writes what was imported from relayd: relay.conf and the files of passwords beside it.
 *
 * Each file appears whole or stays as it was, and relay.conf is looked at before anything is replaced. A file that has
 * these bytes already is left alone, so that nobody who watches it is woken. The password files are mode 0600 and, when
 * root writes them, the forwarder's; they go first, so that what relay.conf names is there.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "relayd_import.h"
#include "util/err.h"

/* Writes into the directory, which is made if its parent is there, and tells on `out` what became of each file. With
 * only_look nothing is written. import gets the settings that an older relay.conf there keeps. */
bool import_files_write(const char *directory, struct relayd_import *import, bool only_look, FILE *out,
                        struct err *err);
