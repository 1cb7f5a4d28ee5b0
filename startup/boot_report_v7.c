/* A fault before the MMU is on: a line on the console, then the end of the run. Runs with the MMU off. */
#include <stdint.h>

#include "boards/board.h"
#include "startup/end.h"

enum { MODE_HYP = 0x1a };

void boot_report(uint32_t vector, uint32_t status, uint32_t address, uint32_t mode) __attribute__((noreturn));

static int depth; /* the end of the run may fault itself, where HLT or HVC is undefined */

static void print(const char *text)
{
    for (; *text; text++)
        board_early_putc(*text);
}

static void print_hex(const char *name, uint32_t value)
{
    print(name);
    for (int shift = 28; shift >= 0; shift -= 4)
        board_early_putc("0123456789abcdef"[(value >> shift) & 0xf]);
}

/* status and address: DFSR and DFAR, IFSR and IFAR, or HYP's HSR and HDFAR. */
void boot_report(uint32_t vector, uint32_t status, uint32_t address, uint32_t mode)
{
    int attempt = ++depth;

    if (attempt == 1) {
        print("\r\nfault before the MMU was on, at EL");
        board_early_putc(mode == MODE_HYP ? '2' : '1');
        print_hex("\r\n  vector ", vector);
        print_hex("  FSR ", status);
        print_hex("  FAR ", address);
        print("\r\n");
        semihosting_exit(139);
        attempt = 2;
    }
    if (attempt == 2)
        psci_off(mode == MODE_HYP);
    for (;;)
        __asm__ volatile("wfe");
}
