/* What iomem/ needs of the machine, by the runtime. The abort handler is fault.c's. */
#include "iomem/port.h"

#include <stdlib.h>

#include "arch/cpu.h"
#include "startup/frames.h"
#include "startup/layout.h"
#include "startup/memory.h"
#include "startup/print.h"
#include "startup/runtime.h"

struct port_frame *port_frame(uint64_t pa)
{
    return frame_record(pa);
}

uint64_t port_frame_alloc(uint64_t size, uint64_t align, uint64_t max_pa)
{
    return frame_alloc_hard(size, align, max_pa, PORT_OWNER_IOMEM);
}

void port_set_reclaim(bool (*reclaim)(void))
{
    frames_set_reclaim(reclaim);
}

void port_frame_free(uint64_t pa, uint64_t size)
{
    frame_free(pa, size);
}

bool port_is_ram(uint64_t pa, uint64_t size)
{
    return ram_contains(memory_ram(), pa, size);
}

bool port_ram_run(uint64_t pa, uint64_t *size)
{
    const struct ram_map *ram = memory_ram();
    const struct frame_range *bank = ram->banks, *after = bank + ram->bank_count;
    bool inside = false;
    uint64_t end = UINT64_MAX;

    while (bank < after && bank->end <= pa)
        bank++;
    if (bank < after) {
        inside = pa >= bank->start;
        end = inside ? bank->end : bank->start;
    }
    if (*size > end - pa)
        *size = end - pa;
    return inside;
}

uint64_t port_ram_last(void)
{
    const struct ram_map *ram = memory_ram();

    return ram->banks[ram->bank_count - 1].end - 1;
}

void *port_linear(uint64_t pa)
{
    return memory_linear(pa);
}

void port_window(uint64_t *min, uint64_t *max)
{
    *min = WINDOW_VA + PORT_PAGE_SIZE; /* memory.c */
    *max = WINDOW_END;
}

void *port_alloc(size_t size)
{
    return calloc(1, size);
}

void port_free(void *memory)
{
    free(memory);
}

int port_core(void)
{
    return cpu_self();
}

uintptr_t port_interrupts_mask(void)
{
    return irq_mask();
}

void port_interrupts_restore(uintptr_t was)
{
    irq_restore(was);
}

void port_panic(const char *message)
{
    panic("%s", message);
}

void port_log(const char *message)
{
    print("%s\n", message);
}
