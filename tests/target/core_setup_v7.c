#include "tests/target/core_setup.h"

#include "tests/target/registers_v7.h"

/* Their low halves, with long descriptors too: the rest is the ASID, and RAM beyond 4 GiB. */
void core_setup_read(struct core_setup *setup)
{
    enum { MODE_SYS = 0x1f, MASKS_AND_MODE = 0x1df };
    uint32_t cpsr, fpscr;

    __asm__ volatile("mrs %0, cpsr\n\tvmrs %1, fpscr" : "=r"(cpsr), "=r"(fpscr));
    *setup = (struct core_setup){
        .home = (cpsr & 0x1f) == MODE_SYS,
        .same = {READ_CP15("c10, c2, 0"), READ_CP15("c10, c2, 1"), READ_CP15("c2, c0, 2"), READ_CP15("c2, c0, 0"),
                 READ_CP15("c2, c0, 1"), READ_CP15("c1, c0, 0"), READ_CP15("c12, c0, 0"), READ_CP15("c1, c0, 2"),
                 cpsr & MASKS_AND_MODE},
        .affinity = READ_CP15("c0, c0, 5") & 0xffffff,
    };
    setup->home &= (fpscr & 0x07ff0000) == 0; /* rounds to nearest, no traps */
    __asm__ volatile("mov %0, sp" : "=r"(setup->sp));
    __asm__ volatile("cpsid if, #0x13\n\tmov %0, sp\n\tcpsie if, #0x1f" : "=r"(setup->exception_sp));
}
