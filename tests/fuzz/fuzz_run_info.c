/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "relay/run_info.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was understood, written in the first form again, must be understood the same. */
static void fuzz_run_info_require_same_again(const struct run_info *info)
{
    char name[TIMESTAMP_TEXT_SIZE + NODE_ID_SIZE + 8];
    size_t len = timestamp_format(&info->timestamp, name);
    name[len++] = '@';
    strcpy(name + len, info->node_id);
    strcat(name, ".log");
    struct run_info again;
    fuzz_require(run_info_parse(name, strlen(name), &again, NULL));
    fuzz_require(timestamp_compare(&again.timestamp, &info->timestamp) == 0);
    fuzz_require(again.timestamp.offset_minutes == info->timestamp.offset_minutes);
    fuzz_require(strcmp(again.node_id, info->node_id) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run_info info;
    struct err err = {""};
    if (run_info_parse((const char *)data, size, &info, &err)) {
        fuzz_require(node_id_valid(info.node_id, strlen(info.node_id)));
        fuzz_run_info_require_same_again(&info);
    } else {
        fuzz_require(err.text[0] != '\0');
    }
    return 0;
}
