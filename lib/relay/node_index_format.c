/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/node_index_format.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/buffer.h"
#include "util/digest.h"

enum { READ_SIZE = 65536 };

/* SHA-256 of the first `size` bytes of the file. False when they cannot be read. */
static bool digest_file(int fd, uint64_t size, unsigned char digest[NODE_INDEX_DIGEST])
{
    struct buffer piece = {0};
    char *bytes = buffer_reserve(&piece, READ_SIZE);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool going_on = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;
    for (uint64_t at = 0; going_on && at < size;) {
        size_t wanted = size - at < READ_SIZE ? (size_t)(size - at) : READ_SIZE;
        ssize_t len = pread(fd, bytes, wanted, (off_t)at);
        going_on = len > 0 && EVP_DigestUpdate(context, bytes, (size_t)len) == 1;
        at += going_on ? (uint64_t)len : 0;
    }
    going_on = going_on && EVP_DigestFinal_ex(context, digest, NULL) == 1;
    EVP_MD_CTX_free(context);
    buffer_free(&piece);
    return going_on;
}

static bool head_digest(int fd, uint64_t page_size, unsigned char digest[NODE_INDEX_DIGEST])
{
    return page_size > 0 && page_size <= NODE_INDEX_MAX_PAGE && digest_file(fd, 2 * page_size, digest);
}

static void trailer_digest(const struct node_index_trailer *trailer, unsigned char digest[NODE_INDEX_DIGEST])
{
    digest_sha256(digest, trailer, offsetof(struct node_index_trailer, digest));
}

bool node_index_write_trailer(int fd, struct node_index_trailer *trailer, struct err *err)
{
    memcpy(trailer->magic, NODE_INDEX_MAGIC, sizeof trailer->magic);
    if (ftruncate(fd, (off_t)trailer->pages_size) != 0 || !head_digest(fd, trailer->page_size, trailer->head_digest) ||
        !digest_file(fd, trailer->pages_size, trailer->pages_digest)) {
        return err_set_errno(err, errno, "node index: pages");
    }
    trailer_digest(trailer, trailer->digest);
    if (pwrite(fd, trailer, sizeof *trailer, (off_t)trailer->pages_size) != (ssize_t)sizeof *trailer) {
        return err_set_errno(err, errno, "node index: trailer");
    }
    return true;
}

bool node_index_read_trailer(int fd, struct node_index_trailer *trailer, struct err *err)
{
    struct stat stat;
    unsigned char digest[NODE_INDEX_DIGEST];
    if (fstat(fd, &stat) != 0) {
        return err_set_errno(err, errno, "node index");
    }
    if (!S_ISREG(stat.st_mode) || stat.st_size < (off_t)sizeof *trailer ||
        pread(fd, trailer, sizeof *trailer, stat.st_size - (off_t)sizeof *trailer) != (ssize_t)sizeof *trailer ||
        memcmp(trailer->magic, NODE_INDEX_MAGIC, sizeof trailer->magic) != 0) {
        return err_set(err, "not a whole node index of this version");
    }
    trailer_digest(trailer, digest);
    if (memcmp(digest, trailer->digest, sizeof digest) != 0 ||
        trailer->pages_size + sizeof *trailer != (uint64_t)stat.st_size ||
        !head_digest(fd, trailer->page_size, digest) || memcmp(digest, trailer->head_digest, sizeof digest) != 0) {
        return err_set(err, "a damaged node index");
    }
    return true;
}

bool node_index_pages_whole(int fd, const struct node_index_trailer *trailer)
{
    unsigned char digest[NODE_INDEX_DIGEST];
    return digest_file(fd, trailer->pages_size, digest) && memcmp(digest, trailer->pages_digest, sizeof digest) == 0;
}

void node_index_source_of(const char *path, struct node_index_source *source)
{
    struct stat stat_of;
    *source = (struct node_index_source){0};
    if (stat(path, &stat_of) == 0) {
        *source = (struct node_index_source){
            .device = stat_of.st_dev,
            .inode = stat_of.st_ino,
            .size = (uint64_t)stat_of.st_size,
            .modified = {stat_of.st_mtim.tv_sec, stat_of.st_mtim.tv_nsec},
            .changed = {stat_of.st_ctim.tv_sec, stat_of.st_ctim.tv_nsec},
        };
    }
}

bool node_index_sources_are(const struct node_index_trailer *trailer, const char *nodes_list_file,
                            const char *nodes_certs_file)
{
    struct node_index_source nodes_list, nodes_certs;
    node_index_source_of(nodes_list_file, &nodes_list);
    node_index_source_of(nodes_certs_file, &nodes_certs);
    return memcmp(&nodes_list, &trailer->nodes_list, sizeof nodes_list) == 0 &&
           memcmp(&nodes_certs, &trailer->nodes_certs, sizeof nodes_certs) == 0;
}

MDB_val node_index_certificate_key(char *bytes, uint32_t number)
{
    bytes[0] = NODE_INDEX_CERTIFICATES[0];
    for (int i = 0; i < 4; i++) {
        bytes[1 + i] = (char)(number >> (24 - 8 * i));
    }
    return (MDB_val){5, bytes};
}

static MDB_val id_key(char *bytes, char first, struct slice id)
{
    bytes[0] = first;
    memcpy(bytes + 1, id.at, id.len);
    return (MDB_val){1 + id.len, bytes};
}

MDB_val node_index_node_key(char *bytes, struct slice id)
{
    return id_key(bytes, NODE_INDEX_NODES[0], id);
}

MDB_val node_index_server_key(char *bytes, struct slice id)
{
    return id_key(bytes, NODE_INDEX_SERVERS[0], id);
}
