/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/siphash.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORD_SIZE = sizeof(uint64_t), FINAL_ROUNDS = 3 };

struct sip_state {
    uint64_t v[4];
};

/* getrandom fails only on kernels too old for this program. Going on without a secret key would mean no protection. */
struct siphash_key siphash_key_new(void)
{
    struct siphash_key key;
    if (getentropy(&key, sizeof key) != 0) {
        abort();
    }
    return key;
}

/* inline, these three: gcc would call them for each word otherwise, and take almost twice as long. */
static inline uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static inline void sip_round(struct sip_state *state)
{
    uint64_t *v = state->v;
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static inline void take_word(struct sip_state *state, uint64_t word)
{
    state->v[3] ^= word;
    sip_round(state);
    state->v[0] ^= word;
}

uint64_t siphash(const struct siphash_key *key, const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    uint64_t k0 = le64toh(key->words[0]);
    uint64_t k1 = le64toh(key->words[1]);
    struct sip_state state = {{k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d),
                               k0 ^ UINT64_C(0x6c7967656e657261), k1 ^ UINT64_C(0x7465646279746573)}};
    uint64_t last = (uint64_t)len << 56; /* the length, and the bytes left after the last whole word */
    for (; len >= WORD_SIZE; at += WORD_SIZE, len -= WORD_SIZE) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        take_word(&state, le64toh(word));
    }
    for (size_t i = 0; i < len; i++) {
        last |= (uint64_t)at[i] << 8 * i;
    }
    take_word(&state, last);
    state.v[2] ^= 0xff;
    for (int i = 0; i < FINAL_ROUNDS; i++) {
        sip_round(&state);
    }
    return state.v[0] ^ state.v[1] ^ state.v[2] ^ state.v[3];
}
