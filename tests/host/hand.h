/*
 * Tables made by hand, for the tests of the model itself: 4K granule, 39 bits, so root, level 2
 * and level 3.
 */
#ifndef TESTS_HOST_HAND_H
#define TESTS_HOST_HAND_H

#include "mmu/space.h"
#include "tests/host/check.h"
#include "tests/host/model.h"

#define WB       UINT64_C(0x703) /* page, AF, SH 3, AttrIndx 0, EL1 read and write */
#define WB_NG    (WB | 0x800)
#define DEVICE   UINT64_C(0x60000000000e0f) /* nGnRnE is index 3, SH 2, nG, XN */
#define VA       UINT64_C(0x40201000)       /* entries 1, 1, 1 */
#define BLOCK_VA UINT64_C(0x40800000)       /* entries 1, 4, 0 */

extern struct mmu_space fake_space, other_fake; /* only their ASIDs are looked at */
#define SPACE ((const struct mmu_space *)&fake_space)
#define OTHER ((const struct mmu_space *)&other_fake)

extern uint64_t *root, *middle, *last;

uint64_t pa_of(const uint64_t *table);
uint64_t *fresh(void); /* a table of empty entries */
void flush(uint64_t va, uint64_t size, bool with_tables);
void assert_breach(const char *words); /* there is one with these words; it is forgotten then */

/* root[1] -> middle[1] -> last[1] = a page at 0x80000000. Setup and teardown of cmocka, and setup in other words. */
int one_page(void **state);
int start(bool no_break);
int stop(void **state);

#endif
