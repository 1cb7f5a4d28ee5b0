/* How a run ends. */
#ifndef STARTUP_END_H
#define STARTUP_END_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STATUS_ABORT = 134, STATUS_FAULT = 139 };

/* QEMU's exit status, where there is QEMU with semihosting; otherwise the board is turned off. No destructors, no
 * flush. */
void end_run(int status) __attribute__((noreturn));

/* Semihosting (Arm's semihosting specification 2.0). Where nobody listens, HLT is undefined and the call gives -1. */
intptr_t semihosting_call(unsigned operation, const void *argument);
extern const char semihosting_hlt[]; /* the instruction, for the vectors */

void semihosting_exit(int status);
bool semihosting_command_line(char *buffer, size_t size);

/* PSCI's SYSTEM_OFF by SMC, or by HVC. Comes back where there is no firmware to hear it. */
void psci_off(bool smc);

#endif
