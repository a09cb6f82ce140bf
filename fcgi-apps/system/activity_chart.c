/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/activity_chart.h"

#include <inttypes.h>

#include "system/html.h"
#include "system/html_format.h"

#define LARGEST UINT64_C(1000000000000000) /* beyond ten times this a column is as high as the chart */

enum { HEIGHT = 120, STEP = 10, WIDTH = HEALTH_MINUTES * STEP };

static uint64_t total_of(const struct activity *activity, enum relay_activity kind)
{
    uint64_t total = 0;
    for (int i = 0; i < HEALTH_MINUTES; i++) {
        total += activity->count[kind][i];
    }
    return total;
}

uint64_t activity_chart_scale(uint64_t largest)
{
    static const unsigned steps[] = {2, 4, 6, 8, 10};
    for (uint64_t power = 1; power <= LARGEST; power *= 10) {
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
            if (largest <= steps[i] * power) {
                return steps[i] * power;
            }
        }
    }
    return 10 * LARGEST;
}

static uint64_t largest_of(const struct activity *activity)
{
    uint64_t largest = 0;
    for (int kind = 0; kind <= RELAY_ACTIVITY_REFUSED; kind++) {
        for (int i = 0; i < HEALTH_MINUTES; i++) {
            largest = activity->count[kind][i] > largest ? activity->count[kind][i] : largest;
        }
    }
    return largest;
}

/* In tenths of a unit, so that the page is the same in any locale. What is there at all is seen: a pixel and a half. */
static int height_of(uint64_t count, uint64_t scale)
{
    int tenths = count >= scale ? HEIGHT * 10 : (int)((double)count / (double)scale * HEIGHT * 10);
    return count > 0 && tenths < 15 ? 15 : tenths;
}

static void add_y(struct buffer *out, char command, int height)
{
    int y = HEIGHT * 10 - height;
    buffer_add_format(out, "%c%d.%d", command, y / 10, y % 10);
}

/* The steps from left to right; `close` makes them an area. */
static void add_steps(struct buffer *out, const char *class, const uint64_t *count, uint64_t scale, bool close)
{
    buffer_add_format(out, "<path class=\"%s\" d=\"M0", class);
    add_y(out, ' ', close ? 0 : height_of(count[0], scale));
    for (int i = 0; i < HEALTH_MINUTES; i++) {
        add_y(out, 'V', height_of(count[i], scale));
        buffer_add_format(out, "H%d", (i + 1) * STEP);
    }
    if (close) {
        buffer_add_format(out, "V%dZ", HEIGHT);
    }
    buffer_add_text(out, "\"/>");
}

static void add_bars(struct buffer *out, const char *class, const uint64_t *count, uint64_t scale)
{
    buffer_add_format(out, "<path class=\"%s\" d=\"M0 %d", class, HEIGHT);
    for (int i = 0; i < HEALTH_MINUTES; i++) {
        if (count[i] > 0) {
            buffer_add_format(out, "M%d %d", i * STEP + 2, HEIGHT);
            add_y(out, 'V', height_of(count[i], scale));
            buffer_add_format(out, "h%dV%dZ", STEP - 4, HEIGHT);
        }
    }
    buffer_add_text(out, "\"/>");
}

static void add_summary(struct buffer *out, const struct activity *activity, const char *done)
{
    const uint64_t *received = activity->count[RELAY_ACTIVITY_UPLOADED];
    int busiest = 0;
    for (int i = 0; i < HEALTH_MINUTES; i++) {
        busiest = received[i] >= received[busiest] ? i : busiest;
    }
    buffer_add_text(out, "<title id=\"chart-title\">Files a minute in the last hour</title><desc id=\"chart-desc\">");
    html_add_format(out, "Received %" PRIu64 ", %s %" PRIu64 ", refused %" PRIu64 ". ",
                    total_of(activity, RELAY_ACTIVITY_UPLOADED), done,
                    total_of(activity, RELAY_ACTIVITY_DONE), total_of(activity, RELAY_ACTIVITY_REFUSED));
    if (received[busiest] > 0) {
        html_add_format(out, "The busiest minute, %d minutes ago, received %" PRIu64 ".", HEALTH_MINUTES - 1 - busiest,
                        received[busiest]);
    }
    buffer_add_text(out, "</desc>");
}

static void add_key(struct buffer *out, const char *class, const char *word, uint64_t total)
{
    char number[HTML_NUMBER_SIZE];
    html_format_number(total, number);
    buffer_add_format(out, "<li><span class=\"key %s\" aria-hidden=\"true\"></span>", class);
    html_add(out, word);
    buffer_add_format(out, " <b>%s</b></li>", number);
}

static void add_axis(struct buffer *out, uint64_t scale)
{
    char top[HTML_NUMBER_SIZE];
    char middle[HTML_NUMBER_SIZE];
    html_format_number(scale, top);
    html_format_number(scale / 2, middle);
    buffer_add_format(out,
                      "<div class=\"axis-y\" aria-hidden=\"true\"><span>%s</span><span>%s</span><span>0</span></div>",
                      top, middle);
}

void activity_chart_add(struct buffer *out, const struct activity *activity, const char *done)
{
    uint64_t scale = activity_chart_scale(largest_of(activity));
    buffer_add_text(out, "<ul class=\"keys\">");
    add_key(out, "received", "Received", total_of(activity, RELAY_ACTIVITY_UPLOADED));
    add_key(out, "done", done, total_of(activity, RELAY_ACTIVITY_DONE));
    add_key(out, "refused", "Refused", total_of(activity, RELAY_ACTIVITY_REFUSED));
    buffer_add_text(out, "</ul><div class=\"chart\">");
    add_axis(out, scale);
    buffer_add_format(out,
                      "<svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\" "
                      "aria-labelledby=\"chart-title chart-desc\">",
                      WIDTH, HEIGHT);
    add_summary(out, activity, done);
    buffer_add_format(out, "<path class=\"grid\" d=\"M0 0H%dM0 %dH%dM0 %dH%d\"/>", WIDTH, HEIGHT / 2, WIDTH, HEIGHT,
                      WIDTH);
    add_steps(out, "received", activity->count[RELAY_ACTIVITY_UPLOADED], scale, true);
    add_steps(out, "done", activity->count[RELAY_ACTIVITY_DONE], scale, false);
    add_bars(out, "refused", activity->count[RELAY_ACTIVITY_REFUSED], scale);
    buffer_add_text(out, "</svg><div class=\"axis-x\" aria-hidden=\"true\"><span>60 min ago</span>"
                         "<span>30 min ago</span><span>now</span></div></div>");
}
