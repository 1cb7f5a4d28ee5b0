/*
 * What a hostile EL0 tries (hostile_a64.S, hostile_v7.S): lists of single instructions, each followed by call 4, at
 * HOSTILE_STEP bytes from one another. Position-independent: they are copied into a page of the task. x0 (r0) is an
 * address.
 */
#ifndef TESTS_TARGET_HOSTILE_H
#define TESTS_TARGET_HOSTILE_H

#include "tests/target/el0.h"

#define HOSTILE_STEP 16
#define HOSTILE_CODE UINT64_C(0x10100000) /* where it lies in a task */

/* The names, in order, each ended by 0; an empty one ends the list. */
extern const char hostile_code[], hostile_code_end[];
extern const char hostile_privileged[], hostile_privileged_names[]; /* EL0 may not, whatever x0 is */
extern const char hostile_allowed[], hostile_allowed_names[];       /* EL0 may, when x0 is memory of its own */
extern const char hostile_reads[], hostile_reads_names[];           /* of the memory at x0 */
extern const char hostile_writes[], hostile_writes_names[];

/* Copy them into the task. */
bool hostile_enter(const struct el0_task *task);

/*
 * Run each of a list. Refused: *exit says EL0_FAULT with this verdict (any, when it is negative), by that very
 * instruction, at an address in the 64 bytes of x0 when it was an access. Done: call 4 came.
 */
bool hostile_all_refused(const struct el0_task *task, const char *code, const char *names, uint64_t x0, int verdict);
bool hostile_all_done(const struct el0_task *task, const char *code, const char *names, uint64_t x0);

/* Reads, writes and a jump, all refused. */
bool hostile_cannot_touch(const struct el0_task *task, uint64_t va, int verdict);

/* Of the kernel's text and constants, to see afterwards that they are as they were. */
uint64_t hostile_image_sum(void);

#endif
