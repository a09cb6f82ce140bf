/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/printable.h"
#include "util/utf8.h"

static void __attribute__((format(printf, 2, 0)))
set_text(struct err *err, const char *format, va_list args, const char *behind)
{
    int errnum = errno;
    char raw[ERR_TEXT_SIZE];
    int len = vsnprintf(raw, sizeof raw, format, args);
    if (len < 0) {
        len = 0;
    }
    size_t used = (size_t)len < sizeof raw ? (size_t)len : sizeof raw - 1;
    used = printable_copy(err->text, sizeof err->text, raw, used);
    if (behind != NULL) {
        snprintf(err->text + used, sizeof err->text - used, ": %s", behind);
        err->text[utf8_clean_prefix(err->text, strlen(err->text))] = '\0'; /* no half character where it is cut */
    }
    errno = errnum;
}

bool err_vset(struct err *err, const char *format, va_list args)
{
    if (err != NULL) {
        set_text(err, format, args, NULL);
    }
    return false;
}

bool err_set(struct err *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    err_vset(err, format, args);
    va_end(args);
    return false;
}

bool err_set_errno(struct err *err, int errnum, const char *format, ...)
{
    if (err != NULL) {
        char why[128];
        va_list args;
        va_start(args, format);
        set_text(err, format, args, strerror_r(errnum, why, sizeof why));
        va_end(args);
    }
    return false;
}

bool err_prefix(struct err *err, const char *format, ...)
{
    if (err != NULL) {
        struct err before = *err;
        va_list args;
        va_start(args, format);
        set_text(err, format, args, before.text);
        va_end(args);
    }
    return false;
}
