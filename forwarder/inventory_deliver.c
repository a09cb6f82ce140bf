/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory_deliver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "relay/inventory_name.h"
#include "relay/spool_beside.h"
#include "util/log.h"
#include "util/safe_file.h"
#include "util/same_content.h"

#define LOG_COMPONENT "inventory_deliver"

enum { FILE_MODE = 0640, LONE_SECONDS = 3600 };

struct delivery {
    struct spool *target;
    char names[2][SAFE_FILE_NAME_SIZE]; /* inventory, signature */
    struct safe_file files[2];          /* under their temporary names */
    struct stat placed;                 /* the signature, once it has its name */
    struct err *reason;
};

enum { INVENTORY, SIGNATURE }; /* in the arrays */

/* The name, compressed or not, of the first or of one that waits beside it. */
static bool inventory_is_there(const struct spool *target, const char *inventory)
{
    char packed[SAFE_FILE_NAME_SIZE + sizeof ".gz"];
    char beside[SAFE_FILE_NAME_SIZE];
    snprintf(packed, sizeof packed, "%s.gz", inventory);
    spool_beside_name(inventory, 1, beside);
    return spool_waits(target, inventory) || spool_waits(target, packed) || spool_waits(target, beside);
}

bool inventory_deliver_taken(const struct spool *target, const char *message)
{
    char inventory[SAFE_FILE_NAME_SIZE];
    char signature[SAFE_FILE_NAME_SIZE];
    return inventory_name_unpacked(message, inventory, signature) && inventory_is_there(target, inventory);
}

/* Writes a file to disk under a temporary name. */
static bool prepare_file(struct delivery *delivery, int which, struct slice content)
{
    struct safe_file *file = &delivery->files[which];
    int dir_fd = spool_incoming_fd(delivery->target);
    return safe_file_create_with(file, dir_fd, FILE_MODE, content, delivery->reason) &&
           safe_file_seal(file, delivery->reason);
}

static bool target_to_disk(struct delivery *delivery)
{
    return fsync(spool_incoming_fd(delivery->target)) == 0 ||
           err_set_errno(delivery->reason, errno, "writing %s to disk", spool_incoming_path(delivery->target));
}

static bool give_name(struct delivery *delivery, int which)
{
    int dir_fd = spool_incoming_fd(delivery->target);
    return spool_beside_rename(dir_fd, delivery->files[which].temporary, dir_fd, delivery->names[which]) == 0;
}

/* A signature of the name is there. Moves it away if it has waited for its inventory for too long. */
static void clear_lone_signature(struct delivery *delivery)
{
    struct stat status;
    struct err err;
    const char *name = delivery->names[SIGNATURE];
    const struct spool_refusal refusal = {
        .node_id = "", .reason = "no inventory came for this signature, and another inventory waits for the name"};
    if (fstatat(spool_incoming_fd(delivery->target), name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        time(NULL) - status.st_mtime < LONE_SECONDS) {
        return;
    }
    if (spool_quarantine(delivery->target, name, &status, &refusal, &err) == SPOOL_LEFT) {
        log_warn("a signature without inventory made room for another pair", log_text("file", name));
    }
}

static enum inventory_delivery try_signature(struct delivery *delivery)
{
    if (give_name(delivery, SIGNATURE)) {
        return INVENTORY_DELIVERED;
    }
    if (errno != EEXIST) {
        err_set_errno(delivery->reason, errno, "renaming to %s/%s", spool_incoming_path(delivery->target),
                      delivery->names[SIGNATURE]);
        return INVENTORY_NOT_WRITTEN;
    }
    int dir_fd = spool_incoming_fd(delivery->target);
    if (same_content(dir_fd, delivery->files[SIGNATURE].temporary, dir_fd, delivery->names[SIGNATURE], NULL) ==
        SAME_CONTENT) {
        return INVENTORY_DELIVERED; /* a forwarder was killed behind this */
    }
    clear_lone_signature(delivery);
    return INVENTORY_NAME_TAKEN;
}

static enum inventory_delivery place_signature(struct delivery *delivery)
{
    enum inventory_delivery result = try_signature(delivery);
    if (result == INVENTORY_DELIVERED &&
        (fstatat(spool_incoming_fd(delivery->target), delivery->names[SIGNATURE], &delivery->placed,
                 AT_SYMLINK_NOFOLLOW) != 0 ||
         !target_to_disk(delivery))) {
        err_set_errno(delivery->reason, errno, "writing %s/%s", spool_incoming_path(delivery->target),
                      delivery->names[SIGNATURE]);
        result = INVENTORY_NOT_WRITTEN;
    }
    return result;
}

/* Another inventory of the name came at this very moment: our signature is not for it. */
static enum inventory_delivery withdraw_signature(struct delivery *delivery)
{
    spool_remove(delivery->target, delivery->names[SIGNATURE], &delivery->placed, NULL);
    return INVENTORY_NAME_TAKEN;
}

static enum inventory_delivery place_pair(struct delivery *delivery)
{
    if (inventory_is_there(delivery->target, delivery->names[INVENTORY])) {
        return INVENTORY_NAME_TAKEN;
    }
    enum inventory_delivery result = place_signature(delivery);
    if (result != INVENTORY_DELIVERED) {
        return result;
    }
    if (give_name(delivery, INVENTORY)) {
        return target_to_disk(delivery) ? INVENTORY_DELIVERED : INVENTORY_NOT_WRITTEN;
    }
    if (errno == EEXIST) {
        return withdraw_signature(delivery);
    }
    err_set_errno(delivery->reason, errno, "renaming to %s/%s", spool_incoming_path(delivery->target),
                  delivery->names[INVENTORY]);
    return INVENTORY_NOT_WRITTEN;
}

enum inventory_delivery inventory_deliver(struct spool *target, const char *message, struct slice inventory,
                                          struct slice signature, struct err *reason)
{
    struct delivery delivery = {.target = target, .reason = reason};
    enum inventory_delivery result = INVENTORY_NOT_WRITTEN;
    if (!inventory_name_unpacked(message, delivery.names[INVENTORY], delivery.names[SIGNATURE])) {
        err_set(reason, "the name is too long for what is in it");
    } else if (prepare_file(&delivery, SIGNATURE, signature)) {
        if (prepare_file(&delivery, INVENTORY, inventory)) {
            result = place_pair(&delivery);
            safe_file_abandon(&delivery.files[INVENTORY]);
        }
        safe_file_abandon(&delivery.files[SIGNATURE]);
    }
    return result;
}
