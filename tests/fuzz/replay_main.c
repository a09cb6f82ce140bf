/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * replay_main: runs a fuzz target over files, for builds without libFuzzer. Arguments are files and directories of
 * them; without arguments it is the target's own corpus, so that `make check` needs none. An empty corpus is a failure:
 * it would test nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "util/xmalloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat status;
    if (file == NULL || fstat(fileno(file), &status) < 0) {
        perror(path);
        return false;
    }
    size_t size = (size_t)status.st_size;
    uint8_t *data = xmalloc(size); /* exactly as large, for the sanitizers to see a read behind the end */
    bool whole = fread(data, 1, size, file) == size;
    fclose(file);
    if (whole) {
        LLVMFuzzerTestOneInput(data, size);
    } else {
        fprintf(stderr, "%s: cannot be read\n", path);
    }
    free(data);
    return whole;
}

/* Returns how many files were run, -1 after a failure. */
static int replay_directory(const char *path)
{
    DIR *directory = opendir(path);
    if (directory == NULL) {
        perror(path);
        return -1;
    }
    int count = 0;
    const struct dirent *entry;
    while (count >= 0 && (entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] != '.') {
            char *file = xasprintf("%s/%s", path, entry->d_name);
            count = replay_file(file) ? count + 1 : -1;
            free(file);
        }
    }
    closedir(directory);
    return count;
}

static bool replay_main_replay(const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISDIR(status.st_mode)) {
        return replay_file(path);
    }
    int count = replay_directory(path);
    printf("%s: %d inputs\n", path, count);
    return count > 0;
}

int main(int argc, char **argv)
{
    bool good = true;
    for (int i = 1; i < argc; i++) {
        good = replay_main_replay(argv[i]) && good;
    }
    if (argc == 1) {
        const char *source = getenv("top_srcdir");
        char *corpus =
            xasprintf("%s/tests/fuzz/corpus/%s", source != NULL ? source : ".", program_invocation_short_name);
        good = replay_main_replay(corpus);
        free(corpus);
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
