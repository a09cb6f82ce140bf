/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * status_page: how the relay is, for people: one HTML page that needs nothing else, no script, no other file.
 *
 * Everything that is not a constant of this program goes through html.h. Should that fail one day, the content
 * security policy allows nothing but this page's own style sheet, by its hash.
 */
#pragma once

#include <stdbool.h>

#include "endpoint/response.h"
#include "system/health.h"

/* below: the page's path ends in a slash, so that what is linked to stands below it. */
void status_page_answer(const struct health *health, bool below, struct response *response);
