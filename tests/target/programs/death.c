/* Dies in the way its second word names, so that scripts can look at the status and the report. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "iomem/IOAddressSpace.h"
#include "iomem/IODeviceMemory.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/port.h"
#include "mmu/mmu.h"
#include "startup/runtime.h"
#include "tests/target/live.h"
#include "tests/target/touch.h"

#define NOBODY_PA 0x0f000000u /* virt has nothing there */

static const char constant[] = "constant";
static volatile uint32_t variable[4] __attribute__((aligned(16)));

static uint8_t load(uint64_t va)
{
    return *(volatile uint8_t *)(uintptr_t)va;
}

static void store(uint64_t va)
{
    *(volatile uint8_t *)(uintptr_t)va = 1;
}

static void call(uint64_t va)
{
    ((void (*)(void))(uintptr_t)va)();
}

/* A page of RAM at a free address of the IOKit window. */
static uint64_t page(void)
{
    uint64_t min, max;

    IOAddressSpaceGetBounds(kernel_task, &min, &max);
    struct mmu_range range = {max - 0x10000, port_frame_alloc(4096, 4096, UINT64_MAX), 4096, MMU_WRITEBACK | MMU_WRITE};
    return mmu_map(mmu_kernel_space(), &range) == MMU_OK ? range.va : 0;
}

static volatile bool deeper = true;

static void overflow(uint64_t depth)
{
    volatile char frame[512];

    frame[0] = (char)depth;
    if (deeper)
        overflow(depth + 1);
    frame[1] = frame[0];
}

static void access_flag(void)
{
    struct live_leaf leaf;
    uint64_t va = page();

    if (live_find(va, &leaf))
        live_set_access_flag(&leaf, false);
    touch_forget_translations();
    load(va);
}

static void address_size(void)
{
    struct live_leaf leaf;
    uint64_t va = page();

    if (live_find(va, &leaf))
        live_write(&leaf, leaf.descriptor | (uint64_t)1 << 47);
    touch_forget_translations();
    load(va);
}

static void external(void)
{
    IOMemoryDescriptorRef nobody = IODeviceMemoryCreateWithRange(NOBODY_PA, 4096);

    load(IOMemoryMapGetVirtualAddress(IOMemoryDescriptorMap(nobody, 0)));
}

static bool go_deeper(const struct port_abort *abort)
{
    (void)abort;
    overflow(0);
    return false;
}

/* The exception stack overflows: an abort handler that never comes back. */
static void deep(void)
{
    port_set_abort_handler(go_deeper);
    load(0xdead0000);
}

static void guard(void)
{
    IOMemoryDescriptorRef device = IODeviceMemoryCreateWithRange(0x09010000, 4096);

    store(IOMemoryMapGetVirtualAddress(IOMemoryDescriptorMap(device, kIOMapGuardedSmall)) + 4096);
}

static void alignment(void)
{
    touch_load_exclusive((uintptr_t)variable + 1);
}

static void el0(void)
{
    touch_load_byte_el0((uintptr_t)variable, 0);
}

static void die_by_call(const char *how, int number)
{
    if (!strcmp(how, "exit"))
        exit(number);
    if (!strcmp(how, "abort"))
        abort();
    if (!strcmp(how, "assert"))
        assert(number == 12345);
    if (!strcmp(how, "panic"))
        panic("number %d", number);
    while (!strcmp(how, "hang"))
        ;
}

static void die_by_fault(const char *how)
{
    if (!strcmp(how, "unmapped"))
        load(0xdead0000);
    if (!strcmp(how, "null-call"))
        call(0);
    if (!strcmp(how, "write-text"))
        store((uintptr_t)panic);
    if (!strcmp(how, "write-constant"))
        store((uintptr_t)constant);
    if (!strcmp(how, "execute-data"))
        call((uintptr_t)variable);
    if (!strcmp(how, "undefined"))
        __asm__ volatile("udf #0");
    if (!strcmp(how, "overflow"))
        overflow(0);
    if (!strcmp(how, "access-flag"))
        access_flag();
    if (!strcmp(how, "address-size"))
        address_size();
    if (!strcmp(how, "external"))
        external();
    if (!strcmp(how, "guard"))
        guard();
    if (!strcmp(how, "alignment"))
        alignment();
    if (!strcmp(how, "deep"))
        deep();
    if (!strcmp(how, "el0"))
        el0();
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "nothing";
    int number = argc > 2 ? atoi(argv[2]) : 0;

    printf("dying by %s\n", how);
    if (!strcmp(how, "return"))
        return number;
    die_by_call(how, number);
    die_by_fault(how);
    printf("did not die by %s\n", how);
    return 77;
}
