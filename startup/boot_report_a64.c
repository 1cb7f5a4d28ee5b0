/* The end of a run before the MMU is on: a line on the console says why. Runs with the MMU off. */
#include <stdint.h>

#include "boards/board.h"
#include "startup/end.h"

void boot_report(uint64_t esr, uint64_t elr, uint64_t far, uint64_t el) __attribute__((noreturn));
void boot_refuse(const char *reason, uint64_t el) __attribute__((noreturn));

static int depth; /* the end of the run may fault itself, where HLT or HVC is undefined */

static void print(const char *text)
{
    for (; *text; text++)
        board_early_putc(*text);
}

static void print_hex(const char *name, uint64_t value)
{
    print(name);
    for (int shift = 60; shift >= 0; shift -= 4)
        board_early_putc("0123456789abcdef"[(value >> shift) & 0xf]);
}

/* attempt 1: nothing has been tried yet */
static __attribute__((noreturn)) void end(int attempt, uint64_t el)
{
    if (attempt == 1) {
        semihosting_exit(139);
        attempt = 2;
    }
    if (attempt == 2)
        psci_off(el > 1);
    for (;;)
        __asm__ volatile("wfe");
}

void boot_report(uint64_t esr, uint64_t elr, uint64_t far, uint64_t el)
{
    int attempt = ++depth;

    if (attempt == 1) {
        print("\r\nfault before the MMU was on, at EL");
        board_early_putc((char)('0' + el));
        print_hex("\r\n  ESR ", esr);
        print_hex("  ELR ", elr);
        print_hex("  FAR ", far);
        print("\r\n");
    }
    end(attempt, el);
}

/* This machine is not one that the runtime was built for. */
void boot_refuse(const char *reason, uint64_t el)
{
    int attempt = ++depth;

    print("\r\n");
    print(reason);
    print("\r\n");
    end(attempt, el);
}
