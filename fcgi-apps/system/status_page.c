/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/status_page.h"

#include <openssl/evp.h>
#include <string.h>

#include "system/activity_chart.h"
#include "system/html.h"
#include "system/html_format.h"
#include "system/status_page_private.h"
#include "util/digest.h"

enum { REFRESH_SECONDS = 30, DIGEST_SIZE = 32, DIGEST_BASE64_SIZE = 45 };

static const struct {
    const char *class, *sign, *words;
} verdicts[] = {
    [HEALTH_WELL] = {"well", "✓", "The relay is well"},
    [HEALTH_NOTICE] = {"notice", "!", "The relay works, and needs a look"},
    [HEALTH_BAD] = {"bad", "✕", "The relay is not well"},
};

static void add_head(struct buffer *out, const struct health *health)
{
    buffer_add_format(out,
                      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                      "<meta name=\"color-scheme\" content=\"light dark\">"
                      "<meta http-equiv=\"refresh\" content=\"%d\"><title>%s: ",
                      REFRESH_SECONDS, verdicts[health->verdict].words);
    html_add(out, health->config->general.node_id);
    buffer_add_format(out, "</title><style>%s</style></head><body><header><p class=\"who\">Rudder relay <b>",
                      status_page_style);
    html_add(out, health->config->general.node_id);
    buffer_add_text(out, "</b></p>");
}

static void add_verdict(struct buffer *out, const struct health *health)
{
    buffer_add_format(out, "<div class=\"verdict %s\"><h1><span class=\"sign\" aria-hidden=\"true\">%s</span>%s</h1>",
                      verdicts[health->verdict].class, verdicts[health->verdict].sign, verdicts[health->verdict].words);
    if (health->findings.count > 0) {
        buffer_add_text(out, "<ul>");
        for (size_t i = 0; i < health->findings.count; i++) {
            const struct finding *finding = &health->findings.at[i];
            buffer_add_format(out, "<li class=\"%s\">", verdicts[finding->stops ? HEALTH_BAD : HEALTH_NOTICE].class);
            html_add(out, finding->text.text);
            buffer_add_text(out, ".</li>");
        }
        buffer_add_text(out, "</ul>");
    }
    buffer_add_text(out, "</div></header><main>");
}

/* ---- the parts, each a word and what there is to add ---- */

static void open_part(struct buffer *out, const char *name, enum health_verdict verdict, const char *words)
{
    buffer_add_format(out, "<div class=\"part %s\"><dt>%s</dt><dd>%s</dd>", verdicts[verdict].class, name, words);
}

static void close_part(struct buffer *out)
{
    buffer_add_text(out, "</div>");
}

static void add_peer(struct buffer *out, const struct peer_health *peer, const char *name, int64_t now)
{
    static const char *const words[] = {
        [PEER_USABLE] = "Reachable",
        [PEER_UNTRIED] = "Not needed yet",
        [PEER_UNUSABLE] = "Not usable",
        [PEER_SILENCE] = "Not known",
    };
    if (!peer->used) {
        return;
    }
    open_part(out, name, peer->details.text[0] == '\0' ? HEALTH_WELL : HEALTH_BAD, words[peer->fault]);
    buffer_add_text(out, "<dd>");
    if (peer->fault == PEER_SILENCE) {
        html_add(out, peer->details.text);
    } else if (peer->fault != PEER_UNTRIED) {
        buffer_add_text(out, "changed ");
        html_format_age(out, peer->report.since, now);
        buffer_add_text(out, "</dd><dd>checked ");
        html_format_age(out, peer->report.checked, now);
    }
    buffer_add_text(out, "</dd>");
    close_part(out);
}

static void add_configuration(struct buffer *out, const struct health *health)
{
    bool right = health->configuration.text[0] == '\0';
    open_part(out, "Configuration", right ? HEALTH_WELL : HEALTH_BAD, right ? "Valid" : "Not valid");
    buffer_add_text(out, "<dd class=\"path\">");
    html_add(out, health->config->path);
    buffer_add_text(out, "</dd>");
    close_part(out);
}

static void status_page_add_nodes(struct buffer *out, const struct health *health)
{
    const struct node_health *nodes = health->nodes;
    char number[HTML_NUMBER_SIZE];
    if (!nodes->known) {
        open_part(out, "Nodes", HEALTH_BAD, "Not known");
        buffer_add_text(out, "<dd>there is no node index</dd>");
        close_part(out);
        return;
    }
    html_format_number(nodes->summary.nodes, number);
    open_part(out, "Nodes", nodes->current ? HEALTH_WELL : HEALTH_NOTICE, number);
    html_format_number(nodes->neighbours, number);
    buffer_add_format(out, "<dd>%s directly below</dd>", number);
    html_format_number(nodes->summary.certificates, number);
    buffer_add_format(out, "<dd>%s certificates</dd><dd>index built ", number);
    html_format_age(out, nodes->built, health->now);
    buffer_add_text(out, "</dd>");
    close_part(out);
}

