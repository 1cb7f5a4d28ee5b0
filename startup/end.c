#include "startup/end.h"

#include "arch/cpu.h"
#include "startup/boot.h"
#include "startup/ram.h"
#include "startup/runtime.h"

/*
 * Firmware hears SMC from EL1 when it sits at EL3, HVC when it sits at EL2; where we were entered at that
 * level ourselves there is none, and the call would only be our own early vectors' to report.
 */
static void turn_off(void)
{
    char conduit = ram_psci_conduit(runtime_device_tree());

    if (conduit == 's' && boot_info.entry_el < 3)
        psci_off(true);
    if (conduit == 'h' && boot_info.entry_el < 2)
        psci_off(false);
}

void end_run(int status)
{
    static bool ending;

    irq_mask();
    if (!__atomic_exchange_n(&ending, true,
                             __ATOMIC_RELAXED)) { /* a call that traps is reported, and comes here again */
        semihosting_exit(status);
        turn_off();
    }
    for (;;)
        __asm__ volatile("wfi");
}
