/*
 * A space over the model, for the tests of mmu/: every call is made through a function here, which
 * settles the model afterwards and fails the test on any breach. Addresses in tests are offsets
 * from the lowest address of the space's half.
 */
#ifndef TESTS_HOST_WORLD_H
#define TESTS_HOST_WORLD_H

#include "tests/host/check.h"
#include "tests/host/shape.h"

/* The space of this shape, on a machine with as many pa_bits as it can use, or 36. Setup and teardown of cmocka;
 * *state is the shape. */
int world_open(void **state);
int world_open_36(void **state);
int world_close(void **state);

/* Every test with every shape. */
int world_run(const struct CMUnitTest *tests, size_t count);

int do_map(uint64_t va, uint64_t pa, uint64_t size, uint32_t attr);
int do_unmap(uint64_t va, uint64_t size);
int do_protect(uint64_t va, uint64_t size, uint32_t attr);
int do_tag(uint64_t va, uint64_t size, unsigned tag, uint64_t payload);
size_t do_tables_needed(uint64_t va, uint64_t pa, uint64_t size, uint32_t attr);

/* What the judge says of va, attributes compared with attr; and mmu_walk, mmu_translate, mmu_segment and every core
 * agree. */
void expect_mapped(uint64_t va, uint64_t pa, uint32_t attr);
void expect_unmapped(uint64_t va, unsigned tag, uint64_t payload);
struct judge_leaf judged(uint64_t va);

/* Pages at both ends of a range, at every boundary of a table in it, and some between. */
void expect_range(uint64_t va, uint64_t pa, uint64_t size, uint32_t attr);
void expect_empty(uint64_t va, uint64_t size);

/* Every leaf and tag of the space and the number of its tables, as one number. */
uint64_t snapshot(void);
size_t tables_linked(void); /* counted by walking them */

void expect_no_breach(void);
/* The tables are what the statistics say, none but the root is empty, the model agrees. */
void expect_sound(void);

#endif
