/* What the code before the MMU hands to the code after it. */
#ifndef STARTUP_BOOT_H
#define STARTUP_BOOT_H

#include <stdint.h>

struct boot_info {
    uint64_t image_pa;         /* where the image's first byte lies */
    uint64_t device_tree_pa;   /* 0 = none */
    uint64_t device_tree_size; /* its totalsize; 0 = none, or none that can be used */
    uint64_t entry_el;         /* 1, 2 or 3 */
    uint64_t identity_pa;      /* TTBR0's table while the MMU goes on, or TTBR1 changes */
};

extern struct boot_info boot_info;

/* linker/sections.ld */
extern char image_start[], image_text_end[], image_rodata_start[], image_rodata_end[];
extern char image_data_start[], image_bss_start[], image_end[];

/* The physical address of something in the image */
static inline uint64_t boot_image_pa(const volatile void *address)
{
    return (uintptr_t)address - (uintptr_t)image_start + boot_info.image_pa;
}

extern char boot_exception_stack_top[]; /* boot_a64.S */

/* Where a core begins that PSCI starts: the physical address is for it, r0 or x0 that of a struct boot_core. */
extern char boot_core[];
/*
 * For cores that wait in our own park: the physical address of the struct boot_core of the one that is to go, which
 * is in memory by then.
 */
extern volatile uintptr_t boot_release;

/* A linear-map window in 2 MiB blocks, until the kernel space stands: [pa, pa + size), multiples of 2 MiB. */
void boot_map_chunk(uint64_t pa, uint64_t size);

/* From the boot tables to the kernel space: TTBR1_EL1 = this, with no TLB entry of the old tables left. */
void boot_replace_ttbr1(uint64_t ttbr1, uint64_t identity_pa, uint64_t switch_pa);
extern char boot_switch_ttbr1[]; /* its part in the identity map */

#endif
