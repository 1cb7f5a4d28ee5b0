#include "tests/target/el0_a64.h"

#include <string.h>

#include "iomem/address_space.h"
#include "iomem/port.h"
#include "mmu/cache.h"

#define PAGE 4096

bool el0_task_map(const struct el0_task *task, uint64_t va, uint64_t pa, uint32_t attr)
{
    struct mmu_range range = {va, pa, PAGE, MMU_WRITEBACK | MMU_USER | attr};

    return mmu_map(address_space_tables(task->task), &range) == MMU_OK;
}

static uint64_t new_page(void)
{
    uint64_t pa = port_frame_alloc(PAGE, PAGE, UINT64_MAX);

    if (pa != PORT_NO_FRAME)
        memset(port_linear(pa), 0, PAGE);
    return pa;
}

bool el0_task_make(struct el0_task *task)
{
    *task = (struct el0_task){IOAddressSpaceCreate(0x10000000, 0x20000000), new_page(), new_page(), new_page()};
    if (!task->task || task->stack_pa == PORT_NO_FRAME || el0_code_end - el0_code > PAGE)
        return false;
    memcpy(port_linear(task->code_pa), el0_code, (size_t)(el0_code_end - el0_code));
    cache_clean(port_linear(task->code_pa), PAGE);
    __asm__ volatile("ic ialluis\n\tdsb ish\n\tisb" : : : "memory");
    return el0_task_map(task, EL0_CODE, task->code_pa, MMU_EXEC) &&
           el0_task_map(task, EL0_DATA, task->data_pa, MMU_WRITE) &&
           el0_task_map(task, EL0_STACK, task->stack_pa, MMU_WRITE);
}

void el0_task_drop(struct el0_task *task)
{
    IOAddressSpaceDestroy(task->task);
    port_frame_free(task->code_pa, PAGE);
    port_frame_free(task->data_pa, PAGE);
    port_frame_free(task->stack_pa, PAGE);
    task->task = NULL;
}

uint64_t el0_entry(const char *program)
{
    return EL0_CODE + (uint64_t)(program - el0_code);
}

int el0_begin(const struct el0_task *task, const char *program, uint64_t arg, struct el0_exit *exit)
{
    return el0_run(task->task, el0_entry(program), EL0_STACK_TOP, arg, exit);
}

int el0_go_on(const struct el0_task *task, uint64_t arg, struct el0_exit *exit)
{
    return el0_run(task->task, 0, 0, arg, exit);
}

volatile uint8_t *el0_data(const struct el0_task *task)
{
    return port_linear(task->data_pa);
}
