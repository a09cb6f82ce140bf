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
    struct tm parts = {0};
    const char *rest = strptime(text, format, &parts);
    if (rest == NULL || *rest != '\0') {
        return false;
    }
    *moment = timegm(&parts);
    return true;
}
