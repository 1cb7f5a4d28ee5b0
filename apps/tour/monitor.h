/* The monitor's commands. Each gets its words (words[0] is the command) and has as many as its help line says. */
#ifndef APPS_TOUR_MONITOR_H
#define APPS_TOUR_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

struct words {
    unsigned count;
    unsigned bits; /* the number behind the command's name, as in peek64; 0: none */
    char *word[6];
};

/* False, after saying so, when the word is not a number. what: the parameter's name. */
bool monitor_number(const struct words *words, unsigned index, const char *what, uint64_t *number);

void monitor_maps(const struct words *words);
void monitor_map(const struct words *words);
void monitor_unmap(const struct words *words);
void monitor_redirect(const struct words *words);

void monitor_walk(const struct words *words);
void monitor_segments(const struct words *words);
void monitor_dump(const struct words *words);
void monitor_at(const struct words *words);
void monitor_stats(const struct words *words);

void monitor_peek(const struct words *words);
void monitor_poke(const struct words *words);
void monitor_fault(const struct words *words);

#endif
