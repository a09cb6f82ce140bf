/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/cpu_time.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct process {
    int parent;
    unsigned long own;      /* clock ticks, user and system */
    unsigned long children; /* the same of those that were waited for */
};

/* proc(5), /proc/PID/stat: the name in parentheses may hold anything. */
static int read_process(const char *pid, struct process *process)
{
    char path[64];
    char line[1024];
    snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return 0;
    }
    size_t len = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[len] = '\0';
    const char *behind = strrchr(line, ')');
    unsigned long user, system, children_user, children_system;
    if (behind == NULL || sscanf(behind, ") %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu",
                                 &process->parent, &user, &system, &children_user, &children_system) != 5) {
        return 0;
    }
    process->own = user + system;
    process->children = children_user + children_system;
    return 1;
}

static double server_seconds(int server)
{
    unsigned long ticks = 0;
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; proc != NULL && (entry = readdir(proc)) != NULL;) {
        struct process process;
        int pid = atoi(entry->d_name);
        if (pid <= 0 || !read_process(entry->d_name, &process)) {
            continue;
        }
        if (pid == server) {
            ticks += process.own + process.children;
        } else if (process.parent == server) {
            ticks += process.own;
        }
    }
    if (proc != NULL) {
        closedir(proc);
    }
    return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

struct cpu_time cpu_time_now(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    const char *server = getenv("LAB_PG_PID");
    return (struct cpu_time){
        .client = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                  (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
        .server = server != NULL ? server_seconds(atoi(server)) : 0,
    };
}
