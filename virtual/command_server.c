/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "virtual/command_server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/close_fd.h"
#include "util/log.h"
#include "util/subprocess_serve.h"
#include "util/unix_socket.h"
#include "virtual/command_request.h"

#define LOG_COMPONENT "command_server"

enum {
    GRACE_MS = 3000, /* from TERM to KILL */
    SOCKET_MODE = 0660,
    SOCKET_BACKLOG = 128,
    SWEEP_TRIES = 500, /* of SWEEP_PAUSE each, for processes that are slow to die */
    SWEEP_PAUSE = 10 * 1000 * 1000, /* nanoseconds */
};

/* ---- one command ---- */

static void set_environment(const struct command_request *request)
{
    clearenv();
    setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("HOME", "/", 1);
    for (const char *const *variable = request->variables; *variable != NULL; variable++) {
        putenv((char *)(uintptr_t)*variable);
    }
}

/* It is in the environment as soon as a request was read. */
static struct log_field command_node(void *context, struct slice request)
{
    (void)context;
    (void)request;
    return log_text("node", getenv("RUDDER_VIRTUAL_NODE"));
}

static enum subprocess_wire begin_command(void *context, struct slice come, struct subprocess **process,
                                          struct err *err)
{
    struct command_request request;
    enum subprocess_wire got = command_request_read(come, &request, err);
    (void)context;
    if (got == SUBPROCESS_WIRE_WHOLE) {
        const struct subprocess_limits limits = {.timeout_ms = request.timeout * 1000, .grace_ms = GRACE_MS};
        set_environment(&request);
        *process = subprocess_start(request.command, &limits, err);
        if (*process != NULL) {
            log_debug("command started", command_node(NULL, come), log_text("command", request.command[0]));
        }
    }
    return got;
}

/* Kills our children; their children become ours then. Returns how many there were. */
static size_t kill_children(void)
{
    size_t count = 0;
    int pid;
    FILE *list = fopen("/proc/thread-self/children", "re");
    while (list != NULL && fscanf(list, "%d", &pid) == 1) {
        kill(pid, SIGKILL);
        count++;
    }
    if (list != NULL) {
        fclose(list);
    }
    return count;
}

static void sweep_children(void)
{
    for (int tries = 0; tries < SWEEP_TRIES; tries++) {
        const size_t left = kill_children();
        subprocess_reap();
        if (left == 0 && kill_children() == 0) {
            return;
        }
        nanosleep(&(struct timespec){.tv_nsec = SWEEP_PAUSE}, NULL);
    }
    log_error("processes that the command has started cannot be ended");
}

void command_server_serve(int connection)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
    subprocess_serve(connection, begin_command, command_node, NULL);
    sweep_children();
}

/* ---- many ---- */

static bool socket_option(int fd, int option)
{
    int value = 0;
    socklen_t len = sizeof value;
    return getsockopt(fd, SOL_SOCKET, option, &value, &len) == 0 && value != 0;
}

bool command_server_is_connection(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode) && !socket_option(fd, SO_ACCEPTCONN);
}

/* The child and its command end with the parent, or by TERM. */
static void serve_in_child(int listener, int connection)
{
    const pid_t parent = getppid();
    prctl(PR_SET_PDEATHSIG, (long)SIGTERM, 0L, 0L, 0L);
    signal(SIGCHLD, SIG_DFL);
    close_fd(&listener);
    if (getppid() == parent) {
        command_server_serve(connection);
    }
    _exit(EXIT_SUCCESS);
}

bool command_server_listen(const struct relay_config *config, struct err *err)
{
    int listener = unix_socket_listen(config->virtual_nodes.command_socket, SOCKET_MODE, SOCKET_BACKLOG, err);
    if (listener < 0) {
        return false;
    }
    signal(SIGCHLD, SIG_IGN);
    log_info("started", log_text("socket", config->virtual_nodes.command_socket));
    for (;;) {
        int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (connection < 0 && errno != EINTR && errno != ECONNABORTED) {
            log_error("no connection taken", log_text("reason", strerror(errno)));
            sleep(1);
        }
        if (connection >= 0 && fork() == 0) {
            serve_in_child(listener, connection);
        }
        close_fd(&connection);
    }
}
