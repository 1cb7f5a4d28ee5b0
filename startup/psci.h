/* Firmware's calls for power (Arm DEN 0022, PSCI). The one that needs no memory map is end.h's. */
#ifndef STARTUP_PSCI_H
#define STARTUP_PSCI_H

#include <stdbool.h>
#include <stdint.h>

/* The instruction that reaches it: 'h'vc, 's'mc, or 0 = nobody would hear. */
char psci_conduit(void);

/* CPU_ON: the core with this affinity begins at the physical address entry with context in x0. 0, or PSCI's error. */
int psci_cpu_on(bool smc, uint64_t affinity, uint64_t entry, uint64_t context);
enum { PSCI_NOT_SUPPORTED = -1, PSCI_ALREADY_ON = -4, PSCI_ON_PENDING = -5 };

#endif
