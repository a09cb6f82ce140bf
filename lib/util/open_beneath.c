/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/open_beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/close_fd.h"

enum { ALWAYS = O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW };
enum { STEP = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
/* The only flags that openat2 accepts together with O_PATH; openat ignores others. */
enum { WITH_PATH = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

static int open_beneath_fail(int errnum, const char *path, struct err *err)
{
    err_set_errno(err, errnum, "%s", path);
    errno = errnum;
    return -1;
}

/* A segment of a path: len bytes from `at`. next is what follows its slashes. */
struct segment {
    const char *at;
    size_t len;
    const char *next;
};

static struct segment segment_at(const char *path)
{
    size_t len = strcspn(path, "/");
    return (struct segment){path, len, path + len + strspn(path + len, "/")};
}

static bool segment_is(const struct segment *segment, const char *text)
{
    return segment->len == strlen(text) && memcmp(segment->at, text, segment->len) == 0;
}

/* 0, or the errno for what is wrong with the text of the path. `..` is refused: the kernel would allow it inside the
 * directory, but fail when a directory is moved at the same time; no caller needs it. */
static int path_fault(const char *path, int flags)
{
    if (path[0] == '\0' || (flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))) != 0) {
        return EINVAL;
    }
    if (path[0] == '/') {
        return EXDEV;
    }
    if (strlen(path) >= PATH_MAX) {
        return ENAMETOOLONG;
    }
    for (struct segment segment; path[0] != '\0'; path = segment.next) {
        segment = segment_at(path);
        if (segment_is(&segment, "..")) {
            return EXDEV;
        }
        if (segment.len > NAME_MAX) {
            return ENAMETOOLONG;
        }
    }
    return 0;
}

static int with_always(int flags)
{
    flags |= ALWAYS;
    return (flags & O_PATH) != 0 ? flags & WITH_PATH : flags;
}

/* Turns an opened symbolic link into ELOOP. O_NOFOLLOW with O_PATH opens the link itself, and with O_DIRECTORY it gives
 * ENOTDIR, as for a file. */
static int opened_no_link(int fd, int dir_fd, const char *name)
{
    struct stat status;
    bool link = false;
    int errnum = errno;
    if (fd >= 0) {
        link = fstat(fd, &status) == 0 && S_ISLNK(status.st_mode);
    } else if (errnum == ENOTDIR) {
        link = fstatat(dir_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode);
    }
    if (link && fd >= 0) {
        close(fd);
    }
    errno = link ? ELOOP : errnum;
    return link ? -1 : fd;
}

/* Makes a directory with exactly this mode, whatever the umask, and makes sure that it survives a power cut. Another
 * process may have made it first. The mode is set again only if the umask changed it, so that a set-gid bit inherited
 * from the directory above stays. */
static bool make_segment(int dir_fd, const char *name, mode_t mode)
{
    struct stat status;
    if (mkdirat(dir_fd, name, mode) != 0) {
        return errno == EEXIST;
    }
    int made = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int parent = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = made >= 0 && parent >= 0 && fstat(made, &status) == 0 &&
                ((status.st_mode & 07777 & ~(mode_t)S_ISGID) == mode || fchmod(made, mode) == 0) && fsync(made) == 0 &&
                fsync(parent) == 0;
    close_fd(&made);
    close_fd(&parent);
    return done;
}

/* Opens one segment below dir_fd. If make is not NULL, a missing directory is made with that mode. */
static int open_segment(int dir_fd, const char *name, int flags, const mode_t *make)
{
    int fd = openat(dir_fd, name, flags);
    if (fd < 0 && errno == ENOENT && make != NULL) {
        if (!make_segment(dir_fd, name, *make)) {
            return -1;
        }
        fd = openat(dir_fd, name, flags);
    }
    return opened_no_link(fd, dir_fd, name);
}

/* Opens the path segment by segment, each below the directory opened before, so that nothing swapped meanwhile leads
 * outside. */
static int open_beneath_walk(int dir_fd, const char *path, int flags, const mode_t *make)
{
    int at = dir_fd;
    for (;;) {
        struct segment segment = segment_at(path);
        bool last = segment.next[0] == '\0';
        bool closing_slash = last && segment.at[segment.len] == '/';
        int how = last ? with_always(flags) | (closing_slash ? O_DIRECTORY : 0) : STEP;
        char name[NAME_MAX + 1];
        snprintf(name, sizeof name, "%.*s", (int)segment.len, segment.at);
        int next = open_segment(at, name, how, make);
        if (at != dir_fd) {
            close_fd(&at);
        }
        if (next < 0 || last) {
            return next;
        }
        at = next;
        path = segment.next;
    }
}

/* -1 with errno. */
static int open_in_kernel(int dir_fd, const char *path, int flags)
{
    struct open_how how = {.flags = (unsigned)with_always(flags),
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    return (int)TEMP_FAILURE_RETRY(syscall(SYS_openat2, dir_fd, path, &how, sizeof how));
}

/* Does this error mean that the walk must decide? EPERM may come from a seccomp filter that does not know openat2 (old
 * container engines); EAGAIN: the kernel could not be sure; EINVAL, E2BIG: it does not know these flags; ENOTDIR may
 * stand for ELOOP. */
static bool kernel_cannot(int errnum)
{
    return errnum == ENOSYS || errnum == EPERM || errnum == EAGAIN || errnum == EINVAL || errnum == E2BIG ||
           errnum == ENOTDIR;
}

int open_beneath(int dir_fd, const char *path, int flags, struct err *err)
{
    int fault = path_fault(path, flags);
    if (fault != 0) {
        return open_beneath_fail(fault, path, err);
    }
    int fd = open_in_kernel(dir_fd, path, flags);
    if (fd >= 0 && (flags & O_PATH) != 0) {
        fd = opened_no_link(fd, dir_fd, path);
    } else if (fd < 0 && kernel_cannot(errno)) {
        fd = open_beneath_walk(dir_fd, path, flags, NULL);
    }
    return fd >= 0 ? fd : open_beneath_fail(errno, path, err);
}

int open_beneath_walking(int dir_fd, const char *path, int flags, struct err *err)
{
    int fault = path_fault(path, flags);
    int fd = fault == 0 ? open_beneath_walk(dir_fd, path, flags, NULL) : -1;
    return fd >= 0 ? fd : open_beneath_fail(fault != 0 ? fault : errno, path, err);
}

int open_beneath_file(int dir_fd, const char *path, struct stat *status, struct err *err)
{
    int fd = open_beneath(dir_fd, path, O_RDONLY, err);
    if (fd < 0) {
        /* a socket, a device without a driver */
        return errno == ENXIO || errno == ENODEV ? open_beneath_fail(EINVAL, path, err) : -1;
    }
    int errnum = fstat(fd, status) != 0     ? errno
                 : S_ISREG(status->st_mode) ? 0
                 : S_ISDIR(status->st_mode) ? EISDIR
                                            : EINVAL;
    if (errnum != 0) {
        close(fd);
        return open_beneath_fail(errnum, path, err);
    }
    return fd;
}

int open_beneath_mkdir(int dir_fd, const char *path, mode_t mode, struct err *err)
{
    int fault = path_fault(path, 0);
    int fd = fault == 0 ? open_beneath_walk(dir_fd, path, O_RDONLY | O_DIRECTORY, &mode) : -1;
    return fd >= 0 ? fd : open_beneath_fail(fault != 0 ? fault : errno, path, err);
}
