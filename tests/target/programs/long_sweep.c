/* T15 at IOKit's own size. tests/long/sweep.t boots it. */
#include "tests/target/iokit.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"

int main(void)
{
    iokit_sweep_size = 16 * MIB;
    tap_run("T15 sweep: every part of 16 MiB of scattered memory", iokit_sweep);
    return tap_done();
}
