/* Vectors for the time before the MMU is on, for SVC and HYP. They report and end the run. */
        .syntax unified
        .arch_extension virt

        .section .text.boot.vectors, "ax"
        .balign 32
        .global boot_vectors
boot_vectors:
        .rept   8
        bl      boot_fault /* lr says which vector it was, and is the address of the fault no more */
        .endr

boot_fault:
        adr     r0, boot_vectors + 4
        sub     r0, lr, r0
        lsr     r0, r0, #2 /* the vector's number */
        mrs     r3, cpsr
        and     r3, r3, #0x1f
        cmp     r3, #0x1a
        beq     1f
        mrc     p15, 0, r1, c5, c0, 0 /* DFSR */
        mrc     p15, 0, r2, c6, c0, 0 /* DFAR */
        cmp     r0, #3
        mrceq   p15, 0, r1, c5, c0, 1 /* IFSR */
        mrceq   p15, 0, r2, c6, c0, 2 /* IFAR */
        b       2f
1:      mrc     p15, 4, r1, c5, c2, 0 /* HSR */
        mrc     p15, 4, r2, c6, c0, 0 /* HDFAR */
2:      adr     r4, boot_vectors
        ldr     r5, =boot_vectors
        sub     r4, r4, r5
        ldr     sp, =boot_fault_stack_top
        add     sp, sp, r4
        b       boot_report
        .ltorg

        .section .bss.boot_fault_stack, "aw", %nobits
        .balign 16
        .skip   2048
boot_fault_stack_top:
