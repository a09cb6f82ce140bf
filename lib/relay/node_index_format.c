/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/node_index_format.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/buffer.h"
#include "util/digest.h"

/* False when the pages cannot be read. */
static bool head_digest(int fd, uint64_t page_size, unsigned char digest[NODE_INDEX_DIGEST])
{
    struct buffer head = {0};
    size_t size = 2 * (size_t)page_size;
    bool whole = page_size > 0 && page_size <= NODE_INDEX_MAX_PAGE &&
                 pread(fd, buffer_reserve(&head, size), size, 0) == (ssize_t)size;
    if (whole) {
        digest_sha256(digest, head.at, size);
    }
    buffer_free(&head);
    return whole;
}

static void trailer_digest(const struct node_index_trailer *trailer, unsigned char digest[NODE_INDEX_DIGEST])
{
    digest_sha256(digest, trailer, offsetof(struct node_index_trailer, digest));
}

bool node_index_write_trailer(int fd, struct node_index_trailer *trailer, struct err *err)
{
    memcpy(trailer->magic, NODE_INDEX_MAGIC, sizeof trailer->magic);
    if (ftruncate(fd, (off_t)trailer->pages_size) != 0 || !head_digest(fd, trailer->page_size, trailer->head_digest)) {
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
        !head_digest(fd, trailer->page_size, digest) ||
        memcmp(digest, trailer->head_digest, sizeof digest) != 0) {
        return err_set(err, "a damaged node index");
    }
    return true;
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

MDB_val node_index_certificate_key(char *bytes, uint32_t number)
{
    bytes[0] = 'c';
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
