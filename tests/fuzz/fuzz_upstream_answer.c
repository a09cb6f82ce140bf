/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fuzz_upstream_answer: what an upstream says of a file (forwarder/upstream_answer.h): two bytes for the status, then
 * the beginning of the body, as the server sent it. The reason goes to the log, to a file beside the refused one and to
 * the status page. So it is one printable line, and what the file's fate is does not depend on the body.
 */
#include <stdint.h>
#include <string.h>

#include "forwarder/upstream_answer.h"
#include "fuzz/fuzz.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct upstream_answer fuzz_answer(int status, struct slice body)
{
    const struct http_result result = {
        .outcome = HTTP_ANSWERED, .status = status, .skipped = body, .header = "", .reason = ""};
    struct upstream_answer answer;
    upstream_answer_read(&answer, &result, true);
    return answer;
}

/* What the body adds is in one line and begins no markup. */
static void check_words(const char *words, struct slice body)
{
    static const char begin[] = "; it says: ";
    fuzz_require(words[0] == '\0' || strncmp(words, begin, sizeof begin - 1) == 0);
    fuzz_require(words[0] == '\0' || (body.len > 0 && words[sizeof begin - 1] != '<'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    const int status = 100 + (data[0] << 8 | data[1]) % 500;
    const struct slice body = {(const char *)data + 2, size - 2};
    const struct upstream_answer plain = fuzz_answer(status, (struct slice){NULL, 0});
    const struct upstream_answer answer = fuzz_answer(status, body);
    const size_t len = strnlen(answer.reason.text, sizeof answer.reason.text), front = strlen(plain.reason.text);
    fuzz_require(len < sizeof answer.reason.text && utf8_clean_prefix(answer.reason.text, len) == len);
    fuzz_require(!slice_has_control((struct slice){answer.reason.text, len}));
    fuzz_require(answer.disposition == plain.disposition && answer.wait_ms == plain.wait_ms);
    fuzz_require(strncmp(answer.reason.text, plain.reason.text, front) == 0);
    check_words(answer.reason.text + front, body);
    fuzz_require(status >= 400 || answer.reason.text[front] == '\0');
    return 0;
}
