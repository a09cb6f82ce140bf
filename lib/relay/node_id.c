/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/node_id.h"

#include <string.h>

bool node_id_valid(const char *id, size_t len)
{
    if (len == 0 || len >= NODE_ID_SIZE) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (id[i] <= ' ' || id[i] > '~' || strchr("/\\._@\"'`$", id[i]) != NULL) {
            return false;
        }
    }
    return true;
}
