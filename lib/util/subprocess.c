/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/subprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/close_fd.h"
#include "util/xmalloc.h"

enum { PIECE = 65536, FIRST_OF_OURS = 3 };

enum phase {
    RUNNING,
    ASKED,  /* TERM was sent */
    FORCED, /* KILL was sent */
};

struct subprocess {
    struct subprocess_limits limits;
    pid_t pid;
    int pidfd;  /* readable once the leader has ended; -1 from then on */
    int output; /* -1 once the output has ended */
    enum phase phase;
    int64_t next;  /* when to send TERM (RUNNING), to send KILL (ASKED), to give up (FORCED) */
    int64_t drain; /* once the leader has ended: until when others may still write; INT64_MAX before */
    bool stopped;  /* asked for by subprocess_stop, not by the time limit */
};

/* ---- start ---- */

/* Sets up the command's descriptors. The listener and the connection to httpd must not stay open in a command: their
 * other side would never see them close. */
static int prepare_files(posix_spawn_file_actions_t *files, int output)
{
    int code = posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    code = code == 0 ? posix_spawn_file_actions_adddup2(files, output, STDOUT_FILENO) : code;
    code = code == 0 ? posix_spawn_file_actions_adddup2(files, output, STDERR_FILENO) : code;
    return code == 0 ? posix_spawn_file_actions_addclosefrom_np(files, FIRST_OF_OURS) : code;
}

static int prepare_signals(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int code =
        posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    code = code == 0 ? posix_spawnattr_setpgroup(attributes, 0) : code;
    code = code == 0 ? posix_spawnattr_setsigmask(attributes, &none) : code;
    return code == 0 ? posix_spawnattr_setsigdefault(attributes, &all) : code;
}

static int spawn(pid_t *pid, const char *const *argv, int output)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&files);
    if (code != 0) {
        return code;
    }
    code = posix_spawnattr_init(&attributes);
    if (code == 0) {
        code = prepare_files(&files, output);
        code = code == 0 ? prepare_signals(&attributes) : code;
        code =
            code == 0 ? posix_spawnp(pid, argv[0], &files, &attributes, (char *const *)(uintptr_t)argv, environ) : code;
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&files);
    return code;
}

/* Opens a pipe with numbers above the standard descriptors, which the command's file actions replace. */
static bool open_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        if (ends[i] < FIRST_OF_OURS) {
            int high = fcntl(ends[i], F_DUPFD_CLOEXEC, FIRST_OF_OURS);
            close(ends[i]);
            ends[i] = high;
        }
    }
    return ends[0] >= 0 && ends[1] >= 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
}

struct subprocess *subprocess_start(const char *const *argv, const struct subprocess_limits *limits, struct err *err)
{
    int ends[2] = {-1, -1};
    struct subprocess *process = xcalloc(1, sizeof *process);
    *process = (struct subprocess){.limits = *limits, .pidfd = -1, .output = -1, .drain = INT64_MAX};
    if (!open_pipe(ends)) {
        err_set_errno(err, errno, "a pipe for the output of %s", argv[0]);
        goto failed;
    }
    int code = spawn(&process->pid, argv, ends[1]);
    if (code != 0) {
        err_set_errno(err, code, "%s", argv[0]);
        goto failed;
    }
    close_fd(&ends[1]);
    process->output = ends[0];
    process->next = clock_ms() + limits->timeout_ms;
    process->pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    if (process->pidfd < 0) {
        err_set_errno(err, errno, "watching %s", argv[0]);
        subprocess_free(process);
        return NULL;
    }
    return process;

failed:
    close_fd(&ends[0]);
    close_fd(&ends[1]);
    free(process);
    return NULL;
}

/* ---- output and end ---- */

int64_t subprocess_polls(const struct subprocess *process, struct pollfd *polls)
{
    polls[0] = (struct pollfd){.fd = process->output, .events = POLLIN};
    polls[1] = (struct pollfd){.fd = process->pidfd, .events = POLLIN};
    return process->next < process->drain ? process->next : process->drain;
}

