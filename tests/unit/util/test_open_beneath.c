/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <threads.h>

#include "support/suite.h"
#include "support/tmpdir.h"
#include "util/open_beneath.h"

typedef int open_function(int dir_fd, const char *path, int flags, struct err *err);

/* lab/ is what may be opened; beside it stands what must not be. */
struct place {
    struct tmpdir all;
    int fd; /* of lab/ */
};

static void link_to(int dir_fd, const char *name, const char *target)
{
    ck_assert_int_eq(symlinkat(target, dir_fd, name), 0);
}

static struct place open_beneath_place_make(void)
{
    struct place place = {.all = tmpdir_make()};
    char absolute[128];
    ck_assert_int_eq(mkdirat(place.all.fd, "lab", 0700), 0);
    ck_assert_int_eq(mkdirat(place.all.fd, "secret", 0700), 0);
    ck_assert_int_eq(mkdirat(place.all.fd, "lab/deep", 0700), 0);
    ck_assert_int_eq(mkdirat(place.all.fd, "lab/deep/er", 0700), 0);
    tmpdir_write(place.all.fd, "secret/file", "secret");
    tmpdir_write(place.all.fd, "lab/file", "inside");
    tmpdir_write(place.all.fd, "lab/deep/er/file", "inside");
    tmpdir_write(place.all.fd, "lab/..file", "inside");
    place.fd = openat(place.all.fd, "lab", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(place.fd, 0);
    snprintf(absolute, sizeof absolute, "%s/secret", place.all.path);
    link_to(place.fd, "out", "../secret");
    link_to(place.fd, "out-absolute", absolute);
    link_to(place.fd, "out-file", "../secret/file");
    link_to(place.fd, "magic", "/proc/self/cwd");
    link_to(place.fd, "root", "/");
    link_to(place.fd, "inside", "deep");
    link_to(place.fd, "inside-file", "file");
    link_to(place.fd, "loop", "loop");
    link_to(place.fd, "dangling", "nothing");
    link_to(place.fd, "deep/up", "../..");
    ck_assert_int_eq(mkfifoat(place.fd, "pipe", 0600), 0);
    return place;
}

static void place_remove(struct place *place)
{
    close(place->fd);
    tmpdir_remove(&place->all);
}

static const struct {
    const char *path;
    int why; /* 0: it opens */
} attacks[] = {
    {"file", 0},
    {"./file", 0},
    {"deep/er/file", 0},
    {"deep//er///file", 0},
    {"deep/./er/./file", 0},
    {"deep/er", 0},
    {"deep/er/", 0},
    {".", 0},
    {"./", 0},
    {"..file", 0},
    {"pipe", 0},
    {"", EINVAL},
    {"/", EXDEV},
    {"/etc/passwd", EXDEV},
    {"//etc/passwd", EXDEV},
    {"/proc/self/root/etc/passwd", EXDEV},
    {"..", EXDEV},
    {"../", EXDEV},
    {"../secret/file", EXDEV},
    {"./../secret/file", EXDEV},
    {"deep/../../secret/file", EXDEV},
    {"deep/../file", EXDEV}, /* it stays inside, and is refused all the same */
    {"deep/er/../../../secret/file", EXDEV},
    {"nothing/../../secret/file", EXDEV},
    {"file/..", EXDEV},
    {"out", ELOOP},
    {"out/", ELOOP},
    {"out/file", ELOOP},
    {"out/.", ELOOP},
    {"out-absolute", ELOOP},
    {"out-absolute/file", ELOOP},
    {"out-file", ELOOP},
    {"magic", ELOOP},
    {"magic/file", ELOOP},
    {"root/etc/passwd", ELOOP},
    {"root/proc/self/root/etc/passwd", ELOOP},
    {"inside", ELOOP},
    {"inside/er/file", ELOOP},
    {"inside-file", ELOOP},
    {"loop", ELOOP},
    {"loop/file", ELOOP},
    {"dangling", ELOOP},
    {"deep/up/secret/file", ELOOP},
    {"nothing", ENOENT},
    {"nothing/file", ENOENT},
    {"deep/nothing", ENOENT},
    {"...", ENOENT},
    {"..\\secret\\file", ENOENT},
    {"%2e%2e/secret/file", ENOENT},
    {"file/file", ENOTDIR},
    {"file/", ENOTDIR},
    {"file/.", ENOTDIR},
    {"pipe/file", ENOTDIR},
};

static void try_attacks(open_function *open_it, int flags)
{
    struct place place = open_beneath_place_make();
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        struct err err = {""};
        int fd = open_it(place.fd, attacks[i].path, flags, &err);
        ck_assert_msg((fd >= 0) == (attacks[i].why == 0), "'%s': %s", attacks[i].path, fd < 0 ? err.text : "opened");
        if (fd >= 0) {
            ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
            close(fd);
        } else {
            ck_assert_msg(errno == attacks[i].why, "'%s': %s", attacks[i].path, strerror(errno));
            ck_assert(err.text[0] != '\0');
        }
    }
    place_remove(&place);
}

START_TEST(attacks_in_the_kernel)
{
    try_attacks(open_beneath, O_RDONLY);
    try_attacks(open_beneath, O_PATH);
}
END_TEST

START_TEST(attacks_on_the_walk)
{
    try_attacks(open_beneath_walking, O_RDONLY);
    try_attacks(open_beneath_walking, O_PATH);
}
END_TEST

/* From here on openat2 fails in this process, which the test has for itself. */
static void keep_openat2_away(int errnum)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)errnum),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
    ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
    ck_assert_int_eq((int)syscall(SYS_openat2, AT_FDCWD, ".", NULL, 0), -1);
    ck_assert_int_eq(errno, errnum);
}

START_TEST(attacks_on_an_old_kernel)
{
    keep_openat2_away(ENOSYS);
    try_attacks(open_beneath, O_RDONLY);
}
END_TEST

START_TEST(attacks_under_a_filter)
{
    keep_openat2_away(EPERM);
    try_attacks(open_beneath, O_RDONLY);
}
END_TEST

START_TEST(long_paths_and_flags_that_are_not_offered)
{
    struct place place = open_beneath_place_make();
    struct err err;
    static char path[8192];
    open_function *const ways[] = {open_beneath, open_beneath_walking};
    for (size_t way = 0; way < 2; way++) {
        memset(path, 'a', sizeof path);
        path[255] = '\0';
        ck_assert_int_eq(ways[way](place.fd, path, O_RDONLY, &err), -1);
        ck_assert_int_eq(errno, ENOENT);
        path[255] = 'a';
        path[256] = '\0';
        ck_assert_int_eq(ways[way](place.fd, path, O_RDONLY, &err), -1);
        ck_assert_int_eq(errno, ENAMETOOLONG);
        for (size_t i = 0; i < sizeof path - 1; i++) {
            path[i] = i % 2 == 0 ? '.' : '/';
        }
        path[sizeof path - 1] = '\0';
        ck_assert_int_eq(ways[way](place.fd, path, O_RDONLY, &err), -1);
        ck_assert_int_eq(errno, ENAMETOOLONG);
        ck_assert_int_eq(ways[way](place.fd, "new", O_RDWR | O_CREAT, &err), -1);
        ck_assert_int_eq(errno, EINVAL);
        ck_assert_int_eq(ways[way](place.fd, "deep", O_RDWR | O_TMPFILE, &err), -1);
        ck_assert_int_eq(errno, EINVAL);
        ck_assert_int_eq(ways[way](-1, "file", O_RDONLY, &err), -1);
        ck_assert_int_eq(errno, EBADF);
    }
    ck_assert(!tmpdir_has(place.fd, "new"));
    place_remove(&place);
}
END_TEST

START_TEST(files_are_regular_files)
{
    struct place place = open_beneath_place_make();
    struct err err;
    struct stat status;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/lab/socket", place.all.path);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    static const struct {
        const char *path;
        int why;
    } cases[] = {{"deep", EISDIR}, {"pipe", EINVAL}, {"socket", EINVAL}, {"out-file", ELOOP}, {"nothing", ENOENT}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_int_eq(open_beneath_file(place.fd, cases[i].path, &status, &err), -1);
        ck_assert_msg(errno == cases[i].why, "%s: %s", cases[i].path, strerror(errno));
    }
    int fd = open_beneath_file(place.fd, "deep/er/file", &status, &err);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(status.st_size, 6);
    close(fd);
    close(listener);
    place_remove(&place);
}
END_TEST

START_TEST(directories_are_made_inside_only)
{
    struct place place = open_beneath_place_make();
    struct err err;
    struct stat status;
    umask(077);
    int fd = open_beneath_mkdir(place.fd, "node/files/root", 02770, &err);
    ck_assert_msg(fd >= 0, "%s", err.text);
    tmpdir_write(fd, "file", "text");
    close(fd);
    for (size_t i = 0; i < 3; i++) {
        static const char *const made[] = {"node", "node/files", "node/files/root"};
        ck_assert_int_eq(fstatat(place.fd, made[i], &status, 0), 0);
        ck_assert_uint_eq(status.st_mode & 07777, 02770);
    }
    fd = open_beneath_mkdir(place.fd, "node/files/root", 0700, &err); /* it is there: left as it is */
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fstat(fd, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 02770);
    close(fd);
    static const struct {
        const char *path;
        int why;
    } bad[] = {{"out/new", ELOOP}, {"deep/up/new", ELOOP}, {"../new", EXDEV},    {"/tmp/new", EXDEV},
               {"", EINVAL},       {"dangling", ELOOP},    {"file/new", ENOTDIR}, {"file", ENOTDIR}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_int_eq(open_beneath_mkdir(place.fd, bad[i].path, 0700, &err), -1);
        ck_assert_msg(errno == bad[i].why, "%s: %s", bad[i].path, strerror(errno));
    }
    ck_assert(!tmpdir_has(place.all.fd, "new") && !tmpdir_has(place.all.fd, "secret/new"));
    ck_assert(!tmpdir_has(place.fd, "nothing"));
    place_remove(&place);
}
END_TEST

struct swapper {
    int fd;
    atomic_bool stop;
    atomic_uint swaps;
};

/* `deep` is a directory now and a link to ../secret then, and at no time missing. */
static int swap_for_ever(void *context)
{
    struct swapper *swapper = context;
    while (!atomic_load(&swapper->stop)) {
        ck_assert_int_eq(renameat2(swapper->fd, "deep", swapper->fd, "out", RENAME_EXCHANGE), 0);
        atomic_fetch_add(&swapper->swaps, 1);
    }
    return 0;
}

static void race(open_function *open_it)
{
    enum { ENOUGH = 2000, MOST = 5000000 };
    struct place place = open_beneath_place_make();
    struct swapper swapper = {.fd = place.fd};
    unsigned opened = 0, refused = 0;
    thrd_t thread;
    tmpdir_write(place.fd, "deep/file", "inside");
    ck_assert_int_eq(thrd_create(&thread, swap_for_ever, &swapper), thrd_success);
    for (unsigned i = 0; i < MOST && (opened < ENOUGH || refused < ENOUGH); i++) {
        char text[8] = "";
        int fd = open_it(place.fd, "deep/file", O_RDONLY, NULL);
        if (fd < 0) {
            ck_assert_msg(errno == ELOOP || errno == ENOTDIR, "%s", strerror(errno));
            refused++;
            continue;
        }
        ck_assert_int_eq(read(fd, text, sizeof text - 1), 6);
        ck_assert_str_eq(text, "inside");
        close(fd);
        opened++;
    }
    atomic_store(&swapper.stop, true);
    thrd_join(thread, NULL);
    ck_assert_uint_ge(opened, ENOUGH);
    ck_assert_uint_ge(refused, ENOUGH);
    ck_assert_uint_gt(atomic_load(&swapper.swaps), 1);
    place_remove(&place);
}

START_TEST(race_in_the_kernel)
{
    race(open_beneath);
}
END_TEST

START_TEST(race_on_the_walk)
{
    race(open_beneath_walking);
}
END_TEST

SUITE_MAIN("open_beneath", attacks_in_the_kernel, attacks_on_the_walk, attacks_on_an_old_kernel, attacks_under_a_filter,
           long_paths_and_flags_that_are_not_offered, files_are_regular_files, directories_are_made_inside_only,
           race_in_the_kernel, race_on_the_walk)
