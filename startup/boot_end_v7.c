/* Ends of the run that need no memory map: the vectors of the time before the MMU use them too. */
#include "startup/end.h"

enum { SYS_GET_CMDLINE = 0x15, SYS_EXIT_EXTENDED = 0x20 };
enum { ADP_STOPPED_APPLICATION_EXIT = 0x20026 };

void semihosting_exit(int status)
{
    const uint32_t block[2] = {ADP_STOPPED_APPLICATION_EXIT, (uint32_t)(status & 255)};

    semihosting_call(SYS_EXIT_EXTENDED, block);
}

bool semihosting_command_line(char *buffer, size_t size)
{
    const uint32_t block[2] = {(uintptr_t)buffer, size};

    return semihosting_call(SYS_GET_CMDLINE, block) == 0;
}

void psci_off(bool smc)
{
    register uint32_t function __asm__("r0") = 0x84000008; /* SYSTEM_OFF, Arm DEN 0022 */

    if (smc)
        __asm__ volatile(".arch_extension sec\n\tsmc #0" : "+r"(function) : : "r1", "r2", "r3", "memory");
    else
        __asm__ volatile(".arch_extension virt\n\thvc #0" : "+r"(function) : : "r1", "r2", "r3", "memory");
}
