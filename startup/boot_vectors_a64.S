/* Vectors for the time before the MMU is on, good at every exception level. They report and end the run. */
        .section .text.boot.vectors, "ax"
        .balign 2048
        .global boot_vectors
boot_vectors:
        .rept   16
        .balign 128
        b       boot_fault
        .endr
        .balign 128

boot_fault:
        mrs     x3, CurrentEL
        lsr     x3, x3, #2
        cmp     x3, #2
        b.hi    3f
        b.eq    2f
        mrs     x0, esr_el1
        mrs     x1, elr_el1
        mrs     x2, far_el1
        b       1f
2:      mrs     x0, esr_el2
        mrs     x1, elr_el2
        mrs     x2, far_el2
        b       1f
3:      mrs     x0, esr_el3
        mrs     x1, elr_el3
        mrs     x2, far_el3
1:      msr     spsel, #1
        adrp    x4, boot_fault_stack_top
        add     x4, x4, :lo12:boot_fault_stack_top
        mov     sp, x4
        b       boot_report

        .section .bss.boot_fault_stack, "aw", %nobits
        .balign 16
        .skip   2048
        .global boot_fault_stack_top
boot_fault_stack_top:
