/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/status_page_private.h"

#include "system/html.h"
#include "system/html_format.h"
#include "util/byte_size.h"
#include "util/duration.h"

static void status_page_queue_add_number(struct buffer *out, uint64_t number)
{
    char text[HTML_NUMBER_SIZE];
    html_format_number(number, text);
    buffer_add_format(out, "<td class=\"n%s\">%s</td>", number == 0 ? " none" : "", text);
}

static void add_age(struct buffer *out, const struct spool_sum *total, int64_t now)
{
    char age[DURATION_TEXT_SIZE] = "–";
    if (total->files > 0) {
        duration_format(now - total->oldest, age);
    }
    buffer_add_format(out, "<td class=\"n%s\">%s</td>", total->files == 0 ? " none" : "", age);
}

static void add_row(struct buffer *out, const char *name, const struct spool_totals *totals, bool failed, int64_t now)
{
    const struct spool_sum *total = failed ? &totals->failed : &totals->waiting;
    char size[BYTE_SIZE_TEXT_SIZE] = "–";
    buffer_add_format(out, "<tr><th scope=\"row\">%s</th>", name);
    if (totals->err.text[0] != '\0') {
        buffer_add_text(out, "<td colspan=\"3\" class=\"n\">not known</td></tr>");
        return;
    }
    if (total->files > 0) {
        byte_size_format((int64_t)total->bytes, size);
    }
    status_page_queue_add_number(out, total->files);
    buffer_add_format(out, "<td class=\"n%s\">%s</td>", total->files == 0 ? " none" : "", size);
    add_age(out, total, now);
    buffer_add_text(out, "</tr>");
}

static void add_table(struct buffer *out, const struct health *health, const char *caption, bool failed)
{
    buffer_add_format(out,
                      "<table><caption>%s</caption><thead><tr><td></td><th scope=\"col\" class=\"n\">Files</th>"
                      "<th scope=\"col\" class=\"n\">Size</th><th scope=\"col\" class=\"n\">Oldest</th></tr>"
                      "</thead><tbody>",
                      caption);
    for (size_t i = 0; i < RELAY_KINDS; i++) {
        if (health->queue[i].used) {
            add_row(out, upload_kind((enum relay_kind)i)->title, &health->queue[i], failed, health->now);
        }
    }
    buffer_add_text(out, "</tbody></table>");
}

static void add_failure(struct buffer *out, const char *name, const struct spool_failure *failure, int64_t now)
{
    buffer_add_text(out, "<tr><th scope=\"row\">");
    html_add(out, failure->reason[0] != '\0' ? failure->reason : "no reason is beside the file");
    buffer_add_format(out, "<small>%s</small></th>", name);
    status_page_queue_add_number(out, failure->total.files);
    add_age(out, &failure->total, now);
    buffer_add_text(out, "</tr>");
}

static void add_failures(struct buffer *out, const struct health *health)
{
    buffer_add_text(out, "<table class=\"reasons\"><caption>Why files failed</caption><thead><tr>"
                         "<th scope=\"col\">Reason</th><th scope=\"col\" class=\"n\">Files</th>"
                         "<th scope=\"col\" class=\"n\">Oldest</th></tr></thead><tbody>");
    for (size_t i = 0; i < RELAY_KINDS; i++) {
        for (size_t j = 0; j < health->queue[i].failure_count; j++) {
            add_failure(out, upload_kind((enum relay_kind)i)->title, &health->queue[i].failures[j], health->now);
        }
    }
    buffer_add_text(out, "</tbody></table><p class=\"hint\">When the reason is mended: <code>rudder-relay replay --all"
                         "</code>. Each file with its reason: <code>rudder-relay queue</code>.</p>");
}

void status_page_add_queue(struct buffer *out, const struct health *health)
{
    size_t failures = 0;
    for (size_t i = 0; i < RELAY_KINDS; i++) {
        failures += health->queue[i].failure_count;
    }
    buffer_add_text(out, "<section aria-labelledby=\"queue\"><h2 id=\"queue\">Queue</h2><div class=\"pair\">");
    add_table(out, health, "Waiting", false);
    add_table(out, health, "Failed", true);
    buffer_add_text(out, "</div>");
    if (failures > 0) {
        add_failures(out, health);
    }
    buffer_add_text(out, "</section>");
}
