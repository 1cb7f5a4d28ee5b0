#include "startup/runtime.h"
#include "tests/target/boot_state_v7.h"
#include "tests/target/tap.h"

static uint32_t read_cpsr(void)
{
    uint32_t cpsr;

    __asm__ volatile("mrs %0, cpsr" : "=r"(cpsr));
    return cpsr;
}

static void boot__ends_in_system_mode(void)
{
    CHECK_EQ(read_cpsr() & 0x1f, 0x1f);
    CHECK_EQ(read_cpsr() >> 5 & 1, 0); /* ARM state */
}

static void clobber_and_fault(void *unused)
{
    (void)unused;
    __asm__ volatile(
        "vmov.f64 d8, #3.0\n\tvmov.f64 d15, #3.0\n\tmov r4, #3\n\tmov r10, #3\n\tmov r0, #0\n\tldr r0, [r0]" ::
            : "r0", "r4", "r10", "d8", "d15", "memory");
}

static void fault_try__restores_callee_saved_registers_and_masks(void)
{
    register double d8 __asm__("d8") = 1.5;
    register double d15 __asm__("d15") = 2.5;
    register uint32_t r4 __asm__("r4") = 4;
    register uint32_t r10 __asm__("r10") = 10;
    uint32_t masks = read_cpsr() & 0x1ff;

    __asm__ volatile("" : "+w"(d8), "+w"(d15), "+r"(r4), "+r"(r10));
    bool ran = fault_try(clobber_and_fault, NULL, NULL);
    __asm__ volatile("" : "+w"(d8), "+w"(d15), "+r"(r4), "+r"(r10));
    bool kept = d8 == 1.5 && d15 == 2.5 && r4 == 4 && r10 == 10;
    CHECK(!ran);
    CHECK(kept);
    CHECK_EQ(read_cpsr() & 0x1ff, masks);
}

unsigned boot_state_level(void)
{
    unsigned mode = read_cpsr() & 0x1f;

    return mode == 0x1a ? 2 : mode == 0x10 ? 0 : 1;
}

uint64_t boot_state_vectors(void)
{
    return READ_CP15("c12, c0, 0");
}

void boot_state_stacks(uint64_t *runtime, uint64_t *exceptions)
{
    uint32_t sp, svc_sp;

    __asm__ volatile("mov %0, sp" : "=r"(sp));
    __asm__ volatile("cpsid aif, #0x13\n\tmov %0, sp\n\tcps #0x1f" : "=r"(svc_sp));
    *runtime = sp;
    *exceptions = svc_sp;
}

bool boot_state_has_address_size_faults(void)
{
    return false;
}

uint64_t boot_state_timer(void)
{
    uint64_t count;

    __asm__ volatile("mrrc p15, 1, %Q0, %R0, c14" : "=r"(count));
    return count;
}

uint64_t boot_state_timer_frequency(void)
{
    return READ_CP15("c14, c0, 0");
}

void boot_state_run(void)
{
    TAP_RUN(boot__ends_in_system_mode);
    boot_state_run_format();
    TAP_RUN(fault_try__restores_callee_saved_registers_and_masks);
}
