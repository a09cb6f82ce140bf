/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "relay/cert_record.h"
#include "relay/node_certs.h"
#include "relay/node_index.h"
#include "relay/run_info.h"
#include "relay/smime_decrypt.h"
#include "relay/smime_verify.h"
#include "runlog_input.h"
#include "util/printable.h"
#include "util/xmalloc.h"

struct certificates {
    const char *node_id;
    struct buffer packed[NODE_INDEX_MAX_CERTS];
    struct cert_record records[NODE_INDEX_MAX_CERTS]; /* point into the packed ones */
    size_t count;
};

static bool keep_if_wanted(void *context, const struct node_certs_block *block, struct err *err)
{
    struct certificates *certificates = context;
    struct err why;
    char node_id[NODE_ID_SIZE];
    X509 *certificate = cert_record_decode(block->der);
    (void)err;
    if (certificate != NULL && certificates->count < NODE_INDEX_MAX_CERTS) {
        size_t at = certificates->count;
        struct buffer *packed = &certificates->packed[at];
        buffer_clear(packed);
        if (cert_record_add(packed, certificate, node_id, &why) && strcmp(node_id, certificates->node_id) == 0 &&
            cert_record_unpack(buffer_slice(packed), &certificates->records[at])) {
            certificates->count++;
        }
    }
    X509_free(certificate);
    return true;
}

static bool read_certificates(const char *path, struct certificates *certificates, struct err *err)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return err_set_errno(err, errno, "%s", path);
    }
    bool done = node_certs_walk_file(file, keep_if_wanted, certificates, err) || err_prefix(err, "%s", path);
    fclose(file);
    if (done && certificates->count == 0) {
        done = err_set(err, "%s: no certificate with the UID %s", path, certificates->node_id);
    }
    return done;
}

/* Prints byte by byte what was signed. A terminal gets it printable, because it would obey control characters. */
static void print_content(struct slice content)
{
    if (isatty(STDOUT_FILENO) == 0) {
        fwrite(content.at, 1, content.len, stdout);
        return;
    }
    struct buffer line = {0};
    while (content.len > 0) {
        struct slice plain = slice_take_until(&content, '\n');
        slice_take_end(&plain, "\r");
        size_t room = 4 * plain.len + 8; /* \xHH for each byte */
        printable_copy(buffer_reserve(&line, room), room, plain.at, plain.len);
        puts(line.at);
    }
    buffer_free(&line);
}

static bool cmd_runlog_verify_verify(struct slice message, const struct certificates *certificates, bool accept_sha1,
                                     struct err *err)
{
    struct buffer canonical = {0};
    struct slice content;
    struct smime_verifier *verifier = smime_verifier_new(accept_sha1, err);
    bool done = verifier != NULL &&
                smime_verify(verifier, message, (struct smime_known){certificates->records, certificates->count},
                             &canonical, &content, err);
    if (done) {
        print_content(content);
    }
    smime_verifier_free(verifier);
    buffer_free(&canonical);
    return done;
}

/* An encrypted message becomes what was encrypted. files: those with the keys, ends with NULL. option: by which they
 * were given; NULL: the configuration. */
static bool decrypt_with_files(char *const *files, const char *option, struct buffer *message, struct err *err)
{
    const struct decompress_limits limits = {.expanded = RUNLOG_INPUT_LIMIT};
    struct decryption_keys *keys = decryption_keys_new(files);
    if (option != NULL) {
        decryption_keys_call(keys, option);
    }
    struct decompressor *decompressor = decompressor_new();
    bool done = smime_decrypt(keys, decompressor, &limits, message, err) == SMIME_DECRYPT_DONE;
    decompressor_free(decompressor);
    decryption_keys_free(keys);
    return done;
}

/* The keys are those of --key, or of the configuration if --config was given. */
static bool cmd_runlog_verify_decrypt(const struct command_line *line, struct buffer *message, struct err *err)
{
    if (!smime_decrypt_wanted(buffer_slice(message))) {
        return true;
    }
    if (line->given['k'] != NULL) {
        char *files[] = {xstrdup(line->given['k']), NULL};
        bool decrypted = decrypt_with_files(files, "--key", message, err);
        free(files[0]);
        return decrypted;
    }
    if (line->given['c'] == NULL) {
        return err_set(err, "it is encrypted: give the key with --key, or --config");
    }
    struct relay_config *config = relay_config_load(line->given['c'], err);
    bool done = config != NULL && decrypt_with_files(config->reporting.decryption_key_files, NULL, message, err);
    relay_config_free(config);
    return done;
}

static int verify_file(const struct command *command, const struct command_line *line, const char *node_id)
{
    struct certificates certificates = {.node_id = node_id};
    struct buffer message = {0};
    struct err err;
    bool done = read_certificates(line->given['C'], &certificates, &err) &&
                runlog_input_read(line->arguments[0], &message, &err) &&
                cmd_runlog_verify_decrypt(line, &message, &err) &&
                cmd_runlog_verify_verify(buffer_slice(&message), &certificates, line->given['s'] != NULL, &err);
    int status = done ? command_finish(command) : command_failed(command, &err);
    for (size_t i = 0; i < NODE_INDEX_MAX_CERTS; i++) {
        buffer_free(&certificates.packed[i]);
    }
    buffer_free(&message);
    return status;
}

static int cmd_runlog_verify_run(const struct command *command, const struct command_line *line)
{
    const char *name = basename(line->arguments[0]);
    const char *node_id = line->given['n'];
    struct run_info info;
    if (line->given['C'] == NULL) {
        return command_usage(command, "it takes --certs PEM and one FILE");
    }
    if (node_id == NULL && run_info_parse(name, strlen(name), &info, NULL)) {
        node_id = info.node_id;
    }
    if (node_id == NULL) {
        return command_usage(command, "the file's name does not say the node: give it with --node");
    }
    return verify_file(command, line, node_id);
}

static const struct option options[] = {
    {"certs", required_argument, NULL, 'C'},
    {"config", required_argument, NULL, 'c'},
    {"key", required_argument, NULL, 'k'},
    {"node", required_argument, NULL, 'n'},
    {"accept-sha1", no_argument, NULL, 's'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

const struct command cmd_runlog_verify = {
    .name = "runlog verify",
    .synopsis = "--certs PEM [--node ID] [--accept-sha1] [--key PEM | --config FILE] FILE",
    .summary = "check the signature of a run log and print what was signed",
    .help =
        "Decompresses FILE (gzip if its name ends in .gz, zip if in .zip; - is standard input), decrypts it if it is\n"
        "encrypted, checks its signature against the certificates of the node, and prints the signed content.\n"
        "\n"
        "  -C, --certs PEM  the certificates, those of other nodes among them\n"
        "  -n, --node ID    the node whose certificates count: those with this UID (default: as the file's name says)\n"
        "  -s, --accept-sha1  a signature over SHA-1 counts, as with processing.reporting.accept_sha1\n"
        "  -k, --key PEM    the private key to decrypt with, and its certificate\n"
        "  -c, --config FILE  decrypt with the keys of processing.reporting.decryption_key_file in this configuration\n"
        "  -h, --help       this text\n"
        "\n"
        "Exit status 1 and a reason when the signature is refused.\n",
    .options = options,
    .files = 1,
    .run = cmd_runlog_verify_run,
};
