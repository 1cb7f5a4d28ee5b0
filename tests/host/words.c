#include "tests/host/words.h"

static struct word {
    uint64_t pa, value;
} words[16];
static unsigned word_count;

int nothing_in_memory(void **state)
{
    (void)state;
    word_count = 0;
    return 0;
}

void put(uint64_t pa, uint64_t value)
{
    words[word_count++] = (struct word){pa, value};
}

uint64_t read_word(void *context, uint64_t pa)
{
    (void)context;
    for (unsigned i = 0; i < word_count; i++)
        if (words[i].pa == pa)
            return words[i].value;
    return 0;
}
