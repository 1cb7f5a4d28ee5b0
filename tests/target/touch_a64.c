#include "tests/target/touch.h"

const uint32_t touch_return = 0xd65f03c0; /* RET */

__asm__(".pushsection .text.touch, \"ax\", %progbits\n"
        ".balign 4\n"
        "touch_load_byte: ldrb w0, [x0]\n ret\n"
        "touch_store_byte: strb w1, [x0]\n ret\n"
        "touch_load_byte_el0: ldtrb w0, [x0]\n ret\n"
        "touch_store_byte_el0: sttrb w1, [x0]\n ret\n"
        ".global touch_load_byte, touch_store_byte, touch_load_byte_el0, touch_store_byte_el0\n"
        ".popsection\n");

void touch_write_function(uint32_t code[2], uint32_t value)
{
    code[0] = 0x52800000u | value << 5; /* MOV W0, #value */
    code[1] = touch_return;
}

void touch_load_word(uintptr_t va)
{
    uint32_t value;

    __asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(va) : "memory");
}

void touch_load_exclusive(uintptr_t va)
{
    uint32_t value;

    __asm__ volatile("ldxr %w0, [%1]\n\tclrex" : "=r"(value) : "r"(va) : "memory");
}

void touch_forget_translations(void)
{
    __asm__ volatile("dsb ishst\n\ttlbi vmalle1is\n\tdsb ish\n\tisb" ::: "memory");
}

/*
 * x0 = va. x1 to x30 and q0 to q31 hold numbers of their own around load and store, the flags are NZCV, FPCR has a
 * rounding mode and FPSR a sticky bit.
 */
__asm__(
    ".pushsection .text.touch, \"ax\", %progbits\n"
    ".balign 4\n"
    ".type touch_changed_registers, %function\n"
    ".global touch_changed_registers\n"
    "touch_changed_registers:\n"
    "sub sp, sp, #176\n"
    "stp x19, x20, [sp]\n"
    "stp x21, x22, [sp, #16]\n"
    "stp x23, x24, [sp, #32]\n"
    "stp x25, x26, [sp, #48]\n"
    "stp x27, x28, [sp, #64]\n"
    "stp x29, x30, [sp, #80]\n"
    "stp d8, d9, [sp, #96]\n"
    "stp d10, d11, [sp, #112]\n"
    "stp d12, d13, [sp, #128]\n"
    "stp d14, d15, [sp, #144]\n"
    "mrs x1, fpcr\n"
    "mrs x2, fpsr\n"
    "stp x1, x2, [sp, #160]\n"
    ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, "
    "28, 29, 30, 31\n"
    "mov x1, #(\\n + 1)\n"
    "mov x2, #(\\n + 0x1001)\n"
    "mov v\\n\\().d[0], x1\n"
    "mov v\\n\\().d[1], x2\n"
    ".endr\n"
    "mov x1, #0xc00000\n"
    "msr fpcr, x1\n"
    "mov x1, #0x10\n"
    "msr fpsr, x1\n"
    "mov x1, #0xf0000000\n"
    "msr nzcv, x1\n"
    ".irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, "
    "29, 30\n"
    "mov x\\n, #(\\n + 100)\n"
    ".endr\n"
    "ldr wzr, [x0]\n"
    "str wzr, [x0]\n"
    "mrs x0, nzcv\n"
    "lsr x0, x0, #28\n"
    "eor x0, x0, #15\n" /* x0 counts: 0 when the flags are as they were */
    ".irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, "
    "29, 30\n"
    "cmp x\\n, #(\\n + 100)\n"
    "cinc x0, x0, ne\n"
    ".endr\n"
    "mrs x1, fpcr\n"
    "mov x2, #0xc00000\n"
    "cmp x1, x2\n"
    "cinc x0, x0, ne\n"
    "mrs x1, fpsr\n"
    "cmp x1, #0x10\n"
    "cinc x0, x0, ne\n"
    ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, "
    "28, 29, 30, 31\n"
    "mov x1, v\\n\\().d[0]\n"
    "mov x2, v\\n\\().d[1]\n"
    "cmp x1, #(\\n + 1)\n"
    "cinc x0, x0, ne\n"
    "sub x2, x2, #0x1000\n"
    "cmp x2, #(\\n + 1)\n"
    "cinc x0, x0, ne\n"
    ".endr\n"
    "ldp x1, x2, [sp, #160]\n"
    "msr fpcr, x1\n"
    "msr fpsr, x2\n"
    "ldp x19, x20, [sp]\n"
    "ldp x21, x22, [sp, #16]\n"
    "ldp x23, x24, [sp, #32]\n"
    "ldp x25, x26, [sp, #48]\n"
    "ldp x27, x28, [sp, #64]\n"
    "ldp x29, x30, [sp, #80]\n"
    "ldp d8, d9, [sp, #96]\n"
    "ldp d10, d11, [sp, #112]\n"
    "ldp d12, d13, [sp, #128]\n"
    "ldp d14, d15, [sp, #144]\n"
    "add sp, sp, #176\n"
    "ret\n"
    ".popsection\n");
