#include "tests/target/hostile.h"

#include <string.h>

#include "startup/boot.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

#define READ_WRITE   3u
#define READ_EXECUTE 5u

bool hostile_enter(const struct el0_task *task)
{
    size_t size = (size_t)(hostile_code_end - hostile_code);
    uint64_t va = HOSTILE_CODE;

    return size <= PAGE && IOAddressSpaceAllocate(task->task, &va, PAGE, 0, READ_WRITE) == kIOReturnSuccess &&
           el0_copy_out(task->task, va, hostile_code, size) == 0 &&
           IOAddressSpaceProtect(task->task, va, PAGE, READ_EXECUTE) == kIOReturnSuccess;
}

static struct el0_exit run(const struct el0_task *task, uint64_t entry, uint64_t x0)
{
    struct el0_exit out = {.kind = -1};

    CHECK_EQ(el0_run(task->task, entry, EL0_STACK_TOP, x0, &out), 0);
    return out;
}

/* An abort tells the address. */
static bool is_abort(const struct fault *fault)
{
    unsigned class = touch_class(fault);

    return class == 0x20 || class == 0x24;
}

static bool is_refused(const struct el0_exit *out, uint64_t pc, uint64_t va, int verdict)
{
    if (out->kind != EL0_FAULT || out->fault.pc != pc || (verdict >= 0 && out->fault.verdict != verdict))
        return false;
    return is_abort(&out->fault) ? out->fault.va / 64 == va / 64 : out->fault.verdict == FAULT_OTHER;
}

static void complain(const char *name, uint64_t x0, const struct el0_exit *out)
{
    tap_note("%s, x0 %llx: kind %d, verdict %d, ESR %llx, FAR %llx, pc %llx", name, (unsigned long long)x0, out->kind,
             out->fault.verdict, (unsigned long long)out->fault.syndrome, (unsigned long long)out->fault.va,
             (unsigned long long)out->fault.pc);
}

bool hostile_all_refused(const struct el0_task *task, const char *code, const char *names, uint64_t x0, int verdict)
{
    uint64_t entry = HOSTILE_CODE + (uint64_t)(code - hostile_code);
    bool good = *names != 0;

    for (; *names; names += strlen(names) + 1, entry += HOSTILE_STEP) {
        struct el0_exit out = run(task, entry, x0);

        if (is_refused(&out, entry, x0, verdict))
            continue;
        complain(names, x0, &out);
        good = false;
    }
    return good;
}

bool hostile_all_done(const struct el0_task *task, const char *code, const char *names, uint64_t x0)
{
    uint64_t entry = HOSTILE_CODE + (uint64_t)(code - hostile_code);
    bool good = *names != 0;

    for (; *names; names += strlen(names) + 1, entry += HOSTILE_STEP) {
        struct el0_exit out = run(task, entry, x0);

        if (out.kind == EL0_SYSCALL && out.number == 4)
            continue;
        complain(names, x0, &out);
        good = false;
    }
    return good;
}

bool hostile_cannot_touch(const struct el0_task *task, uint64_t va, int verdict)
{
    struct el0_exit jump = run(task, va, 0);
    bool good = is_refused(&jump, va, va, verdict);

    if (!good)
        complain("a jump there", va, &jump);
    return good & hostile_all_refused(task, hostile_reads, hostile_reads_names, va, verdict) &
           hostile_all_refused(task, hostile_writes, hostile_writes_names, va, verdict);
}

static uint64_t sum_of(const volatile void *from, const volatile void *to)
{
    uint64_t sum = 0;

    for (const volatile uint64_t *at = from; (const volatile void *)at < to; at++)
        sum = (sum << 7 | sum >> 57) ^ *at;
    return sum;
}

uint64_t hostile_image_sum(void)
{
    return sum_of(image_start, image_text_end) ^ sum_of(image_rodata_start, image_rodata_end);
}
