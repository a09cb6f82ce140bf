/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "relay/relay_config.h"
#include "relay/relay_config_keys.h"
#include "util/config_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libconfig 1.5 leaks the text in front of a syntax error; a program reads its configuration once. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libconfig_yylex\nleak:strbuf_append";
}

/* What was taken keeps to the table. */
static void require_bounds(const struct config_key *key, const struct relay_config *config)
{
    const char *at = (const char *)config + key->field;
    switch (key->kind) {
    case CONFIG_INT:
        fuzz_require(*(const int *)at >= key->low && *(const int *)at <= key->high);
        break;
    case CONFIG_SIZE:
    case CONFIG_DURATION:
        fuzz_require(*(const int64_t *)at >= key->low && *(const int64_t *)at <= key->high);
        break;
    case CONFIG_CHOICE:
        fuzz_require(*(const unsigned *)at < 5 && key->choices[*(const unsigned *)at] != NULL);
        break;
    case CONFIG_BOOL:
        fuzz_require(*(const unsigned char *)at <= 1);
        break;
    case CONFIG_TEXTS:
        fuzz_require(*(char **const *)at != NULL);
        break;
    case CONFIG_TEXT:
    case CONFIG_PATH:
        fuzz_require(*(char *const *)at != NULL);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {""};
    struct relay_config config = {0};
    log_configure(LOG_LEVEL_ERROR, "", NULL); /* unknown keys are warnings */
    struct config_file *file = config_file_parse("f", (struct slice){(const char *)data, size}, &err);
    if (file == NULL) {
        fuzz_require(strncmp(err.text, "f:", 2) == 0);
        return 0;
    }
    config_table_warn_unknown(&relay_config_table, file);
    config_table_has_secret(&relay_config_table, file);
    if (config_table_load(&relay_config_table, file, &config, &err)) {
        for (size_t i = 0; i < relay_config_table.count; i++) {
            require_bounds(&relay_config_table.keys[i], &config);
        }
        config_table_free(&relay_config_table, &config);
    } else {
        fuzz_require(strncmp(err.text, "f:", 2) == 0);
    }
    config_file_close(file);
    return 0;
}
