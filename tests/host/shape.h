/*
 * The spaces that tests of mmu/ are made for: formats, sizes, halves; and one of them opened over the
 * model. Addresses in tests are offsets from the lowest address of the space's half.
 */
#ifndef TESTS_HOST_SHAPE_H
#define TESTS_HOST_SHAPE_H

#include <stddef.h>

#include "mmu/mmu.h"
#include "tests/host/model.h"

struct shape {
    const char *name;
    const struct mmu_format *format;
    const struct judge_rules *rules; /* as in struct judge_regime */
    unsigned granule_bits, va_bits;
    bool high;
    bool no_break; /* the machine's walkers have FEAT_BBM level 2 */
};

extern const struct shape shapes[];
extern const size_t shape_count;

/* The space that is open, and its shape. */
extern struct mmu_space *world_space;
extern struct shape world_shape;

/* Starts the model afresh. false: no memory. */
bool shape_open(const struct shape *shape, const struct model_config *config);
/* The space goes, with all that is mapped; the model stays for questions. */
void shape_close(void);

uint64_t page(void);       /* the granule */
uint64_t table_span(void); /* what a last-level table translates, and so the smallest block */
uint64_t block_span(int level);
bool has_block(int level);    /* in this format, and not above the space's root */
uint64_t at(uint64_t offset); /* its virtual address */
uint64_t space_size(void);
uint64_t far_pa(void); /* a quarter of what the format can output */

/* Does a leaf say this attr? NULL, or what is wrong. */
const char *attributes_wrong(const struct judge_leaf *leaf, uint32_t attr);
/* The attr that a test that asks for `attr` uses with this format, and that mmu_walk says again: stage 2 has no USER.
 */
uint32_t attr_given(uint32_t attr);

#endif
