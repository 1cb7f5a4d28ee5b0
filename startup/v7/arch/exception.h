/* An exception, as vectors_v7.S saves it. Assembler and C share this file. */
#ifndef ARCH_EXCEPTION_H
#define ARCH_EXCEPTION_H

#define EXCEPTION_SIZE 384

/* Which vector it came by (Arm ARM B1.8.1), and that the exception stack had no room. */
#define EXCEPTION_UNDEFINED      1
#define EXCEPTION_SVC            2
#define EXCEPTION_PREFETCH_ABORT 3
#define EXCEPTION_DATA_ABORT     4
#define EXCEPTION_IRQ            6
#define EXCEPTION_FIQ            7
#define EXCEPTION_OVERFLOW       0x80

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

struct exception {
    uint32_t x[13], sp, lr, pc, pstate; /* r0 to r12, the interrupted mode's sp and lr, where to go on, CPSR */
    uint32_t svc_lr, svc_sp;            /* the handler's mode's own */
    uint32_t syndrome, va;              /* made by syndrome_v7.c: as ESR_EL1; DFAR or IFAR */
    uint32_t unused;
    uint64_t d[32];
    uint32_t fpscr;
    uint32_t spare[9]; /* the vectors' */
};

_Static_assert(sizeof(struct exception) == EXCEPTION_SIZE, "vectors_v7.S");
_Static_assert(offsetof(struct exception, pc) == 60 && offsetof(struct exception, svc_sp) == 72, "vectors_v7.S");
_Static_assert(offsetof(struct exception, d) == 88 && offsetof(struct exception, fpscr) == 344, "vectors_v7.S");

/* Go on after the instruction that was interrupted, as if it had been a call with this result. */
static inline void exception_skip(struct exception *e, intptr_t result)
{
    e->x[0] = (uint32_t)result;
    e->pc += 4;
}

#endif

#endif
