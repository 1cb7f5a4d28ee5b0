/* Ends of the run that need no memory map: the vectors of the time before the MMU use them too. */
#include "startup/end.h"

enum { SYS_GET_CMDLINE = 0x15, SYS_EXIT_EXTENDED = 0x20 };
enum { ADP_STOPPED_APPLICATION_EXIT = 0x20026 };

void semihosting_exit(int status)
{
    const uint64_t block[2] = {ADP_STOPPED_APPLICATION_EXIT, (uint64_t)(status & 255)};

    semihosting_call(SYS_EXIT_EXTENDED, block);
}

bool semihosting_command_line(char *buffer, size_t size)
{
    const uint64_t block[2] = {(uint64_t)buffer, size};

    return semihosting_call(SYS_GET_CMDLINE, block) == 0;
}

void psci_off(bool smc)
{
    register uint64_t function __asm__("x0") = 0x84000008; /* SYSTEM_OFF, Arm DEN 0022 */

    if (smc)
        __asm__ volatile("smc #0" : "+r"(function) : : "x1", "x2", "x3", "memory");
    else
        __asm__ volatile("hvc #0" : "+r"(function) : : "x1", "x2", "x3", "memory");
}
