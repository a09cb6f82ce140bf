/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/http_date.h"

/* The names of days and months are the C locale's, which our programs keep. */
static const char format[] = "%a, %d %b %Y %H:%M:%S GMT";

bool http_date_format(char out[HTTP_DATE_SIZE], time_t moment)
{
    struct tm parts;
    if (gmtime_r(&moment, &parts) == NULL ||
        strftime(out, HTTP_DATE_SIZE, format, &parts) != HTTP_DATE_SIZE - 1) { /* a year of fewer or more digits */
        out[0] = '\0';
        return false;
    }
    return true;
}

bool http_date_parse(const char *text, time_t *moment)
{
    static const char *const forms[] = {format, "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct tm parts = {0};
        const char *rest = strptime(text, forms[i], &parts);
        if (rest != NULL && *rest == '\0') {
            *moment = timegm(&parts);
            return true;
        }
    }
    return false;
}
