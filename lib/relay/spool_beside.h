/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_beside: several files of one name in a directory of the spool, in the order in which they came.
 *
 * The first has the name itself, the next ones stand beside it as NAME.~1~, NAME.~2~ and so on. No upload can have such
 * a name, and neither the forwarder nor the web application takes up a file that has one. Nothing here replaces or
 * removes a file: every move is a rename that fails where the new name is taken, so any number of processes may place
 * and release files at the same time.
 *
 * An inventory and its signature are two files of one generation: NAME.ocs.~1~ is signed by NAME.ocs.sign.~1~, and both
 * get their names back together. Whoever sends another signature for an inventory that waits makes a generation of that
 * signature and a link to the inventory, so that a wrong signature spoils nothing for the right one.
 */
#ifndef RELAY_SPOOL_BESIDE_H
#define RELAY_SPOOL_BESIDE_H

#include <stdbool.h>

#include "util/err.h"
#include "util/safe_file.h"

enum {
    SPOOL_BESIDE_UPLOADS = 3, /* beside the first, of the same name, by upload */
    SPOOL_BESIDE_OURS = 5,    /* by the forwarder and the command, which must not be refused for an upload's sake */
    SPOOL_BESIDE_FAILED = 15, /* in failed/ */
};

/* NAME.~n~; NAME itself for 0. */
void spool_beside_name(const char *name, unsigned n, char out[SAFE_FILE_NAME_SIZE]);

/* Which of the files of its name is it, by its own name? base gets the name without the suffix. */
unsigned spool_beside_number(const char *name, char base[SAFE_FILE_NAME_SIZE]);

/* Is it one that stands beside another, by its own name? */
bool spool_beside_is(const char *name);

enum spool_place {
    SPOOL_PLACE_NEW,    /* the name was free */
    SPOOL_PLACE_BESIDE, /* other bytes have the name */
    SPOOL_PLACE_SAME,   /* a file of the name has the same bytes; nothing was moved */
    SPOOL_PLACE_FULL,   /* as many others as there may be; nothing was moved */
    SPOOL_PLACE_FAILED, /* err */
};

/* Where in directory dir_fd the file `from` in from_fd belongs as NAME: `placed` is the free name, or that of the file
 * with the same bytes. limit: SPOOL_BESIDE_*. Moves nothing. */
enum spool_place spool_beside_find(int from_fd, const char *from, int dir_fd, const char *name, unsigned limit,
                                   char placed[SAFE_FILE_NAME_SIZE], struct err *err);

/* The same, and moves it there; whoever comes first gets the name. The caller syncs the directory. */
enum spool_place spool_beside_place(int from_fd, const char *from, int dir_fd, const char *name, unsigned limit,
                                    char placed[SAFE_FILE_NAME_SIZE], struct err *err);

/* Lets those that have waited longest beside NAME take its place if it is free, and the others move up. An inventory
 * and its signature go together: neither moves while a file of the generation before is there. True when a file took
 * the name. NAME is the name of any file, also of one that stands beside another. */
bool spool_beside_release(int dir_fd, const char *name);

/* The one file that holds up those beside it for want of its partner: an inventory without signature, or a signature
 * without inventory. False when there is none. */
bool spool_beside_lone(int dir_fd, const char *name, char lone[SAFE_FILE_NAME_SIZE]);

/* renameat that fails with EEXIST instead of replacing a file, on any file system. 0, or -1 and errno. */
int spool_beside_rename(int from_fd, const char *from, int to_fd, const char *to);

#endif
