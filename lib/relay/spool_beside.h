/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_beside: several files of one name in a directory of the spool, in the order in which they came.
 *
 * The first file has the name itself; the next ones stand beside it as NAME.~1~, NAME.~2~ and so on. No upload can have
 * such a name, and neither the forwarder nor the web application processes a file that has one. Nothing here replaces
 * or removes a file: every move is a rename that fails where the new name is taken, so any number of processes may
 * place and release files at the same time.
 *
 * An inventory and its signature are two files of one generation: NAME.ocs.~1~ is signed by NAME.ocs.sign.~1~, and both
 * get their names back together. Another signature for a waiting inventory makes a new generation: that signature and a
 * link to the inventory. So a wrong signature does not hinder the right one.
 */
#pragma once

#include <stdbool.h>

#include "util/err.h"
#include "util/safe_file.h"

enum {
    SPOOL_BESIDE_UPLOADS = 3, /* most files beside the first that an upload may add */
    SPOOL_BESIDE_OURS = 5,    /* the same for forwarder and command, which uploads must not block */
    SPOOL_BESIDE_FAILED = 15, /* the same in failed/, where a place that has become free is used again */
};

/* NAME.~n~; NAME itself for 0. */
void spool_beside_name(const char *name, unsigned n, char out[SAFE_FILE_NAME_SIZE]);

/* The number of a file by its name, 0 for the first. base gets the name without the suffix. */
unsigned spool_beside_number(const char *name, char base[SAFE_FILE_NAME_SIZE]);

/* Is this the name of a file that stands beside another? */
bool spool_beside_is(const char *name);

enum spool_place {
    SPOOL_PLACE_NEW,    /* the name was free */
    SPOOL_PLACE_BESIDE, /* the name is taken by a file with other bytes */
    SPOOL_PLACE_SAME,   /* a file of the name has the same bytes; nothing was moved */
    SPOOL_PLACE_FULL,   /* the limit is reached; nothing was moved */
    SPOOL_PLACE_FAILED, /* err */
};

/* Finds the place of the file `from` in from_fd as NAME in directory dir_fd. `placed` is the free name, or the name of
 * a file with the same bytes. limit: SPOOL_BESIDE_*. Moves nothing. */
enum spool_place spool_beside_find(int from_fd, const char *from, int dir_fd, const char *name, unsigned limit,
                                   char placed[SAFE_FILE_NAME_SIZE], struct err *err);

/* The same, and moves the file there. If another process takes the name first, it searches again. The caller syncs the
 * directory. */
enum spool_place spool_beside_place(int from_fd, const char *from, int dir_fd, const char *name, unsigned limit,
                                    char placed[SAFE_FILE_NAME_SIZE], struct err *err);

/* If NAME is free, gives it to the files that have waited longest beside it, and moves the others up. An inventory and
 * its signature move together: neither moves while a file of the generation before is there. True when a file got the
 * name. NAME may also be the name of a file that stands beside another. */
bool spool_beside_release(int dir_fd, const char *name);

/* Finds the file that holds up those beside it because its partner is missing: an inventory without signature, or a
 * signature without inventory. False when there is none. */
bool spool_beside_lone(int dir_fd, const char *name, char lone[SAFE_FILE_NAME_SIZE]);

/* renameat that fails with EEXIST instead of replacing a file, on any file system. 0, or -1 and errno. */
int spool_beside_rename(int from_fd, const char *from, int to_fd, const char *to);
