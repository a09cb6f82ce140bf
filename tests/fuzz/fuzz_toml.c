/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fuzz_toml: relayd's configuration (toml_document.h). What is refused is refused with its line; a text that is taken
 * comes out of relay.conf as the same text.
 */
#include <stdint.h>
#include <string.h>

#include "cli/relayd_value.h"
#include "cli/toml_document.h"
#include "fuzz/fuzz.h"
#include "util/buffer.h"
#include "util/config_file.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_text_kept(const char *text)
{
    struct buffer setting = {0};
    struct err err;
    struct toml_value value = {.kind = TOML_TEXT, .text = (char *)text};
    char *quoted = relayd_value_of("output.upstream.user", &value);
    buffer_add_texts(&setting, (const char *const[]){"a = ", quoted, ";", NULL});
    struct config_file *file = config_file_parse("f", buffer_slice(&setting), &err);
    fuzz_require(file != NULL);
    fuzz_require(strcmp(config_setting_get_string(config_file_find(file, "a", NULL)), text) == 0);
    config_file_close(file);
    buffer_free(&setting);
    free(quoted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {""};
    struct toml_document *document = toml_document_parse("f", (struct slice){(const char *)data, size}, &err);
    if (document == NULL) {
        fuzz_require(strncmp(err.text, "f:", 2) == 0);
        return 0;
    }
    for (size_t i = 0; i < document->count; i++) {
        const struct toml_value *value = &document->entries[i].value;
        fuzz_require(document->entries[i].line > 0 && document->entries[i].key[0] != '\0');
        if (value->kind == TOML_TEXT) {
            fuzz_require(utf8_clean_prefix(value->text, strlen(value->text)) == strlen(value->text));
            require_text_kept(value->text);
        }
    }
    toml_document_free(document);
    return 0;
}
