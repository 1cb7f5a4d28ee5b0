/* An exception taken at EL1, as vectors_a64.S saves it. Assembler and C share this file. */
#ifndef ARCH_EXCEPTION_H
#define ARCH_EXCEPTION_H

#define EXCEPTION_SIZE 816

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

struct exception {
    uint64_t x[31], sp, pc, pstate, syndrome, va; /* ELR, SPSR, ESR, FAR */
    uint8_t q[32][16];
    uint64_t fpsr, fpcr;
};

_Static_assert(sizeof(struct exception) == EXCEPTION_SIZE, "vectors_a64.S");
_Static_assert(offsetof(struct exception, sp) == 248 && offsetof(struct exception, pc) == 256, "vectors_a64.S");
_Static_assert(offsetof(struct exception, q) == 288 && offsetof(struct exception, fpsr) == 800, "vectors_a64.S");

/* Go on after the instruction that was interrupted, as if it had been a call with this result. */
static inline void exception_skip(struct exception *e, intptr_t result)
{
    e->x[0] = (uint64_t)result;
    e->pc += 4;
}

#endif

#endif
