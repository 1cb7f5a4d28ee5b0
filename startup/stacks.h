/*
 * Stacks in their window of the kernel space, one slot a core:
 *   slot + 0                  guard
 *   slot + 1 MiB - MAIN_STACK main stack (SP_EL0), up to slot + 1 MiB
 *   slot + 1 MiB              guard
 *   ... + EXCEPTION_STACK     exception stack (SP_EL1), as layout.h wants it
 *   ... + 2 * EXCEPTION_STACK guard, up to slot + 2 MiB
 */
#ifndef STARTUP_STACKS_H
#define STARTUP_STACKS_H

#include <stdbool.h>
#include <stdint.h>

#define MAIN_STACK_SIZE 0x40000

struct core;

/* Map a core's stacks and note their tops in its record. false: no memory. */
bool stacks_create(struct core *core);

const char *stack_name(uint64_t sp); /* the stack that an SP points into, in words */
/* The stack whose overflow touches va, and its core's number; NULL: none. */
const char *stack_guard_name(uint64_t va, unsigned *core_number);

#endif
