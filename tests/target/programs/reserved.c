/* For each physical page that the words name: is it RAM, is it mapped, can anybody be given it? */
#include <stdio.h>
#include <stdlib.h>

#include "iomem/port.h"
#include "tests/target/at.h"
#include "tests/target/machine.h"

static uint64_t linear_base(void)
{
    return (uintptr_t)port_linear(port_ram_last()) - port_ram_last();
}

/* Takes all of RAM, a page at a time; the frames are chained through themselves, to be given back. */
static bool handed_out(uint64_t wanted)
{
    uint64_t chain = PORT_NO_FRAME, pa;
    bool found = false;

    while ((pa = port_frame_alloc(PAGE, PAGE, UINT64_MAX)) != PORT_NO_FRAME) {
        found |= pa == wanted;
        *(uint64_t *)port_linear(pa) = chain;
        chain = pa;
    }
    while ((pa = chain) != PORT_NO_FRAME) {
        chain = *(uint64_t *)port_linear(pa);
        port_frame_free(pa, PAGE);
    }
    return found;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        uint64_t pa = strtoull(argv[i], NULL, 0);
        bool mapped = at_translate(linear_base() + pa, AT_EL1_READ).result == AT_OK;

        if (pa)
            printf("0x%llx: ram %d, mapped %d, handed out %d\n", (unsigned long long)pa, port_is_ram(pa, PAGE), mapped,
                   handed_out(pa));
    }
    return 0;
}
