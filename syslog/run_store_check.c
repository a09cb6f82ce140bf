/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run_store_private.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "store"

enum { FREE_PAGES = 0, TABLES = 1 }; /* LMDB's own tables; the second has the names of ours */

/* Reads each byte: a long value has pages of its own. */
static bool read_record(void *context, const MDB_val *key, const MDB_val *value)
{
    volatile unsigned char *sum = context;
    for (size_t i = 0; i < key->mv_size; i++) {
        *sum ^= ((const unsigned char *)key->mv_data)[i];
    }
    for (size_t i = 0; i < value->mv_size; i++) {
        *sum ^= ((const unsigned char *)value->mv_data)[i];
    }
    return true;
}

static int read_table(MDB_txn *txn, const char *name, unsigned char *sum)
{
    MDB_dbi dbi;
    int code = mdb_dbi_open(txn, name, 0, &dbi);
    if (code == MDB_NOTFOUND) {
        return 0; /* the store was never used */
    }
    return code == 0 ? run_store_each(txn, dbi, "", 0, read_record, sum) : code;
}

static int read_tables(MDB_txn *txn)
{
    unsigned char sum = 0;
    int code = run_store_each(txn, FREE_PAGES, "", 0, read_record, &sum);
    code = code == 0 ? run_store_each(txn, TABLES, "", 0, read_record, &sum) : code;
    for (size_t i = 0; code == 0 && i < RUN_STORE_TABLES; i++) {
        code = read_table(txn, run_store_tables[i], &sum);
    }
    return code;
}

static int read_store(const char *path)
{
    MDB_env *env;
    MDB_txn *txn;
    int code = mdb_env_create(&env);
    code = code == 0 ? mdb_env_set_maxdbs(env, RUN_STORE_TABLES) : code;
    code = code == 0 ? mdb_env_open(env, path, MDB_NOSUBDIR | MDB_RDONLY | MDB_NOLOCK, 0) : code;
    code = code == 0 ? mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) : code;
    return code == 0 ? read_tables(txn) : code;
}

static bool is_damage(int code)
{
    return code == MDB_INVALID || code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND;
}

/* LMDB maps the file: a page that is not there ends whoever reads it by a signal, and one that makes no sense may, too.
 * So a child reads all of it. What keeps it from reading for another reason (memory, rights) is no damage. */
static bool is_damaged(const char *path)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGBUS, SIG_DFL);
        signal(SIGSEGV, SIG_DFL);
        _exit(is_damage(read_store(path)));
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return number == SIGBUS || number == SIGSEGV || number == SIGABRT || (number == 0 && status != 0);
}

bool run_store_move_damaged(const char *path, struct err *err)
{
    struct stat found;
    if (stat(path, &found) != 0 || found.st_size == 0 || !is_damaged(path)) {
        return true;
    }
    char *aside = xasprintf("%s.damaged", path);
    bool moved = rename(path, aside) == 0 || err_set_errno(err, errno, "%s is damaged; it cannot be moved aside", path);
    if (moved) {
        log_error("the store of runs is damaged; it is moved aside, and what it had of runs is lost",
                  log_text("file", aside));
    }
    free(aside);
    return moved;
}
