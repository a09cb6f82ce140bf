/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>

#include "relay/cert_record.h"
#include "relay/node_certs.h"
#include "relay/node_index.h"
#include "relay/node_index_format.h"
#include "relay/node_index_reuse.h"
#include "relay/node_list.h"
#include "util/buffer.h"
#include "util/close_fd.h"
#include "util/compare.h"
#include "util/digest.h"
#include "util/log.h"
#include "util/safe_file.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "node_index_build"

enum {
    MAX_WARNINGS = 10,
    PUTS_PER_TRANSACTION = 2048, /* bounds the pages that LMDB keeps in memory before it writes them: about 4 MB */
    MAX_ATTEMPTS = 3,
    SWEEP_SECONDS = 3600 /* a temporary file this old belongs to a builder that was killed */
};

struct certificates_of {
    uint32_t count;
    uint32_t numbers[NODE_INDEX_MAX_CERTS];
};

struct builder {
    struct node_index_trailer trailer; /* the build fills in its sources and summary */
    struct node_list list;
    struct node_index_reuse reuse;
    struct certificates_of *certificates; /* of the list's entries, in their order */
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    uint32_t puts;
    struct buffer record;
    bool certificate_read; /* at least one certificate was read, of any node */
};

/* ---- LMDB, written in ascending order ---- */

static bool database_failed(struct err *err, int code)
{
    return err_set(err, "node index: %s", mdb_strerror(code));
}

static bool node_index_build_begin(struct builder *builder, struct err *err)
{
    int code = mdb_txn_begin(builder->env, NULL, 0, &builder->txn);
    code = code == 0 ? mdb_dbi_open(builder->txn, NULL, 0, &builder->dbi) : code;
    return code == 0 || database_failed(err, code);
}

static bool commit(struct builder *builder, struct err *err)
{
    int code = mdb_txn_commit(builder->txn);
    builder->txn = NULL; /* mdb_txn_commit frees it even on failure */
    return code == 0 || database_failed(err, code);
}

static bool node_index_build_put(struct builder *builder, MDB_val key, struct slice value, struct err *err)
{
    MDB_val data = {value.len, (void *)(uintptr_t)value.at};
    int code = mdb_put(builder->txn, builder->dbi, &key, &data, MDB_APPEND);
    if (code != 0) {
        return database_failed(err, code);
    }
    return ++builder->puts % PUTS_PER_TRANSACTION != 0 ||
           (commit(builder, err) && node_index_build_begin(builder, err));
}

/* Opens the database with a map of four times the size of the sources. The map is only address space; the file grows
 * with what is written. Four is enough: at worst a record of a little over half a page, made from at least 2.7 KB of
 * PEM, takes a whole page, and a node's record is smaller than its JSON. */
static bool open_database(struct builder *builder, const char *path, struct err *err)
{
    size_t map = 4 * (size_t)(builder->trailer.nodes_list.size + builder->trailer.nodes_certs.size) + (64U << 20);
    int code = mdb_env_create(&builder->env);
    code = code == 0 ? mdb_env_set_mapsize(builder->env, map) : code;
    code = code == 0 ? mdb_env_open(builder->env, path, MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC, 0600) : code;
    return code == 0 ? node_index_build_begin(builder, err) : database_failed(err, code);
}

/* ---- certificates ---- */

static bool skip_certificate(struct builder *builder, const char *why, const char *node_id, size_t line)
{
    if (builder->trailer.summary.skipped_certificates++ < MAX_WARNINGS) {
        log_warn("certificate skipped", log_text("why", why), log_text("node", node_id),
                 log_number("line", (int64_t)line));
    }
    return true;
}

static bool put_certificate(struct builder *builder, const char *node_id, size_t line, struct slice value,
                            struct err *err)
{
    const struct node_list_entry *entry = node_list_find(&builder->list, node_id);
    if (entry == NULL) {
        return skip_certificate(builder, "the node is not in the list", node_id, line);
    }
    struct certificates_of *of = &builder->certificates[entry - builder->list.entries];
    if (of->count == NODE_INDEX_MAX_CERTS) {
        return skip_certificate(builder, "the node has too many", node_id, line);
    }
    char key[NODE_INDEX_KEY_SIZE];
    uint32_t number = (uint32_t)builder->trailer.summary.certificates++;
    of->numbers[of->count++] = number;
    return node_index_build_put(builder, node_index_certificate_key(key, number), value, err);
}

