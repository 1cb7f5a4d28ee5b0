#include "tests/target/core_setup.h"

#include "tests/target/home.h"
#include "tests/target/registers_a64.h"

void core_setup_read(struct core_setup *setup)
{
    *setup = (struct core_setup){
        .home = READ_REGISTER("CurrentEL") >> 2 == home_level && READ_REGISTER("spsel") == 0,
        .same = {READ_REGISTER("mair_el1"), READ_REGISTER("tcr_el1"), READ_REGISTER("ttbr0_el1"),
                 READ_REGISTER("ttbr1_el1"), READ_REGISTER("sctlr_el1"), READ_REGISTER("vbar_el1"),
                 READ_REGISTER("cpacr_el1"), READ_REGISTER("daif"), READ_REGISTER("fpcr")},
        .affinity = READ_REGISTER("mpidr_el1") & 0xff00ffffff,
    };
    __asm__ volatile("mov %0, sp" : "=r"(setup->sp));
    __asm__ volatile("msr daifset, #0xf\n\tmsr spsel, #1\n\tmov %0, sp\n\tmsr spsel, #0\n\tmsr daifclr, #7"
                     : "=r"(setup->exception_sp));
}
