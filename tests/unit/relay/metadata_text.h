/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * metadata_text: the lines of a shared file's metadata, and good metadata made of them, as string literals.
 */
#pragma once

#define HASH "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
#define HEADER "header=rudder-signature-v1\n"
#define ALGORITHM "algorithm=sha256\n"
#define DIGEST "digest=00ff\n"
#define HASH_VALUE "hash_value=" HASH "\n"
#define PUBKEY "short_pubkey=AAEC\n"
#define REST "hostname=a.b\nkeydate=2018-10-31 18:21:43\nkeyid=B29D02BB\n"
#define GOOD HEADER ALGORITHM DIGEST HASH_VALUE PUBKEY REST
