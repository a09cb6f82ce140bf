/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The input is a message, for smime_verify and for OpenSSL: see smime_differ.h. The keys of the seeds were thrown away.
 */
#include <stdint.h>

#include "fuzz/fuzz.h"
#include "fuzz/fuzz_smime_certs.h"
#include "fuzz/smime_differ.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct two_signers {
    struct buffer packed[2];
    struct cert_record records[2];
    STACK_OF(X509) * certificates;
};

static void add_signer(struct two_signers *signers, size_t i, const unsigned char *der, size_t len)
{
    char node_id[NODE_ID_SIZE];
    X509 *certificate = cert_record_decode((struct slice){(const char *)der, len});
    fuzz_require(cert_record_add(&signers->packed[i], certificate, node_id, NULL) &&
                 cert_record_unpack(buffer_slice(&signers->packed[i]), &signers->records[i]));
    sk_X509_push(signers->certificates, certificate);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct two_signers signers;
    if (signers.certificates == NULL) {
        signers.certificates = sk_X509_new_null();
        add_signer(&signers, 0, fuzz_smime_rsa, sizeof fuzz_smime_rsa);
        add_signer(&signers, 1, fuzz_smime_ec, sizeof fuzz_smime_ec);
    }
    smime_differ((struct slice){(const char *)data, size}, (struct smime_known){signers.records, 2},
                 signers.certificates);
    return 0;
}
