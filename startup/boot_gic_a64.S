/*
 * At EL3 nobody before us has shared the interrupt controller: every interrupt is Secure out of reset. They
 * all become group 1, Non-secure, on each core for its own ones. Uses x0 to x6.
 */
        .section .text.boot.gic, "ax"
        .global boot_gic
boot_gic:
        adrp    x0, board_secure
        add     x0, x0, :lo12:board_secure
        ldp     x1, x2, [x0] /* distributor, CPU interface */
        ldr     x3, [x0, #16] /* redistributors */
        cbz     x1, 9f
        mov     w4, #-1
        mrs     x0, id_aa64pfr0_el1
        ubfx    x0, x0, #24, #4
        cbnz    x0, 1f

        /* GICv2; without security extensions its interrupts are in the one group that there is. */
        ldr     w5, [x1, #0x04] /* GICD_TYPER.SecurityExtn */
        tbz     w5, #10, 9f
        str     w4, [x1, #0x80] /* GICD_IGROUPR0: this core's own */
        str     w4, [x2, #0x04] /* GICC_PMR: Non-secure code could not leave the Secure half (IHI 0048B 4.4.2) */
        b       shared

        /* GICv3: ARE_S and ARE_NS first (IHI 0069 GICD_CTLR), then this core's redistributor. */
1:      ldr     w5, [x1]
        orr     w5, w5, #0x30
        str     w5, [x1]
        mrs     x0, mpidr_el1
        ubfx    x5, x0, #32, #8
        bfi     w0, w5, #24, #8 /* Aff3.Aff2.Aff1.Aff0 */
2:      ldr     w5, [x3, #0x08] /* GICR_TYPER */
        ldr     w6, [x3, #0x0c]
        cmp     w6, w0
        b.eq    4f
        tbnz    w5, #4, shared /* the last one */
        add     x3, x3, #0x20000
        tbz     w5, #1, 2b
        add     x3, x3, #0x20000 /* virtual LPIs: two frames more */
        b       2b
4:      ldr     w5, [x3, #0x14] /* GICR_WAKER */
        bic     w5, w5, #2
        str     w5, [x3, #0x14]
5:      ldr     w5, [x3, #0x14]
        tbnz    w5, #2, 5b
        add     x3, x3, #0x10000
        str     w4, [x3, #0x80] /* GICR_IGROUPR0 */

shared:
        ldr     w5, [x1, #0x04] /* GICD_TYPER: 32 more for each */
        and     w5, w5, #31
        add     x1, x1, #0x80
6:      cbz     w5, 9f
        str     w4, [x1, #4]!
        sub     w5, w5, #1
        b       6b
9:      ret
