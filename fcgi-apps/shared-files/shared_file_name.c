/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-files/shared_file_name.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/ascii.h"
#include "util/safe_file.h"

static const char metadata[] = ".metadata";

bool shared_file_name_is_id(struct slice id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.at[i];
        if (!ascii_is_alphanumeric(c) && c != '.' && c != '_' && c != '-') {
            return false;
        }
    }
    return id.len > 0 && !slice_eq_str(id, ".") && !slice_eq_str(id, "..");
}

static bool set_id(char *into, size_t size, const char *what, struct slice id, struct err *err)
{
    if (!shared_file_name_is_id(id)) {
        return err_set(err, "%s is not made of letters, digits and . _ - alone", what);
    }
    if (id.len >= size) {
        return err_set(err, "%s has more than %zu characters", what, size - 1);
    }
    memcpy(into, id.at, id.len);
    into[id.len] = '\0';
    return true;
}

bool shared_file_name_set(struct shared_file_name *name, struct slice target, struct slice source, struct slice file_id,
                          struct err *err)
{
    struct slice ignored;
    *name = (struct shared_file_name){0};
    if (!set_id(name->target, sizeof name->target, "the target's id", target, err) ||
        !set_id(name->source, sizeof name->source, "the source's id", source, err) ||
        !set_id(name->file_id, sizeof name->file_id, "the file's id", file_id, err)) {
        return false;
    }
    if (shared_file_name_is_metadata(name->file_id, &ignored)) {
        return err_set(err, "the file's id ends in %s", metadata);
    }
    if (safe_file_is_temporary(name->file_id)) {
        return err_set(err, "the file's id is a temporary file's name");
    }
    snprintf(name->directory, sizeof name->directory, "%s/files/%s", name->target, name->source);
    snprintf(name->metadata, sizeof name->metadata, "%s%s", name->file_id, metadata);
    return true;
}

bool shared_file_name_is_metadata(const char *name, struct slice *file_id)
{
    size_t len = strlen(name);
    size_t suffix = strlen(metadata);
    if (len < suffix || strcasecmp(name + len - suffix, metadata) != 0) {
        return false;
    }
    *file_id = (struct slice){name, len - suffix};
    return true;
}
