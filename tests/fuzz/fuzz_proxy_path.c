/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first line is a path that a client asks for, decoded; the rest is the entity tag that the server above gives.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "policy-proxy/proxy_path.h"
#include "util/etag.h"
#include "util/xmalloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nothing in it has another meaning in a URL, and no segment leads elsewhere. */
static void require_same_place(const struct buffer *url)
{
    const char *text = buffer_cstr((struct buffer *)url);
    fuzz_require(text[0] != '/' && text[0] != '.' && strstr(text, "/.") == NULL && strstr(text, "//") == NULL);
    fuzz_require(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%/") == url->len);
}

static void require_one_line(const char *tag, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        fuzz_require((unsigned char)tag[i] > 0x20 && (unsigned char)tag[i] < 0x7f);
    }
    struct slice strong = etag_strong((struct slice){tag, len});
    fuzz_require(strong.len >= 2 && strong.at[0] == '"' && strong.at[strong.len - 1] == '"');
    fuzz_require(etag_listed(strong, strong));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *end = size > 0 ? memchr(text, '\n', size) : NULL;
    size_t len = end != NULL ? (size_t)(end - text) : size;
    size_t tag_len = end != NULL ? size - len - 1 : 0;
    char *path = xstrndup(text, len); /* so that a read behind its end is found */
    char *tag = xstrndup(text + size - tag_len, tag_len);
    struct buffer url = {0};
    if (proxy_path_valid((struct slice){path, len})) {
        proxy_path_add(&url, (struct slice){path, len});
        require_same_place(&url);
    }
    if (etag_valid((struct slice){tag, tag_len})) {
        require_one_line(tag, tag_len);
    }
    buffer_free(&url);
    free(path);
    free(tag);
    return 0;
}
