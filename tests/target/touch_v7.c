#include "tests/target/touch.h"

const uint32_t touch_return = 0xe12fff1e; /* BX LR */

__asm__(".pushsection .text.touch, \"ax\", %progbits\n"
        ".balign 4\n"
        ".type touch_load_byte, %function\n"
        "touch_load_byte: ldrb r0, [r0]\n bx lr\n"
        ".type touch_store_byte, %function\n"
        "touch_store_byte: strb r1, [r0]\n bx lr\n"
        ".type touch_load_byte_el0, %function\n"
        "touch_load_byte_el0: ldrbt r2, [r0]\n mov r0, r2\n bx lr\n"
        ".type touch_store_byte_el0, %function\n"
        "touch_store_byte_el0: strbt r1, [r0]\n bx lr\n"
        ".global touch_load_byte, touch_store_byte, touch_load_byte_el0, touch_store_byte_el0\n"
        ".popsection\n");

void touch_write_function(uint32_t code[2], uint32_t value)
{
    code[0] = 0xe3a00000u | value; /* MOV R0, #value */
    code[1] = touch_return;
}

void touch_load_word(uintptr_t va)
{
    uint32_t value;

    __asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(va) : "memory");
}

void touch_load_exclusive(uintptr_t va)
{
    uint32_t value;

    __asm__ volatile("ldrex %0, [%1]\n\tclrex" : "=r"(value) : "r"(va) : "memory");
}

/* TLBIALLIS */
void touch_forget_translations(void)
{
    __asm__ volatile("dsb ishst\n\tmcr p15, 0, %0, c8, c3, 0\n\tdsb ish\n\tisb" : : "r"(0) : "memory");
}

/*
 * r0 = va. r1 to r12, lr and d0 to d31 hold numbers of their own around load and store, CPSR the flags NZCV, FPSCR a
 * rounding mode and a sticky bit.
 */
__asm__(".pushsection .text.touch, \"ax\", %progbits\n"
        ".fpu neon-vfpv4\n"
        ".balign 4\n"
        ".type touch_changed_registers, %function\n"
        ".global touch_changed_registers\n"
        "touch_changed_registers:\n"
        "push {r4-r11, lr}\n"
        "vpush {d8-d15}\n"
        "vmrs r1, fpscr\n"
        "push {r0, r1}\n"
        ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, "
        "28, 29, 30, 31\n"
        "mov r1, #(\\n + 1)\n"
        "add r2, r1, #0x1000\n"
        "vmov d\\n, r1, r2\n"
        ".endr\n"
        "ldr r1, =0x00c00010\n"
        "vmsr fpscr, r1\n"
        "movs r1, #0x80000000\n"
        "msr cpsr_f, #0xf0000000\n"
        ".irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12\n"
        "mov r\\n, #(\\n + 100)\n"
        ".endr\n"
        "mov lr, #114\n"
        "ldr lr, [r0]\n"
        "mov lr, #114\n"
        "str lr, [r0]\n"
        "mrs r0, cpsr\n"
        "lsr r0, r0, #28\n"
        "rsb r0, r0, #15\n" /* r0 counts: 0 when the flags are as they were */
        ".irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12\n"
        "cmp r\\n, #(\\n + 100)\n"
        "addne r0, r0, #1\n"
        ".endr\n"
        "cmp lr, #114\n"
        "addne r0, r0, #1\n"
        "vmrs r1, fpscr\n"
        "ldr r2, =0x00c00010\n"
        "cmp r1, r2\n"
        "addne r0, r0, #1\n"
        ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, "
        "28, 29, 30, 31\n"
        "vmov r1, r2, d\\n\n"
        "sub r2, r2, #0x1000\n"
        "cmp r1, #(\\n + 1)\n"
        "cmpeq r2, r1\n"
        "addne r0, r0, #1\n"
        ".endr\n"
        "pop {r1, r2}\n"
        "vmsr fpscr, r2\n"
        "vpop {d8-d15}\n"
        "pop {r4-r11, pc}\n"
        ".ltorg\n"
        ".popsection\n");
