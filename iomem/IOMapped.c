/* IOMappedRead and IOMappedWrite: one access by physical address. */
#include "iomem/IOMapper.h"
#include "iomem/cache_mode.h"
#include "iomem/address_space.h"
#include "iomem/map_over.h"
#include "iomem/mapper.h"
#include "iomem/port.h"
#include "iomem/translate.h"

#define PAGE  ((uint64_t)PORT_PAGE_SIZE)
#define CORES 64u

/*
 * A page of the window a core, for what the linear map does not show. No lock is held during the access: it may
 * end in an external abort, and whoever survives that must find nothing held.
 */
static struct region window;

static uint64_t slot_of_core(void)
{
    unsigned core = (unsigned)port_core();
    bool there = true;

    if (core >= CORES)
        port_panic("IOMapped: more cores than this build knows");
    lock_acquire(&gIOMemoryLock);
    if (window.size == 0)
        there =
            region_alloc(&kernel_task->regions, &window, CORES * PAGE, PAGE, 0) && map_over_clear(kernel_task, &window);
    lock_release(&gIOMemoryLock);
    if (!there)
        port_panic("IOMapped: the kernel's window is full");
    return window.va + core * PAGE;
}

/* The page that an access cut off by an abort left in the slot gives way. */
static int fill_slot(struct mmu_space *space, const struct mmu_range *range)
{
    int error = mmu_map(space, range);

    if (error != MMU_OVERLAP)
        return error;
    mmu_unmap(space, range->va, PAGE);
    return mmu_map(space, range);
}

struct access {
    uint64_t pa, value;
    unsigned width;
    bool write;
};

/* Aligned: a single access. Compilers keep a volatile access of a natural type whole. */
static void touch(struct access *access, uintptr_t va)
{
    switch (access->width | (access->write ? 0x10u : 0)) {
    case 1:
        access->value = *(volatile uint8_t *)va;
        break;
    case 2:
        access->value = *(volatile uint16_t *)va;
        break;
    case 4:
        access->value = *(volatile uint32_t *)va;
        break;
    case 8:
        access->value = *(volatile uint64_t *)va;
        break;
    case 0x11:
        *(volatile uint8_t *)va = (uint8_t)access->value;
        break;
    case 0x12:
        *(volatile uint16_t *)va = (uint16_t)access->value;
        break;
    case 0x14:
        *(volatile uint32_t *)va = (uint32_t)access->value;
        break;
    case 0x18:
        *(volatile uint64_t *)va = access->value;
        break;
    }
}

/* Misaligned, on Normal memory: byte by byte, little-endian. */
static void touch_bytes(struct access *access, uintptr_t va)
{
    volatile uint8_t *bytes = (volatile uint8_t *)va;

    if (!access->write)
        access->value = 0;
    for (unsigned i = 0; i < access->width; i++) {
        if (access->write)
            bytes[i] = (uint8_t)(access->value >> (8u * i));
        else
            access->value |= (uint64_t)bytes[i] << (8u * i);
    }
}

static void touch_at(struct access *access, uintptr_t va)
{
    if (access->pa % access->width == 0)
        touch(access, va);
    else
        touch_bytes(access, va);
}

/* A physical address that no bus has reads as ones, like an empty slot. */
static void refuse(struct access *access)
{
    port_log("IOMapped: no such physical address");
    if (!access->write)
        access->value = UINT64_MAX;
}

static void touch_by_slot(struct access *access, uint32_t type)
{
    struct mmu_space *space = address_space_tables(kernel_task);
    struct mmu_range range = {.pa = access->pa & ~(PAGE - 1u), .size = PAGE, .attr = type | MMU_WRITE};
    uintptr_t irq = port_interrupts_mask();

    range.va = slot_of_core();
    if (fill_slot(space, &range) == MMU_OK) {
        touch_at(access, (uintptr_t)(range.va + access->pa % PAGE));
        mmu_unmap(space, range.va, PAGE);
    } else {
        refuse(access);
    }
    port_interrupts_restore(irq);
}

static uint64_t run(struct access access)
{
    bool ram = port_is_ram(access.pa, access.width);
    uint32_t type;

    if (access.pa % PAGE > PAGE - access.width)
        port_panic("IOMapped: the access crosses a page");
    lock_acquire(&gIOMemoryLock);
    type = translate_type(cache_mode_at(access.pa), ram);
    lock_release(&gIOMemoryLock);
    if (access.pa % access.width && type <= MMU_DEVICE_GRE)
        port_panic("IOMapped: misaligned access to Device memory");
    if (ram)
        touch_at(&access, (uintptr_t)port_linear(access.pa));
    else
        touch_by_slot(&access, type);
    return access.value;
}

uint64_t physical_read(uint64_t pa, unsigned width)
{
    return run((struct access){pa, 0, width, false});
}

void physical_write(uint64_t pa, uint64_t value, unsigned width)
{
    run((struct access){pa, value, width, true});
}

static uint64_t run_mapped(struct access access)
{
    if (mapper_to_physical(IOMapperGetSystemMapper(), &access.pa))
        return run(access);
    refuse(&access);
    return access.value;
}

UInt8 IOMappedRead8(IOPhysicalAddress address)
{
    return (UInt8)run_mapped((struct access){address, 0, 1, false});
}

UInt16 IOMappedRead16(IOPhysicalAddress address)
{
    return (UInt16)run_mapped((struct access){address, 0, 2, false});
}

UInt32 IOMappedRead32(IOPhysicalAddress address)
{
    return (UInt32)run_mapped((struct access){address, 0, 4, false});
}

UInt64 IOMappedRead64(IOPhysicalAddress address)
{
    return run_mapped((struct access){address, 0, 8, false});
}

void IOMappedWrite8(IOPhysicalAddress address, UInt8 value)
{
    run_mapped((struct access){address, value, 1, true});
}

void IOMappedWrite16(IOPhysicalAddress address, UInt16 value)
{
    run_mapped((struct access){address, value, 2, true});
}

void IOMappedWrite32(IOPhysicalAddress address, UInt32 value)
{
    run_mapped((struct access){address, value, 4, true});
}

void IOMappedWrite64(IOPhysicalAddress address, UInt64 value)
{
    run_mapped((struct access){address, value, 8, true});
}
