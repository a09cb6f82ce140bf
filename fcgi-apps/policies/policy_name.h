/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * policy_name: which names may stand in an archive of policies.
 */
#pragma once

#include <stdbool.h>

/* A name, or a link's target: UTF-8 without control characters and without a backslash, which Windows takes for a
 * slash. */
bool policy_name_fits(const char *name);

/* Does the symbolic link at path (relative to the directory, through no other link) stay in the directory, whatever
 * else the directory holds? True for a relative target whose `..` stand at its beginning and are no more than there are
 * directories above it: each such step leads to a real directory, and every link that the rest passes follows the same
 * rule. */
bool policy_link_inside(const char *path, const char *target);
