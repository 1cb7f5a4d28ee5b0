#include "tests/target/el0.h"

#include "iomem/address_space.h"
#include "iomem/port.h"

#define PAGE         4096
#define READ_WRITE   3u
#define READ_EXECUTE 5u

bool el0_task_map(const struct el0_task *task, uint64_t va, uint64_t pa, uint32_t attr)
{
    struct mmu_range range = {va, pa, PAGE, MMU_WRITEBACK | MMU_USER | attr};

    return mmu_map(address_space_tables(task->task), &range) == MMU_OK;
}

/* A page of the task's own, which has come; PORT_NO_FRAME: there is none. */
static uint64_t new_page(task_t task, uint64_t va)
{
    struct IOPageInfo info = {.pa = PORT_NO_FRAME};

    if (IOAddressSpaceAllocate(task, &va, PAGE, 0, READ_WRITE) == kIOReturnSuccess && !el0_copy_out(task, va, "", 1))
        IOAddressSpaceQuery(task, va, &info);
    return info.pa;
}

bool el0_task_make(struct el0_task *task)
{
    size_t size = (size_t)(el0_code_end - el0_code);
    task_t space = IOAddressSpaceCreate(EL0_SPACE, EL0_SPACE_END);

    *task = (struct el0_task){.task = space};
    if (!space || size > PAGE || new_page(space, EL0_CODE) == PORT_NO_FRAME)
        return false;
    task->data_pa = new_page(space, EL0_DATA);
    return task->data_pa != PORT_NO_FRAME && new_page(space, EL0_STACK) != PORT_NO_FRAME &&
           el0_copy_out(space, EL0_CODE, el0_code, size) == 0 &&
           IOAddressSpaceProtect(space, EL0_CODE, PAGE, READ_EXECUTE) == kIOReturnSuccess;
}

void el0_task_drop(struct el0_task *task)
{
    IOAddressSpaceDestroy(task->task);
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
