/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * thread: a thread of a sink. It blocks all signals: the main thread handles them.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "util/err.h"

bool thread_start(pthread_t *thread, void *(*work)(void *context), void *context, struct err *err);

/* Waits for its end, no longer than until_ms (clock_ms). False when it has not ended. */
bool thread_join(pthread_t thread, int64_t until_ms);
