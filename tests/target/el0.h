/* A task with a page of code (el0_code_a64.S, el0_code_v7.S), a page to write, and a stack, for tests of EL0. */
#ifndef TESTS_TARGET_EL0_H
#define TESTS_TARGET_EL0_H

#include <stdbool.h>
#include <stdint.h>

#include "iomem/IOAddressSpace.h"
#include "startup/runtime.h"

#define EL0_SPACE     UINT64_C(0x10000000) /* the bounds of a task */
#define EL0_SPACE_END UINT64_C(0x20000000)
#define EL0_CODE      UINT64_C(0x10000000)
#define EL0_DATA      UINT64_C(0x10200000)
#define EL0_STACK     UINT64_C(0x10400000) /* a page; it ends at EL0_STACK_TOP */
#define EL0_STACK_TOP (EL0_STACK + 4096)

struct el0_task {
    task_t task;
    uint64_t data_pa;
};

/* The programs, where they are in the image. */
extern const char el0_code[], el0_code_end[];
extern const char el0_look[], el0_count[], el0_keep[], el0_load[], el0_store[], el0_jump[], el0_spin[], el0_push[],
    el0_pages[];
extern const char el0_thumb[], el0_wide[]; /* AArch32's */

bool el0_task_make(struct el0_task *task);
void el0_task_drop(struct el0_task *task); /* destroys what is left of it */

/* Where a program begins in the task. */
uint64_t el0_entry(const char *program);

/* Run one from its beginning. */
int el0_begin(const struct el0_task *task, const char *program, uint64_t arg, struct el0_exit *exit);
int el0_go_on(const struct el0_task *task, uint64_t arg, struct el0_exit *exit);

/* Run el0_keep: are the caller's registers as they were? */
bool el0_keeps_the_callers(const struct el0_task *task);

/* A page that EL0 may use, with these MMU_ permissions; and the task's data page as the kernel sees it. */
bool el0_task_map(const struct el0_task *task, uint64_t va, uint64_t pa, uint32_t attr);
volatile uint8_t *el0_data(const struct el0_task *task);

#endif
