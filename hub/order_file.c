/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub_path.h"
#include "order_text.h"
#include "util/clock.h"
#include "util/close_fd.h"
#include "util/dir_stream.h"
#include "util/log.h"
#include "util/safe_file.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "order_file"
#define TICKETS_FILE ".tickets"
#define ABOVE_FILE ".above"

enum { FILE_MODE = 0600, DIRECTORY_MODE = 0700, TICKETS_FILE_MAX = 64, SWEEP_SECONDS = 3600 };
static const uint64_t BLOCK = 1000000;                            /* tickets */
static const uint64_t AHEAD_MAX = UINT64_C(30) * 86400 * 1000000; /* for a node's ticket, of our clock */

struct order_files {
    int dir_fd;
    uint64_t last;     /* the highest ticket that was given out, or may have been */
    uint64_t reserved; /* the number in .tickets */
    uint64_t above;
};

/* 0 when there is no such file. */
static bool read_ticket(const struct order_files *files, const char *name, uint64_t *ticket, struct err *err)
{
    struct buffer text = {0};
    bool read = safe_file_read(files->dir_fd, name, TICKETS_FILE_MAX, &text, err);
    bool missing = !read && errno == ENOENT;
    struct slice number = buffer_slice(&text);
    slice_take_end(&number, "\n");
    *ticket = 0;
    if (read && !hub_path_ticket(number, ticket)) {
        read = err_set(err, "%s has no ticket", name);
    }
    buffer_free(&text);
    return read || missing;
}

struct order_files *order_files_open(const char *directory, struct err *err)
{
    struct order_files *files = xcalloc(1, sizeof *files);
    if (mkdir(directory, DIRECTORY_MODE) != 0 && errno != EEXIST) {
        err_set_errno(err, errno, "hub.orders_directory: %s", directory);
        free(files);
        return NULL;
    }
    files->dir_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (files->dir_fd < 0) {
        err_set_errno(err, errno, "hub.orders_directory: %s", directory);
    } else if (flock(files->dir_fd, LOCK_EX | LOCK_NB) != 0) {
        err_set_errno(err, errno, "hub.orders_directory: %s: another hub uses it", directory);
    } else if (read_ticket(files, TICKETS_FILE, &files->reserved, err) &&
               read_ticket(files, ABOVE_FILE, &files->above, err)) {
        files->last = files->reserved;
        safe_file_sweep(files->dir_fd, SWEEP_SECONDS);
        return files;
    } else {
        err_prefix(err, "hub.orders_directory: %s", directory);
    }
    order_files_close(files);
    return NULL;
}

void order_files_close(struct order_files *files)
{
    if (files != NULL) {
        close_fd(&files->dir_fd);
        free(files);
    }
}

/* ---- tickets ---- */

static bool write_ticket(struct order_files *files, const char *name, uint64_t *kept, uint64_t ticket, struct err *err)
{
    char text[TICKET_SIZE + 1];
    snprintf(text, sizeof text, "%020" PRIu64 "\n", ticket);
    bool written = safe_file_put(files->dir_fd, name, FILE_MODE, slice_from_str(text), err);
    *kept = written ? ticket : *kept;
    return written;
}

uint64_t order_files_above(const struct order_files *files)
{
    return files->above;
}

bool order_files_set_above(struct order_files *files, uint64_t above, struct err *err)
{
    return write_ticket(files, ABOVE_FILE, &files->above, above, err);
}

bool order_files_ticket(struct order_files *files, uint64_t *ticket, struct err *err)
{
    uint64_t now = (uint64_t)clock_wall_us();
    uint64_t next = now > files->last ? now : files->last + 1;
    if (next > files->reserved && !write_ticket(files, TICKETS_FILE, &files->reserved, next + BLOCK, err)) {
        return err_prefix(err, "no ticket can be made");
    }
    files->last = next;
    *ticket = next;
    return true;
}

void order_files_saw(struct order_files *files, uint64_t ticket)
{
    uint64_t now = (uint64_t)clock_wall_us();
    uint64_t most = (now > files->last ? now : files->last) + AHEAD_MAX;
    if (ticket > files->last && ticket <= most) {
        files->last = ticket;
    }
}

/* ---- files ---- */

bool order_files_write(struct order_files *files, uint64_t ticket, struct slice text, struct err *err)
{
    char name[TICKET_SIZE];
    snprintf(name, sizeof name, "%020" PRIu64, ticket);
    return safe_file_put(files->dir_fd, name, FILE_MODE, text, err);
}

void order_files_remove(struct order_files *files, uint64_t ticket)
{
    char name[TICKET_SIZE];
    snprintf(name, sizeof name, "%020" PRIu64, ticket);
    if (unlinkat(files->dir_fd, name, 0) != 0 && errno != ENOENT) {
        struct err err;
        err_set_errno(&err, errno, "removing it");
        log_error("an order cannot be removed", log_text("ticket", name), log_text("reason", err.text));
    }
}

static int compare_tickets(const void *a, const void *b)
{
    const uint64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static void read_one(struct order_files *files, uint64_t ticket, order_files_visit *visit, void *context)
{
    char name[TICKET_SIZE];
    struct buffer text = {0};
    struct err err;
    snprintf(name, sizeof name, "%020" PRIu64, ticket);
    if (safe_file_read(files->dir_fd, name, ORDER_TEXT_MAX, &text, &err)) {
        visit(context, ticket, buffer_slice(&text));
    } else {
        log_error("an order cannot be read", log_text("ticket", name), log_text("reason", err.text));
    }
    buffer_free(&text);
}

bool order_files_read(struct order_files *files, order_files_visit *visit, void *context, struct err *err)
{
    uint64_t *tickets = NULL, ticket;
    size_t count = 0, room = 0;
    DIR *dir = dir_stream_open(files->dir_fd);
    if (dir == NULL) {
        return err_set_errno(err, errno, "the directory of orders");
    }
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        struct slice name = slice_from_str(entry->d_name);
        if (name.len == TICKET_DIGITS && hub_path_ticket(name, &ticket)) {
            tickets = xgrow(tickets, count, &room, sizeof *tickets);
            tickets[count++] = ticket;
        }
    }
    closedir(dir);
    if (count > 0) {
        qsort(tickets, count, sizeof *tickets, compare_tickets);
        files->last = tickets[count - 1] > files->last ? tickets[count - 1] : files->last;
    }
    for (size_t i = 0; i < count; i++) {
        read_one(files, tickets[i], visit, context);
    }
    free(tickets);
    return true;
}
