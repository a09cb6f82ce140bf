/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * proxy_fetch: asks the policy server above for one file, and puts what it gives into the cache.
 *
 * The server proves who it is, and this relay shows its certificate, as for uploads (relay/peer.h). The limits of time
 * are those of output.upstream.
 */
#pragma once

#include "policy-proxy/proxy_copy.h"
#include "relay/relay_config.h"
#include "util/err.h"

enum proxy_fetch {
    PROXY_FETCH_NEW,       /* the copy is another now */
    PROXY_FETCH_UNCHANGED, /* the copy is right */
    PROXY_FETCH_GONE,      /* the server does not give it (*status: 403, 404 or 410); the copy has been removed */
    PROXY_FETCH_TOO_LARGE,
    PROXY_FETCH_NO_SPACE,    /* on our disk */
    PROXY_FETCH_FAILED,      /* an answer of another kind, or one that broke off */
    PROXY_FETCH_UNREACHABLE, /* no answer */
};

/* Asks for copy->path: only whether it has changed, if the copy suffices for the request. err is set but for the first
 * two. The caller has the lock of copy->name. */
enum proxy_fetch proxy_fetch(const struct relay_config *config, struct file_cache *cache, struct proxy_copy *copy,
                             const struct request *request, int *status, struct err *err);
