/* A memory of a few words, in which judges find descriptors put together by hand. */
#ifndef TESTS_HOST_WORDS_H
#define TESTS_HOST_WORDS_H

#include <stdint.h>

int nothing_in_memory(void **state); /* a test's setup */
void put(uint64_t pa, uint64_t value);
uint64_t read_word(void *context, uint64_t pa); /* of a struct judge_regime; 0 where nothing was put */

#endif
