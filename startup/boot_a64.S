/*
 * The first instructions, at whatever exception level the loader chose, with the MMU off: memory is
 * Device-nGnRnE then (Arm ARM D8.2, stage 1 disabled), so no SIMD, no unaligned access, no exclusives until `high`.
 * The code runs at its physical address and reaches everything PC-relative.
 *
 * x19 = x0 at entry (a device tree, perhaps, or a struct boot_core), x20 = the exception level at entry,
 * x21 = where to go on at the level where the runtime stays. EL1 means that level from there on.
 */
#include "arch/boot_core.h"
#include "startup/layout.h"

        .section .text.boot, "ax"
        .global _start
_start: /* the arm64 Image header */
        b       enter
        .word   0
        .quad   0          /* text_offset */
        .quad   image_size /* with .bss */
        .quad   2          /* little endian, 4 KiB pages, near the start of RAM (bit 3 clear) */
        .quad   0, 0, 0
        .ascii  "ARM\x64"
        .word   0

enter:
        mov     x19, x0
        bl      arrive
        mrs     x1, mpidr_el1
        and     x2, x1, #0xffffff
        and     x1, x1, #0xff00000000
        orr     x1, x1, x2
        cbnz    x1, park
        adr     x21, boot_home
        b       boot_go_home

        /*
         * Every core but the first that a loader sends here waits until somebody starts it, which firmware that
         * knows PSCI does not leave to us: boot_release gets the address of its struct boot_core. That says for which
         * core it is, so that one load answers both: whoever comes late, when it is another one's turn, finds a struct
         * that is not its own and waits on. Its loads depend on that address, and what is there was in memory before.
         * It looks before it waits: one event calls it out of firmware's wait and out of this one.
         */
park:
        adrp    x2, boot_release
        add     x2, x2, :lo12:boot_release
        sevl
