/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/spool_put.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "relay/spool_beside.h"
#include "util/close_fd.h"
#include "util/same_content.h"

enum { NANOSECONDS_A_MILLISECOND = 1000000 };

enum spool_put spool_put_by_errno(int errnum)
{
    return errnum == ENOSPC || errnum == EDQUOT ? SPOOL_PUT_NO_SPACE : SPOOL_PUT_FAILED;
}

/* Sets the mtime to whole milliseconds, which a ctime practically never has. From the difference the forwarder sees
 * that the file came by rename, whole, and is not being written in place. */
static void set_taken_time(const struct safe_file *file, int64_t taken)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = (time_t)taken}};
    if (taken == 0) {
        clock_gettime(CLOCK_REALTIME, &times[1]);
        times[1].tv_nsec -= times[1].tv_nsec % NANOSECONDS_A_MILLISECOND;
    }
    futimens(file->fd, times);
}

/* Compares with the file that has the name itself, which is what clients send again. Another process may have written
 * it just now, so it is brought to disk here. */
static bool is_there_already(const struct safe_file *file, int dir_fd, const char *name)
{
    if (same_content(dir_fd, file->temporary, dir_fd, name, NULL) != SAME_CONTENT) {
        return false;
    }
    int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool durable = fd >= 0 && fsync(fd) == 0 && fsync(dir_fd) == 0;
    close_fd(&fd);
    return durable;
}

/* What is no file never leaves, so whatever is put beside it would never get its turn. */
static bool is_occupied(int dir_fd, const char *name)
{
    struct stat status;
    return fstatat(dir_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(status.st_mode);
}

static enum spool_put put_in_place(struct safe_file *file, int dir_fd, const char *name, struct err *err)
{
    char placed[SAFE_FILE_NAME_SIZE];
    errno = 0;
    if (!safe_file_seal(file, err)) {
        return spool_put_by_errno(errno);
    }
    enum spool_place there =
        spool_beside_place(dir_fd, file->temporary, dir_fd, name, SPOOL_BESIDE_UPLOADS, placed, err);
    if ((there == SPOOL_PLACE_NEW || there == SPOOL_PLACE_BESIDE || there == SPOOL_PLACE_SAME) && fsync(dir_fd) != 0) {
        err_set_errno(err, errno, "writing the directory of %s to disk", name);
        return spool_put_by_errno(errno);
    }
    switch (there) {
    case SPOOL_PLACE_NEW:
        return SPOOL_PUT_NEW;
    case SPOOL_PLACE_BESIDE:
        return SPOOL_PUT_BESIDE;
    case SPOOL_PLACE_SAME:
        return SPOOL_PUT_SAME;
    case SPOOL_PLACE_FULL:
        err_set(err, "%d other files of that name wait", SPOOL_BESIDE_UPLOADS + 1);
        return SPOOL_PUT_FULL;
    case SPOOL_PLACE_FAILED:
        break;
    }
    return spool_put_by_errno(errno);
}

enum spool_put spool_put(struct safe_file *file, const char *name, int64_t taken, struct err *err)
{
    if (is_occupied(file->dir_fd, name)) {
        err_set(err, "what has that name in the spool is no file");
        safe_file_abandon(file);
        return SPOOL_PUT_FULL;
    }
    set_taken_time(file, taken);
    enum spool_put put = is_there_already(file, file->dir_fd, name) ? SPOOL_PUT_SAME
                                                                    : put_in_place(file, file->dir_fd, name, err);
    if (put != SPOOL_PUT_NEW && put != SPOOL_PUT_BESIDE) {
        safe_file_abandon(file);
    }
    return put;
}

bool spool_put_bytes(int dir_fd, const char *name, struct slice bytes, struct err *err)
{
    struct safe_file file;
    if (!safe_file_create_with(&file, dir_fd, SPOOL_PUT_FILE_MODE, bytes, err)) {
        return false;
    }
    enum spool_put put = spool_put(&file, name, 0, err);
    return put == SPOOL_PUT_NEW || put == SPOOL_PUT_BESIDE || put == SPOOL_PUT_SAME;
}
