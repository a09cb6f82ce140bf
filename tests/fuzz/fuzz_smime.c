/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The input is a message. Every seed that is accepted signs one of two texts; with no other text was anything ever
 * signed by these keys, which were thrown away: an accepted message with another text would be a forgery.
 */
#include <openssl/err.h>
#include <stdint.h>
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "fuzz/fuzz_smime_certs.h"
#include "relay/smime_verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct smime_verifier *verifier;
    static struct buffer canonical;
    const struct slice certs[] = {{(const char *)fuzz_smime_rsa, sizeof fuzz_smime_rsa},
                                  {(const char *)fuzz_smime_ec, sizeof fuzz_smime_ec}};
    struct err err = {""};
    if (verifier == NULL) {
        verifier = smime_verifier_new(&err);
        fuzz_require(verifier != NULL);
    }
    struct slice content;
    if (smime_verify(verifier, (struct slice){(const char *)data, size}, certs, 2, &canonical, &content, &err)) {
        fuzz_require(slice_eq_str(content, "one\r\ntwo\r\n") || slice_eq_str(content, "no line end"));
    } else {
        fuzz_require(err.text[0] != '\0');
    }
    fuzz_require(ERR_peek_error() == 0);
    return 0;
}
