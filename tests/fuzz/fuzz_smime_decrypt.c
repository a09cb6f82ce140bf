/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The input is a message. One that begins with 'D' is an envelope in DER behind that, since a fuzzer gets nowhere in
 * base64: the message is made of it.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "fuzz/fuzz_smime_keys.h"
#include "relay/smime_decrypt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { EXPANDED_MAX = 1 << 16 };

static void make_key_file(const char *pem, char path[64])
{
    int fd = memfd_create("key", MFD_CLOEXEC);
    fuzz_require(fd >= 0 && write(fd, pem, strlen(pem)) == (ssize_t)strlen(pem));
    snprintf(path, 64, "/proc/self/fd/%d", fd);
}

static void wrap_envelope(struct buffer *message, struct slice der)
{
    size_t room = der.len / 3 * 4 + 8;
    buffer_add_text(message, "Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n");
    message->len += (size_t)EVP_EncodeBlock((unsigned char *)buffer_reserve(message, room),
                                            (const unsigned char *)der.at, (int)der.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char rsa[64];
    static char ec[64];
    static char *files[] = {rsa, ec, NULL};
    static struct decryption_keys *keys;
    static struct decompressor *decompressor;
    static const struct decompress_limits limits = {.expanded = EXPANDED_MAX};
    if (keys == NULL) {
        make_key_file(fuzz_smime_key_rsa, rsa);
        make_key_file(fuzz_smime_key_ec, ec);
        keys = decryption_keys_new(files);
        decompressor = decompressor_new();
    }
    struct slice input = {(const char *)data, size};
    struct buffer message = {0};
    struct err err = {0};
    if (slice_starts_with(input, "D")) {
        wrap_envelope(&message, slice_behind(input, 1));
    } else {
        buffer_add(&message, input.at, input.len);
    }
    bool wanted = smime_decrypt_wanted(buffer_slice(&message));
    if (smime_decrypt(keys, decompressor, &limits, &message, &err) == SMIME_DECRYPT_DONE) {
        fuzz_require(!wanted || message.len <= EXPANDED_MAX);
        fuzz_require(!smime_decrypt_wanted(buffer_slice(&message)));
    } else {
        fuzz_require(wanted && err.text[0] != '\0');
    }
    fuzz_require(ERR_peek_error() == 0);
    buffer_free(&message);
    return 0;
}
