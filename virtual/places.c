/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "virtual/places.h"

#include <stdlib.h>
#include <string.h>

#include "util/xmalloc.h"
#include "virtual/schedule.h"

static const struct virtual_node_settings *settings_of(const struct place *place)
{
    return &place->node->settings;
}

static void plan_first(struct place *place, int64_t now)
{
    const struct virtual_node_settings *settings = settings_of(place);
    place->status.next =
        settings->enabled ? schedule_first(settings->node_id, settings->period, place->status.last, now) : 0;
}

static struct place *place_new(struct virtual_node *node, const struct virtual_statuses *before, int64_t now)
{
    struct place *place = xcalloc(1, sizeof *place);
    const struct virtual_status *known = virtual_statuses_find(before, node->settings.node_id);
    place->node = virtual_node_keep(node);
    if (known != NULL) {
        place->status = *known;
        place->status.running = false;
    }
    strcpy(place->status.node_id, node->settings.node_id);
    plan_first(place, now);
    return place;
}

static void place_free(struct place *place)
{
    virtual_node_drop(place->node);
    free(place);
}

/* The node's file was read again. */
static void place_renew(struct place *place, struct virtual_node *node, int64_t now)
{
    const bool same = virtual_node_same(place->node, node);
    virtual_node_keep(node);
    virtual_node_drop(place->node);
    place->node = node;
    if (!same) {
        plan_first(place, now);
    }
}

void places_reload(struct places *places, const struct virtual_nodes *nodes, const struct virtual_statuses *before,
                   int64_t now, void (*drop)(void *context, struct place *place), void *context)
{
    struct place **renewed = xcalloc(nodes->count + 1, sizeof *renewed);
    for (size_t i = 0; i < nodes->count; i++) {
        struct place *place = places_find(places, nodes->at[i]->settings.node_id);
        if (place != NULL) {
            place_renew(place, nodes->at[i], now);
        } else {
            place = place_new(nodes->at[i], before, now);
        }
        place->stays = true;
        renewed[i] = place;
    }
    for (size_t i = 0; i < places->count; i++) {
        if (!places->at[i]->stays) {
            drop(context, places->at[i]);
            place_free(places->at[i]);
        }
    }
    free(places->at);
    *places = (struct places){renewed, nodes->count};
    for (size_t i = 0; i < places->count; i++) {
        places->at[i]->stays = false;
    }
}

void places_free(struct places *places)
{
    for (size_t i = 0; i < places->count; i++) {
        place_free(places->at[i]);
    }
    free(places->at);
    *places = (struct places){0};
}

struct place *places_due(struct places *places, int64_t now)
{
    struct place *due = NULL;
    for (size_t i = 0; i < places->count; i++) {
        struct place *place = places->at[i];
        if (place->status.next == 0 || place->status.next > now) {
            continue;
        }
        if (place->run != NULL) {
            place_begun(place, now);
        } else if (due == NULL || place->status.next < due->status.next) {
            due = place;
        }
    }
    return due;
}

int64_t places_next(const struct places *places)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < places->count; i++) {
        const struct virtual_status *status = &places->at[i]->status;
        next = status->next > 0 && status->next < next ? status->next : next;
    }
    return next;
}

void place_begun(struct place *place, int64_t now)
{
    const struct virtual_node_settings *settings = settings_of(place);
    place->status.next = settings->enabled ? schedule_next(settings->node_id, settings->period, now) : 0;
}

bool places_request(struct places *places, const char *node_id, int64_t now)
{
    struct place *place = places_find(places, node_id);
    if (place == NULL || !settings_of(place)->enabled) {
        return false;
    }
    place->status.next = now;
    return true;
}

static int compare_place(const void *key, const void *item)
{
    return strcmp(key, settings_of(*(struct place *const *)item)->node_id);
}

struct place *places_find(const struct places *places, const char *node_id)
{
    struct place **found =
        places->count > 0 ? bsearch(node_id, places->at, places->count, sizeof *places->at, compare_place) : NULL;
    return found != NULL ? *found : NULL;
}
