/*
 * AArch32: the kernel's half is TTBR1's, the upper 2 GiB. Assembler and C share this file.
 * The image itself lies where linker/v7/arch.ld puts it.
 */
#ifndef ARCH_LAYOUT_H
#define ARCH_LAYOUT_H

#define KERNEL_VA_BITS 31
#define TASK_VA_BITS   31         /* the lower half, TTBR0's */
#define TABLE_SPAN     0x100000   /* bytes that a table of pages translates: the least of both formats */
#define WINDOW_VA      0xC0000000 /* maps that IOKit's classes place; its first page is a guard */
#define WINDOW_END     0xE0000000
#define HEAP_VA        0xE0000000 /* malloc's */
#define HEAP_END       0xF0000000
#define STACKS_VA      0xF0000000 /* see stacks.h */
#define IMAGE_VA       0xFC000000 /* linker/v7/arch.ld */
#define DEVICES_VA     0xF8000000 /* the console, then the device tree */

/*
 * With long descriptors, MAIR0 and MAIR1: index n has byte n. The indices are AArch64's, but ARMv7 has no device memory
 * between nGnRE (its "Device") and Normal: the two more relaxed types become that.
 */
#define MAIR0_VALUE        0x00BB44FF
#define MAIR1_VALUE        0x040404FF
#define MAIR_WRITEBACK     0
#define MAIR_DEVICE_nGnRnE 3

/* SCTLR: its RES1 bits, CP15BEN, and M, C, Z, I, WXN. A stays 0, as on AArch64. */
#define SCTLR_VALUE 0x00CD187D

#ifndef __ASSEMBLER__

#include <stdint.h>

/* mmu_lpae, mmu_short or mmu_short_pxn: kernel_lpae.c, kernel_short.c */
const struct mmu_format *kernel_format(void);
#define KERNEL_FORMAT (*kernel_format())

/* linker/BOARD.ld: numbers, told as addresses */
extern char linear_offset[], linear_start[];

#define LINEAR_VA    ((uintptr_t)linear_offset) /* + a physical address of the first GiB of RAM */
#define LINEAR_START ((uintptr_t)linear_start)
#define LINEAR_END   ((uint64_t)LINEAR_START + 0x40000000)

#endif

#endif
