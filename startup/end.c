#include "startup/end.h"

#include "arch/cpu.h"
#include "boards/board.h"
#include "startup/access.h"
#include "startup/psci.h"

static void turn_off(void)
{
    struct board_access access = access_lend();
    char conduit = psci_conduit();

    if (conduit)
        psci_off(conduit == 's');
    if (board.turn_off)
        board.turn_off(&access);
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