/* Sends a signal to the group. True if the group existed. */
static bool tell_group(const struct subprocess *process, int number)
{
    return kill(-process->pid, number) == 0;
}

static void subprocess_ask(struct subprocess *process)
{
    process->phase = ASKED;
    process->next = clock_ms() + process->limits.grace_ms;
    (void)tell_group(process, SIGTERM);
}

void subprocess_stop(struct subprocess *process)
{
    if (process->phase == RUNNING) {
        process->stopped = true;
        subprocess_ask(process);
    }
}

static void force(struct subprocess *process)
{
    process->phase = FORCED;
    process->next = clock_ms() + process->limits.grace_ms;
    (void)tell_group(process, SIGKILL);
}

/* Takes one piece in each step, so that one command with much output does not keep the others waiting. */
static void take_output(struct subprocess *process, subprocess_output *output, void *context)
{
    char bytes[PIECE];
    ssize_t got = process->output >= 0 ? read(process->output, bytes, sizeof bytes) : -1;
    if (got > 0) {
        output(context, bytes, (size_t)got);
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        close_fd(&process->output);
    }
}

/* Notices that the leader has ended. The leader stays a zombie, so that the group's number cannot be reused. */
static void look_at_leader(struct subprocess *process)
{
    siginfo_t info = {0};
    if (process->pidfd >= 0 && waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == process->pid) {
        close_fd(&process->pidfd);
        process->drain = clock_ms() + SUBPROCESS_DRAIN_MS;
        if (process->phase == RUNNING) {
            process->next = INT64_MAX; /* it ended within its time limit */
        }
    }
}

static bool subprocess_ended(const struct subprocess *process)
{
    return process->pidfd < 0;
}

static void subprocess_say_end(const struct subprocess *process, int status, struct subprocess_end *end)
{
    *end = (struct subprocess_end){.fate = SUBPROCESS_EXITED, .given_up = !subprocess_ended(process)};
    if (process->phase != RUNNING) {
        end->fate = process->stopped ? SUBPROCESS_STOPPED : SUBPROCESS_TIMED_OUT;
    } else if (WIFSIGNALED(status)) {
        end->fate = SUBPROCESS_SIGNALLED;
        end->number = WTERMSIG(status);
    } else {
        end->number = WEXITSTATUS(status);
    }
}

static bool is_over(const struct subprocess *process, int64_t now)
{
    if (subprocess_ended(process)) {
        return process->output < 0 || now >= process->drain || (process->phase == FORCED && now >= process->next);
    }
    return process->phase == FORCED && now >= process->next;
}

bool subprocess_step(struct subprocess *process, subprocess_output *output, void *context, struct subprocess_end *end)
{
    take_output(process, output, context);
    look_at_leader(process);
    int64_t now = clock_ms();
    if (process->phase == RUNNING && now >= process->next) {
        subprocess_ask(process);
    } else if (process->phase == ASKED && now >= process->next) {
        force(process);
    }
    if (!is_over(process, now)) {
        return false;
    }
    int status = 0;
    if (process->phase == ASKED) {
        (void)tell_group(process, SIGKILL); /* what is left of the group */
        process->phase = FORCED;
    }
    if (subprocess_ended(process)) {
        (void)waitpid(process->pid, &status, 0);
        process->pid = 0;
    }
    subprocess_say_end(process, status, end);
    return true;
}

void subprocess_free(struct subprocess *process)
{
    if (process == NULL) {
        return;
    }
    if (process->pid > 0 && process->phase != FORCED && tell_group(process, SIGKILL)) {
        (void)waitpid(process->pid, NULL, 0);
    }
    close_fd(&process->pidfd);
    close_fd(&process->output);
    free(process);
}

const char *subprocess_fate_word(enum subprocess_fate fate)
{
    static const char *const words[] = {[SUBPROCESS_EXITED] = "exited",
                                        [SUBPROCESS_SIGNALLED] = "signal",
                                        [SUBPROCESS_TIMED_OUT] = "time limit",
                                        [SUBPROCESS_STOPPED] = "stopped"};
    return words[fate];
}

void subprocess_reap(void)
{
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
}