1:      wfe
        ldr     x19, [x2]
        cbz     x19, 1b
        ldr     x3, [x19, #BOOT_CORE_AFFINITY]
        cmp     x3, x1
        b.ne    1b
        b       core

        /* Where PSCI sends a core: x0 = the physical address of its struct boot_core, cleaned to memory. */
        .global boot_core
boot_core:
        mov     x19, x0
        bl      arrive
core:
        adr     x21, core_home
        b       boot_go_home

        /* Early vectors at this exception level, and nothing but synchronous exceptions. */
arrive:
        adrp    x1, boot_vectors
        add     x1, x1, :lo12:boot_vectors
        mrs     x20, CurrentEL
        lsr     x20, x20, #2
        cmp     x20, #2
        b.hi    .Lvectors_el3
        b.eq    .Lvectors_el2
        msr     vbar_el1, x1
        b       .Lvectors_set
.Lvectors_el3:
        msr     vbar_el3, x1
        b       .Lvectors_set
.Lvectors_el2:
        msr     vbar_el2, x1
.Lvectors_set:
        msr     daifset, #0xf
        isb
        ret

        /* The same at home, wherever the core came from. */
arrive_home:
        adrp    x1, boot_vectors
        add     x1, x1, :lo12:boot_vectors
        msr     vbar_el1, x1
        msr     spsel, #1
        b       boot_el0_rights

boot_home:
        bl      arrive_home
        adrp    x1, boot_stack_top
        add     x1, x1, :lo12:boot_stack_top
        mov     sp, x1

        /*
         * A cache may still hold lines of memory that is written here past the caches: drop them
         * before (or one could be written back over it) and after (or one could be read instead of
         * it), by address, to the point of coherency (Arm ARM D7.5: set/way is not for this).
         */
        bl      invalidate_bss
        adrp    x0, image_bss_start
        adrp    x1, image_end
.Lzero:
        stp     xzr, xzr, [x0], #16
        cmp     x0, x1
        b.lo    .Lzero

        mov     x0, x19
        mov     x1, x20
        bl      boot_tables /* x0 = TTBR0_EL1, x1 = TTBR1_EL1 */
        mov     x21, x0
        mov     x22, x1
        bl      invalidate_bss

        bl      boot_tcr
        ldr     x2, =MAIR_VALUE
        bl      set_translation
        bl      boot_sctlr
        ldr     x22, =cores
        ldr     x23, =boot_stack_top
        ldr     x24, =boot_exception_stack_top
        ldr     x25, =start
        ldr     x1, =high
        b       boot_switch

        /* TTBR0_EL1 = x21, TTBR1_EL1 = x22, TCR_EL1 = x0, MAIR_EL1 = x2 */
set_translation:
        msr     ttbr0_el1, x21
        msr     ttbr1_el1, x22
        msr     tcr_el1, x0
        msr     mair_el1, x2
        ic      iallu
        tlbi    vmalle1 /* out of reset a TLB may hold anything: software invalidates it (Arm ARM D8.17) */
        dsb     nsh
        isb
        ret

        /* x19 = a struct boot_core, which holds what the first core has */
core_home:
        bl      arrive_home
        ldp     x21, x22, [x19, #BOOT_CORE_TTBR0]
        ldp     x0, x2, [x19, #BOOT_CORE_TCR]
        bl      set_translation
        ldp     x0, x22, [x19, #BOOT_CORE_SCTLR]
        ldp     x23, x24, [x19, #BOOT_CORE_STACKS]
        ldr     x25, [x19, #BOOT_CORE_RUN]
        ldr     x1, =high
        b       boot_switch

        /*
         * Drop the cache lines of .bss, to the point of coherency. Uses x0 to x3. Stores made with the MMU off are to
         * Device memory, which no DC is in order with (Arm ARM D7.5): they are complete before.
         */
invalidate_bss:
        dsb     sy
        mrs     x3, ctr_el0
        ubfx    x3, x3, #16, #4 /* DminLine: log2 of the words in the smallest line */
        mov     x2, #4
        lsl     x2, x2, x3
        adrp    x0, image_bss_start
        adrp    x1, image_end
.Linvalidate:
        dc      ivac, x0
        add     x0, x0, x2
        cmp     x0, x1
        b.lo    .Linvalidate
        dsb     sy
        ret

        /* The only code that runs in the identity map: it never crosses a page. */
        .section .text.boot.switch, "ax"
        .balign 128
        .global boot_switch
boot_switch:
        msr     sctlr_el1, x0
        isb
        br      x1

        /*
         * Blocks become pages at the same addresses, and no two sizes may meet in a TLB (break before make,
         * Arm ARM D8.16.1): nothing is translated by TTBR1 in between. x0 = the new table, x3 = an empty one.
         */
        .global boot_switch_ttbr1
boot_switch_ttbr1:
        msr     ttbr1_el1, x3
        isb
        tlbi    vmalle1
        dsb     nsh
        isb
        msr     ttbr1_el1, x0
        isb
        br      x4

        /*
         * In the high half at last. x22 = the core's record, x23 = its stack, x24 = that for exceptions, x25 = what
         * to run. The identity map goes; a core that is started later loads it again.
         */
        .section .text.high, "ax"
high:
        ldr     x0, =vectors
        msr     vbar_el1, x0
        msr     tpidr_el1, x22
        mov     sp, x24
        msr     spsel, #0
        mov     sp, x23
        adrp    x0, empty_table
        at      s1e1r, x0
        isb
        mrs     x0, par_el1
        and     x0, x0, #0xfffffffff000
        msr     ttbr0_el1, x0
        isb
        tlbi    vmalle1
        dsb     nsh
        isb
        mov     x29, xzr
        mov     x30, xzr
        br      x25

        .global boot_replace_ttbr1
boot_replace_ttbr1:
        mrs     x3, ttbr0_el1
        msr     ttbr0_el1, x1
        isb
        adr     x4, 1f
        br      x2
1:      msr     ttbr0_el1, x3
        isb
        tlbi    vmalle1
        dsb     nsh
        isb
        ret

        .section .bss.boot_stacks, "aw", %nobits
        .balign (2 * EXCEPTION_STACK_SIZE)
        .skip   EXCEPTION_STACK_SIZE
boot_stack_top: /* also below the exception stack, where its overflow is told by SP's bit */
        .skip   EXCEPTION_STACK_SIZE
        .global boot_exception_stack_top
boot_exception_stack_top:

        .section .bss.empty_table, "aw", %nobits
        .balign 4096
        .global empty_table
empty_table:
        .skip   4096

        /* Read with the MMU off by cores that wait: loaded data, not .bss, and alone in its cache lines. */
        .section .data.boot_release, "aw"
        .balign 128
        .global boot_release
boot_release:
        .fill   16, 8, 0
