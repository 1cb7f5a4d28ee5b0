/* A run that ends while EL0 runs, or for want of what a task needs: el0_death HOW. For scripts. */
#include <stdio.h>
#include <string.h>

#include "boards/gic.h"
#include "iomem/iomem.h"
#include "iomem/port.h"
#include "startup/exception.h"
#include "startup/runtime.h"
#include "tests/target/el0.h"

#define GICC_PA UINT64_C(0x08010000) /* virt's GICv2 */
enum { GICC_CTLR = 0, ENABLE = 1 << 0, FIQ_ENABLE = 1 << 3 };
enum { VECTOR_SERROR_EL0 = 11 };

static struct el0_task task;

static void nothing(void *unused)
{
    (void)unused;
}

/* Interrupts of group 0, which all are here, are signalled as FIQ from now on. */
static void signal_by_fiq(void)
{
    IOMemoryDescriptorRef device = IODeviceMemoryCreateWithRange(GICC_PA, 4096);
    IOMemoryMapRef map = IOMemoryDescriptorMap(device, 0);

    *gic_register((uintptr_t)IOMemoryMapGetVirtualAddress(map), GICC_CTLR) = ENABLE | FIQ_ENABLE;
}

static void spin_at_el0(void)
{
    struct el0_exit out;

    el0_begin(&task, el0_spin, EL0_DATA, &out);
}

/* QEMU makes none: the handler gets what the vectors would have saved. */
static void serror(void)
{
    struct exception e = {.pc = EL0_CODE, .syndrome = UINT64_C(0xbe000000)};

    exception_handle(&e, VECTOR_SERROR_EL0);
}

static void run_out_of_memory(void)
{
    IOBufferMemoryDescriptorRef buffer =
        IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut | kIOMemoryPageable, 4 * 4096, 1);

    for (uint64_t size = UINT64_C(1) << 26; size >= 4096; size /= 2)
        while (port_frame_alloc(size, 4096, UINT64_MAX) != PORT_NO_FRAME)
            ;
    memset(IOBufferMemoryDescriptorGetBytesNoCopy(buffer), 1, 4 * 4096);
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "fiq";

    if (!el0_task_make(&task))
        return 1;
    if (!strcmp(how, "fiq")) {
        timer_call(100000, nothing, NULL);
        signal_by_fiq();
        spin_at_el0();
    }
    if (!strcmp(how, "serror"))
        serror();
    if (!strcmp(how, "memory"))
        run_out_of_memory();
    return 77;
}
