#include "startup/psci.h"

#include "startup/boot.h"
#include "startup/ram.h"
#include "startup/runtime.h"

/*
 * Firmware hears SMC from EL1 when it sits at EL3, HVC when it sits at EL2; where we were entered at that
 * level ourselves there is none, and the call would only be our own early vectors' to report.
 */
char psci_conduit(void)
{
    char conduit = ram_psci_conduit(runtime_device_tree());

    if ((conduit == 's' && boot_info.entry_el < 3) || (conduit == 'h' && boot_info.entry_el < 2))
        return conduit;
    return 0;
}
