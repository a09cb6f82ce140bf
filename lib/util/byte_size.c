/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/byte_size.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
enum { UNITS = sizeof units / sizeof *units };

static int byte_size_unit_named(const char *name)
{
    for (int i = 0; i < UNITS; i++) {
        if (strcmp(units[i], name) == 0) {
            return i;
        }
    }
    return name[0] == '\0' ? 0 : -1;
}

bool byte_size_parse(const char *text, int64_t *bytes, struct err *err)
{
    size_t digits = strspn(text, "0123456789");
    int unit = byte_size_unit_named(text + digits + strspn(text + digits, " "));
    if (digits == 0 || unit < 0) {
        return err_set(err, "\"%s\" is not a size such as 52428800, 512KiB, 50MiB or 1GiB", text);
    }
    errno = 0;
    int64_t number = strtoll(text, NULL, 10);
    if (errno != 0 || number > INT64_MAX >> (10 * unit)) {
        return err_set(err, "\"%s\" is too large", text);
    }
    *bytes = number << (10 * unit);
    return true;
}

void byte_size_format(int64_t bytes, char out[BYTE_SIZE_TEXT_SIZE])
{
    int unit = 0;
    double value = (double)bytes;
    while (value >= 1000 && unit < UNITS - 1) {
        value /= 1024;
        unit++;
    }
    snprintf(out, BYTE_SIZE_TEXT_SIZE, "%.*f %s", unit > 0 && value < 10 ? 1 : 0, value, units[unit]);
}