static void add_hub(struct buffer *out, const struct health *health)
{
    const struct hub_health *hub = &health->hub;
    char number[HTML_NUMBER_SIZE];
    if (!hub->used) {
        return;
    }
    html_format_number(hub->stats.waiting, number);
    bool known = hub->details.text[0] == '\0';
    open_part(out, "Connected nodes", known ? HEALTH_WELL : HEALTH_NOTICE, known ? number : "Not known");
    buffer_add_text(out, "<dd>");
    if (!known) {
        html_add(out, hub->details.text);
    } else if (hub->stats.silent_since > 0) {
        buffer_add_text(out, "longest silent, heard of ");
        html_format_age(out, hub->stats.silent_since, health->now);
    } else {
        buffer_add_text(out, "nobody that was here is silent");
    }
    buffer_add_text(out, "</dd>");
    close_part(out);
}

static void add_program(struct buffer *out, const struct part_health *part, const char *name, const char *words)
{
    char number[HTML_NUMBER_SIZE];
    const bool runs = part->details.text[0] == '\0';
    if (!part->used) {
        return;
    }
    html_format_number(part->count, number);
    open_part(out, name, runs ? HEALTH_WELL : HEALTH_NOTICE, runs ? number : "Not known");
    buffer_add_text(out, "<dd>");
    html_add(out, runs ? words : part->details.text);
    buffer_add_text(out, "</dd>");
    close_part(out);
}

static void add_parts(struct buffer *out, const struct health *health)
{
    buffer_add_text(out, "<section aria-labelledby=\"parts\"><h2 id=\"parts\">Parts</h2><dl class=\"parts\">");
    add_peer(out, &health->peers[RELAY_PEER_DATABASE], "Database", health->now);
    add_peer(out, &health->peers[RELAY_PEER_UPSTREAM], "Upstream server", health->now);
    add_configuration(out, health);
    status_page_add_nodes(out, health);
    add_hub(out, health);
    add_program(out, &health->virtual_nodes, "Virtual nodes", "that commands are run for");
    add_program(out, &health->syslog, "Runs by syslog", "being gathered");
    buffer_add_text(out, "</dl></section>");
}

static const char *word_for_done(const struct relay_config *config)
{
    switch (config->reporting.output) {
    case RELAY_OUTPUT_DATABASE:
        return "Stored";
    case RELAY_OUTPUT_UPSTREAM:
        return "Forwarded";
    default:
        return "Done";
    }
}

static void add_activity(struct buffer *out, const struct health *health)
{
    buffer_add_text(out, "<section aria-labelledby=\"activity\"><h2 id=\"activity\">Files a minute, last hour</h2>");
    if (health->shared) {
        activity_chart_add(out, &health->activity, word_for_done(health->config));
    } else {
        buffer_add_text(out, "<p>Counters are not shared: what happened is not known here.</p>");
    }
    buffer_add_text(out, "</section>");
}

static void add_last_error(struct buffer *out, const struct health *health)
{
    buffer_add_text(out, "<section aria-labelledby=\"error\"><h2 id=\"error\">Last error</h2>");
    if (health->last_error.when == 0) {
        buffer_add_text(out, "<p class=\"none\">None that is known.</p>");
    } else {
        buffer_add_text(out, "<p class=\"error\">");
        html_add(out, health->last_error.text);
        buffer_add_text(out, " <small>");
        html_format_age(out, health->last_error.when, health->now);
        buffer_add_text(out, "</small></p>");
    }
    buffer_add_text(out, "</section>");
}

static void add_foot(struct buffer *out, const struct health *health, bool below)
{
    static const char *const answers[] = {"info", "status", "queue"};
    buffer_add_text(out, "</main><footer><p>rudder-relay ");
    html_add(out, health->version);
    buffer_add_text(out, ", as of ");
    html_format_moment(out, health->now);
    buffer_add_format(out, ", renewed every %d seconds.</p><p>For programs:", REFRESH_SECONDS);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        buffer_add_format(out, " <a href=\"%s%s\">%s</a>", below ? "" : "system/", answers[i], answers[i]);
    }
    buffer_add_text(out, "</p></footer></body></html>\n");
}

static void add_policy(struct response *response)
{
    unsigned char digest[DIGEST_SIZE];
    unsigned char base64[DIGEST_BASE64_SIZE];
    struct buffer policy = {0};
    digest_sha256(digest, status_page_style, strlen(status_page_style));
    EVP_EncodeBlock(base64, digest, sizeof digest);
    buffer_add_format(&policy,
                      "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'; "
                      "frame-ancestors 'none'",
                      (const char *)base64);
    response_header(response, "Content-Security-Policy", buffer_cstr(&policy));
    buffer_free(&policy);
}

void status_page_answer(const struct health *health, bool below, struct response *response)
{
    struct buffer *out = &response->body;
    response_empty(response, 200);
    response_header(response, "Content-Type", "text/html; charset=utf-8");
    response_header(response, "Cache-Control", "no-store");
    response_header(response, "Referrer-Policy", "no-referrer");
    response_header(response, "X-Content-Type-Options", "nosniff");
    add_policy(response);
    add_head(out, health);
    add_verdict(out, health);
    add_parts(out, health);
    add_activity(out, health);
    add_last_error(out, health);
    status_page_add_queue(out, health); /* last: there may be many reasons */
    add_foot(out, health, below);
}