static bool parse_certificate(struct builder *builder, const struct node_certs_block *block,
                              const unsigned char digest[NODE_INDEX_DIGEST], struct err *err)
{
    struct err why;
    char node_id[NODE_ID_SIZE];
    X509 *certificate = cert_record_decode(block->der);
    if (certificate == NULL) {
        return skip_certificate(builder, block->fault != NULL ? block->fault : "damaged", NULL, block->line);
    }
    builder->certificate_read = true;
    builder->trailer.summary.parsed_certificates++;
    buffer_clear(&builder->record);
    bool added = cert_record_add(&builder->record, certificate, node_id, &why);
    X509_free(certificate);
    if (!added) {
        return skip_certificate(builder, why.text, node_id, block->line);
    }
    node_index_reuse_add(&builder->record, node_id, digest);
    return put_certificate(builder, node_id, block->line, buffer_slice(&builder->record), err);
}

static bool add_certificate(void *context, const struct node_certs_block *block, struct err *err)
{
    struct builder *builder = context;
    struct slice value;
    char node_id[NODE_ID_SIZE];
    unsigned char digest[NODE_INDEX_DIGEST];
    digest_sha256(digest, block->der.at, block->der.len);
    if (!node_index_reuse_find(&builder->reuse, digest, &value, node_id)) {
        return parse_certificate(builder, block, digest, err);
    }
    builder->certificate_read = true;
    return put_certificate(builder, node_id, block->line, value, err);
}

static bool look_at_certificate(void *context, const struct node_certs_block *block, struct err *err)
{
    struct builder *builder = context;
    (void)err;
    if (!builder->certificate_read) {
        X509 *certificate = cert_record_decode(block->der);
        builder->certificate_read = certificate != NULL;
        X509_free(certificate);
    }
    return true;
}

static bool is_blank(FILE *file)
{
    int c;
    rewind(file);
    do {
        c = getc(file);
    } while (c == '\n' || c == '\r' || c == ' ' || c == '\t');
    return c == EOF;
}

static bool walk_certificates(struct builder *builder, node_certs_visit *visit, const char *path, struct err *err)
{
    FILE *file = fopen(path, "re");
    if (file == NULL && errno == ENOENT) {
        log_warn("no certificates file: taken as empty", log_text("file", path));
        return true;
    }
    if (file == NULL) {
        return err_set_errno(err, errno, "%s", path);
    }
    bool done = node_certs_walk_file(file, visit, builder, err);
    /* a damaged certificate is skipped, but a file with no good one is refused */
    if (done && !builder->certificate_read && !is_blank(file)) {
        done = err_set(err, "no certificate can be read in it");
    }
    if (!done) {
        err_prefix(err, "%s", path);
    }
    fclose(file);
    return done;
}

static bool add_certificates(struct builder *builder, const char *path, struct err *err)
{
    bool done = walk_certificates(builder, add_certificate, path, err);
    if (builder->trailer.summary.skipped_certificates > MAX_WARNINGS) {
        log_warn("more certificates skipped",
                 log_number("skipped", (int64_t)builder->trailer.summary.skipped_certificates));
    }
    return done;
}

/* ---- nodes ---- */

static bool node_index_build_add_node(struct builder *builder, const struct node_list_entry *entry,
                                      const struct certificates_of *of, struct err *err)
{
    struct slice hostname = slice_from_str(entry->hostname), policy_server = slice_from_str(entry->policy_server);
    struct slice key_hash = slice_from_str(entry->key_hash != NULL ? entry->key_hash : "");
    const struct node_index_record record = {of->count, (uint32_t)hostname.len, (uint32_t)policy_server.len,
                                             (uint32_t)key_hash.len};
    buffer_clear(&builder->record);
    buffer_add(&builder->record, &record, sizeof record);
    buffer_add(&builder->record, of->numbers, of->count * sizeof *of->numbers);
    buffer_add(&builder->record, hostname.at, hostname.len);
    buffer_add(&builder->record, policy_server.at, policy_server.len);
    buffer_add(&builder->record, key_hash.at, key_hash.len);
    char key[NODE_INDEX_KEY_SIZE];
    return node_index_build_put(builder, node_index_node_key(key, slice_from_str(entry->id)),
                                buffer_slice(&builder->record), err);
}

static bool node_index_build_add_nodes(struct builder *builder, struct err *err)
{
    builder->trailer.summary.nodes = builder->list.count;
    for (size_t i = 0; i < builder->list.count; i++) {
        if (!node_index_build_add_node(builder, &builder->list.entries[i], &builder->certificates[i], err)) {
            return false;
        }
    }
    return true;
}

/* ---- policy servers ---- */

/* sorted: equal texts follow each other */
static bool add_counts(struct builder *builder, const char **servers, size_t count, struct err *err)
{
    for (size_t i = 0, same; i < count; i += same) {
        for (same = 1; i + same < count && strcmp(servers[i], servers[i + same]) == 0; same++) {
        }
        const uint64_t nodes = same;
        const struct slice id = slice_from_str(servers[i]), value = {(const char *)&nodes, sizeof nodes};
        char key[NODE_INDEX_KEY_SIZE];
        if (node_id_valid(id.at, id.len) &&
            !node_index_build_put(builder, node_index_server_key(key, id), value, err)) {
            return false;
        }
    }
    return true;
}

