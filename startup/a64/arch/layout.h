/*
 * AArch64: the kernel's half is TTBR1's, 39 bits, 4 KiB granule. Assembler and C share this file.
 * The image itself lies where linker/a64/arch.ld puts it, in the top 2 GiB.
 */
#ifndef ARCH_LAYOUT_H
#define ARCH_LAYOUT_H

#define KERNEL_FORMAT  mmu_vmsa64_4k
#define KERNEL_VA_BITS 39
#define TASK_VA_BITS   39                 /* the low half, TTBR0's */
#define TABLE_SPAN     0x200000           /* bytes that a table of pages translates */
#define LINEAR_VA      0xFFFFFF8000000000 /* + a physical address from LINEAR_START to LINEAR_END: RAM, write-back */
#define LINEAR_START   0
#define LINEAR_END     0x4000000000
#define WINDOW_VA      0xFFFFFFC000000000 /* maps that IOKit's classes place; its first page is a guard */
#define WINDOW_END     0xFFFFFFE000000000
#define HEAP_VA        0xFFFFFFE000000000 /* malloc's */
#define HEAP_END       0xFFFFFFF000000000
#define STACKS_VA      0xFFFFFFF000000000 /* see stacks.h */
#define DEVICES_VA     0xFFFFFFF800000000 /* the console, then the device tree */

/* MAIR_EL1: index n has byte n. Each memory type has an index of its own. */
#define MAIR_VALUE         0x0C0804FF00BB44FF
#define MAIR_WRITEBACK     0
#define MAIR_DEVICE_nGnRnE 3

#endif
