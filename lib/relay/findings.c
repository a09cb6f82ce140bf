/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/findings.h"

#include <stdarg.h>
#include <stdio.h>

void findings_add(struct findings *findings, bool stops, const char *format, ...)
{
    va_list args;
    if (findings->count == FINDINGS_MAX) {
        return;
    }
    struct finding *finding = &findings->at[findings->count++];
    finding->stops = stops;
    va_start(args, format);
    vsnprintf(finding->text.text, sizeof finding->text.text, format, args);
    va_end(args);
}

const char *findings_first_stop(const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        if (findings->at[i].stops) {
            return findings->at[i].text.text;
        }
    }
    return "";
}