static bool add_servers(struct builder *builder, struct err *err)
{
    size_t count = builder->list.count;
    const char **servers = xcalloc(count + 1, sizeof *servers);
    for (size_t i = 0; i < count; i++) {
        servers[i] = builder->list.entries[i].policy_server;
    }
    qsort(servers, count, sizeof *servers, compare_texts);
    bool done = add_counts(builder, servers, count, err);
    free(servers);
    return done;
}

/* ---- the file ---- */

static bool write_database(struct builder *builder, const char *nodes_list_file, const char *nodes_certs_file,
                           const char *path, struct err *err)
{
    if (!node_list_read(nodes_list_file, &builder->list, err)) {
        return false;
    }
    builder->certificates = xcalloc(builder->list.count + 1, sizeof *builder->certificates);
    if (!open_database(builder, path, err) || !add_certificates(builder, nodes_certs_file, err) ||
        !node_index_build_add_nodes(builder, err) || !add_servers(builder, err) || !commit(builder, err)) {
        return false;
    }
    MDB_envinfo info;
    MDB_stat stat;
    mdb_env_info(builder->env, &info);
    mdb_env_stat(builder->env, &stat);
    builder->trailer.page_size = stat.ms_psize;
    builder->trailer.pages_size = (uint64_t)stat.ms_psize * (info.me_last_pgno + 1);
    return true;
}

static void close_database(struct builder *builder)
{
    if (builder->txn != NULL) {
        mdb_txn_abort(builder->txn);
    }
    if (builder->env != NULL) {
        mdb_env_close(builder->env);
    }
    node_index_reuse_close(&builder->reuse);
    free(builder->certificates);
    node_list_free(&builder->list);
    buffer_free(&builder->record);
}

static bool build_in(int dir_fd, const char *dir, const char *index_file, const char *nodes_list_file,
                     const char *nodes_certs_file, struct node_index_trailer *trailer, struct err *err)
{
    struct builder builder = {0};
    struct safe_file file;
    /* Taken before reading, so that a source which changes during the build makes the index look outdated, not current.
     */
    node_index_source_of(nodes_list_file, &builder.trailer.nodes_list);
    node_index_source_of(nodes_certs_file, &builder.trailer.nodes_certs);
    if (!safe_file_create(&file, dir_fd, 0644, err)) {
        return err_prefix(err, "%s", dir);
    }
    char *path = xasprintf("%s/%s", dir, file.temporary);
    node_index_reuse_open(&builder.reuse, index_file);
    bool done = write_database(&builder, nodes_list_file, nodes_certs_file, path, err);
    close_database(&builder);
    free(path);
    if (!done || !node_index_write_trailer(file.fd, &builder.trailer, err)) {
        safe_file_abandon(&file);
        return false;
    }
    *trailer = builder.trailer;
    return safe_file_commit(&file, basename(index_file), err) || err_prefix(err, "%s", dir);
}

/* Gives freed memory back to the system, so that a long-running caller does not keep the memory of the build. */
static void give_memory_back(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

bool node_index_check(const char *nodes_list_file, const char *nodes_certs_file, struct err *err)
{
    struct builder builder = {0};
    bool good = node_list_read(nodes_list_file, &builder.list, err) &&
                walk_certificates(&builder, look_at_certificate, nodes_certs_file, err);
    node_list_free(&builder.list);
    give_memory_back();
    return good;
}

/* Builds until the index is current. Builders do not disturb each other: each writes its own file, and the last rename
 * wins. But a builder that started earlier may win with older sources, and sources may change during a build: then the
 * build is repeated. */
bool node_index_build(const char *nodes_list_file, const char *nodes_certs_file, const char *index_file,
                      struct node_index_summary *summary, struct err *err)
{
    struct node_index_trailer trailer = {0};
    const char *slash = strrchr(index_file, '/');
    char *dir = slash == NULL ? xstrdup(".") : xstrndup(index_file, (size_t)(slash - index_file) + 1);
    int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = dir_fd >= 0 || err_set_errno(err, errno, "%s", dir);
    if (done) {
        safe_file_sweep(dir_fd, SWEEP_SECONDS);
    }
    for (int attempt = 0; done && attempt < MAX_ATTEMPTS; attempt++) {
        done = build_in(dir_fd, dir, index_file, nodes_list_file, nodes_certs_file, &trailer, err);
        if (node_index_sources_are(&trailer, nodes_list_file, nodes_certs_file)) {
            break;
        }
    }
    close_fd(&dir_fd);
    free(dir);
    *summary = trailer.summary;
    give_memory_back();
    return done;
}
