/* What test_boot.c asks of the CPU's registers, and the tests that are about them: boot_state_a64.c; boot_state_v7.c
 * with boot_state_lpae.c or boot_state_short.c.
 */
#ifndef TESTS_TARGET_BOOT_STATE_H
#define TESTS_TARGET_BOOT_STATE_H

#include <stdbool.h>
#include <stdint.h>

void boot_state_run(void);         /* the tests */
unsigned boot_state_level(void);   /* the exception level */
uint64_t boot_state_vectors(void); /* their address */
/* The stack pointers of now and of exception handlers; leaves interrupts masked. */
void boot_state_stacks(uint64_t *runtime, uint64_t *exceptions);
unsigned boot_state_pa_bits(void); /* of the addresses that the CPU puts out; at most 48 */
uint64_t boot_state_block(void);   /* the size of the smallest block */
bool boot_state_has_gib_blocks(void);
bool boot_state_keeps_el0_code_from_el1(uint64_t leaf_size); /* what EL0 may execute EL1 may not */
bool boot_state_has_address_size_faults(void);
uint64_t boot_state_timer(void);
uint64_t boot_state_timer_frequency(void);

#endif
