/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import_files.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "relay/relay_config.h"
#include "relay/relay_config_keys.h"
#include "util/close_fd.h"
#include "util/safe_file.h"
#include "util/xmalloc.h"

#define FORWARDER_USER "rudder-relay-forwarder"

enum { CONFIG_MODE = 0644, PASSWORD_MODE = 0600, DIRECTORY_MODE = 0755 };

/* One file on its way. */
struct import_file {
    const char *name;
    struct slice content;
    mode_t mode;
};

/* The settings of a relay.conf that is there already stay where relayd has no say. */
static bool import_keep_old(const char *path, struct relayd_import *import, struct err *err)
{
    if (access(path, F_OK) != 0) {
        return true;
    }
    struct config_file *old = config_file_read(path, err);
    if (old != NULL) {
        relayd_import_keep(import, old);
        config_file_close(old);
    }
    return old != NULL;
}

/* The directory from the root of the file system on, as relay.conf needs it; to be freed. It may not be there yet. */
static char *import_absolute(const char *directory, struct err *err)
{
    if (directory[0] == '/') {
        return xstrdup(directory);
    }
    char *here = get_current_dir_name();
    if (here == NULL) {
        err_set_errno(err, errno, "the current directory");
        return NULL;
    }
    char *path = xasprintf("%s/%s", here, directory);
    free(here);
    return path;
}

static void import_name_passwords(const char *directory, struct relayd_import *import)
{
    for (enum relayd_password i = 0; i < RELAYD_PASSWORDS; i++) {
        if (import->passwords[i] != NULL) {
            struct buffer value = {0};
            char *path = xasprintf("%s/%s", directory, relayd_import_password_file(i));
            config_quote(&value, path);
            relayd_import_set(import, relayd_import_password_key(i), xstrdup(buffer_cstr(&value)), "its password");
            free(path);
            buffer_free(&value);
        }
    }
}

/* The whole relay.conf, to be freed. */
static char *import_render(const struct relayd_import *import)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL) {
        abort(); /* no memory */
    }
    fputs("# relay.conf: made by `rudder-relay import-config` from the files of relayd that the lines name, and made "
          "anew\n"
          "# when they change. Settings that relayd does not have may be added; they are kept.\n",
          out);
    config_table_print_assignments(&relay_config_table, import->settings, import->count, out);
    fclose(out);
    return text;
}

/* Is it a right relay.conf? It is looked at where nobody else can see it. */
static bool import_is_right(const char *text, struct err *err)
{
    char path[64];
    size_t len = strlen(text);
    int fd = memfd_create("relay.conf", MFD_CLOEXEC);
    if (fd < 0 || write(fd, text, len) != (ssize_t)len) {
        err_set_errno(err, errno, "relay.conf in memory");
        close_fd(&fd);
        return false;
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct relay_config *config = relay_config_load(path, err);
    close(fd);
    relay_config_free(config);
    if (config == NULL) {
        /* the path in front would tell nobody anything */
        struct err why = *err;
        const char *known = strncmp(why.text, path, strlen(path)) == 0 ? why.text + strlen(path) : why.text;
        err_set(err, "what relayd's files say does not make a relay.conf: relay.conf%s", known);
    }
    return config != NULL;
}

static bool import_is_there(int dir_fd, const struct import_file *file)
{
    struct buffer now = {0};
    struct stat status;
    bool same = fstatat(dir_fd, file->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                (status.st_mode & 07777) == file->mode && safe_file_read(dir_fd, file->name, 1 << 20, &now, NULL) &&
                slice_eq(buffer_slice(&now), file->content);
    buffer_free(&now);
    return same;
}

/* Gives a password file to the forwarder. Where there is no such user, nobody but root may read it. */
static bool import_give(int fd, struct err *err)
{
    const struct passwd *user = geteuid() == 0 ? getpwnam(FORWARDER_USER) : NULL;
    return user == NULL || fchown(fd, user->pw_uid, 0) == 0 ||
           err_set_errno(err, errno, "cannot give it to " FORWARDER_USER);
}

static bool import_put(int dir_fd, const struct import_file *file, struct err *err)
{
    struct safe_file out;
    if (!safe_file_create(&out, dir_fd, file->mode, err)) {
        return false;
    }
    if ((file->mode == PASSWORD_MODE && !import_give(out.fd, err)) ||
        !safe_file_write(&out, file->content.at, file->content.len, err)) {
        safe_file_abandon(&out);
        return false;
    }
    return safe_file_commit(&out, file->name, err);
}

/* dir_fd is negative when the directory is not there yet; then nothing is written. */
static bool import_settle(int dir_fd, const char *directory, const struct import_file *file, bool only_look, FILE *out,
                          struct err *err)
{
    bool same = dir_fd >= 0 && import_is_there(dir_fd, file);
    if (!same && !only_look && !import_put(dir_fd, file, err)) {
        return err_prefix(err, "%s/%s", directory, file->name);
    }
    fprintf(out, "%s/%s: %s\n", directory, file->name, same ? "unchanged" : only_look ? "to be written" : "written");
    return true;
}

static bool import_settle_all(int dir_fd, const char *directory, const struct relayd_import *import, const char *text,
                              bool only_look, FILE *out, struct err *err)
{
    for (enum relayd_password i = 0; i < RELAYD_PASSWORDS; i++) {
        if (import->passwords[i] != NULL) {
            char *line = xasprintf("%s\n", import->passwords[i]);
            struct import_file file = {relayd_import_password_file(i), slice_from_str(line), PASSWORD_MODE};
            bool done = import_settle(dir_fd, directory, &file, only_look, out, err);
            free(line);
            if (!done) {
                return false;
            }
        }
    }
    struct import_file file = {"relay.conf", slice_from_str(text), CONFIG_MODE};
    return import_settle(dir_fd, directory, &file, only_look, out, err);
}

static int import_open(const char *directory, bool only_look, struct err *err)
{
    if (!only_look && mkdir(directory, DIRECTORY_MODE) != 0 && errno != EEXIST) {
        err_set_errno(err, errno, "%s", directory);
        return -1;
    }
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        err_set_errno(err, errno, "%s", directory);
    }
    return fd;
}

bool import_files_write(const char *directory, struct relayd_import *import, bool only_look, FILE *out, struct err *err)
{
    char *path = xasprintf("%s/relay.conf", directory);
    char *text = NULL;
    char *absolute = import_absolute(directory, err);
    bool done = absolute != NULL && import_keep_old(path, import, err);
    if (done) {
        import_name_passwords(absolute, import);
        text = import_render(import);
        done = import_is_right(text, err);
    }
    if (done) {
        int dir_fd = import_open(directory, only_look, err);
        done = (dir_fd >= 0 || only_look) && import_settle_all(dir_fd, directory, import, text, only_look, out, err);
        close_fd(&dir_fd);
    }
    free(text);
    free(absolute);
    free(path);
    return done;
}
