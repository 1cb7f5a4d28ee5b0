/*
 * One access that may be refused, and the outcome: loads and stores of a byte at EL1 and with EL0's
 * rights (LDTRB, STTRB), and an instruction fetch. Each is one known instruction, so that a fault's
 * pc can be checked too.
 */
#ifndef TESTS_TARGET_TOUCH_H
#define TESTS_TARGET_TOUCH_H

#include <stdbool.h>
#include <stdint.h>

#include "startup/runtime.h"
#include "tests/target/tap.h"

struct touch {
    bool done;     /* it went through; else fault says how it did not */
    uint8_t value; /* what a load got */
    bool store, fetch;
    uint64_t va, pc; /* of the access */
    struct fault fault;
};

struct touch touch_read(uint64_t va);
struct touch touch_write(uint64_t va, uint8_t value);
struct touch touch_read_el0(uint64_t va);
struct touch touch_write_el0(uint64_t va, uint8_t value);
struct touch touch_execute(uint64_t va); /* calls va: a page that may be executed must hold touch_return there */

/* touch_a64.c, touch_v7.c: the access is the first instruction of each. */
uint8_t touch_load_byte(uintptr_t va, uint8_t value);
uint8_t touch_store_byte(uintptr_t va, uint8_t value);
uint8_t touch_load_byte_el0(uintptr_t va, uint8_t value);
uint8_t touch_store_byte_el0(uintptr_t va, uint8_t value);
void touch_write_function(uint32_t code[2], uint32_t value); /* it returns value, below 256 */
extern const uint32_t touch_return;                          /* the instruction that returns from a call */
void touch_load_word(uintptr_t va);                          /* 32 bits in one access, whatever the alignment */
void touch_load_exclusive(uintptr_t va);
/*
 * Load a word at va and store another, with known values in the general and the FP and SIMD registers, the flags and
 * the FP status; how many of them are others afterwards.
 */
unsigned touch_changed_registers(uintptr_t va);
void touch_forget_translations(void); /* after entries were changed by hand */

/* Refused, with this verdict, at this address, by this instruction, and the syndrome says load, store or fetch. */
bool touch_refused(struct touch touch, int verdict, struct tap_place place);
#define CHECK_REFUSED(touch, verdict) touch_refused(touch, verdict, TAP_PLACE(#touch " refused: " #verdict))

/* ESR_EL1 fields (Arm ARM D19.2.37 ESR_EL1) */
unsigned touch_class(const struct fault *fault);  /* EC */
unsigned touch_status(const struct fault *fault); /* DFSC or IFSC */

#define TOUCH_UNKNOWN     0x00u /* EC: unknown instruction */
#define TOUCH_FETCH_ABORT 0x21u /* EC: instruction abort, same level */
#define TOUCH_DATA_ABORT  0x25u /* EC: data abort, same level */

#endif
