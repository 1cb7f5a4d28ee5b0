/* Numbers and codes as people read them. */
#ifndef APPS_TOUR_WORDS_H
#define APPS_TOUR_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "iomem/IOTypes.h"

#define WORDS_SIZE 16

/* "4K", "2M", "512 B": the largest unit that divides it. Returns text. */
const char *words_size(uint64_t size, char text[WORDS_SIZE]);

const char *words_cache_mode(IOOptionBits map_options);                   /* IOKit's word for a map's cache mode */
bool words_parse_cache_mode(const char *word, IOOptionBits *map_options); /* any case, or its number 0..9 */
int words_mair_of(IOOptionBits map_options, bool ram);                    /* the MAIR byte that this mode must give */
const char *words_mair(uint8_t mair);                                     /* "Device-nGnRnE" */

const char *words_fault(int verdict); /* FAULT_UNMAPPED and the rest of startup/runtime.h */

/* Hex with 0x, or decimal, with K, M or G behind it if you like. False: not a number, or too large. */
bool words_parse_number(const char *word, uint64_t *number);

#endif
