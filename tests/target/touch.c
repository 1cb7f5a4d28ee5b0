#include "tests/target/touch.h"

struct attempt {
    uint8_t (*access)(uintptr_t va, uint8_t value);
    struct touch *touch;
};

static void run_access(void *context)
{
    struct attempt *attempt = context;

    attempt->touch->value = attempt->access((uintptr_t)attempt->touch->va, attempt->touch->value);
}

static void run_fetch(void *context)
{
    struct touch *touch = context;

    ((void (*)(void))(uintptr_t)touch->va)();
}

static struct touch attempt(uint8_t (*access)(uintptr_t, uint8_t), uint64_t va, uint8_t value, bool store)
{
    struct touch touch = {.va = va, .value = value, .store = store, .pc = (uintptr_t)access};
    struct attempt attempt = {access, &touch};

    touch.done = fault_try(run_access, &attempt, &touch.fault);
    return touch;
}

struct touch touch_read(uint64_t va)
{
    return attempt(touch_load_byte, va, 0, false);
}

struct touch touch_write(uint64_t va, uint8_t value)
{
    return attempt(touch_store_byte, va, value, true);
}

struct touch touch_read_el0(uint64_t va)
{
    return attempt(touch_load_byte_el0, va, 0, false);
}

struct touch touch_write_el0(uint64_t va, uint8_t value)
{
    return attempt(touch_store_byte_el0, va, value, true);
}

struct touch touch_execute(uint64_t va)
{
    struct touch touch = {.va = va, .pc = va, .fetch = true};

    touch.done = fault_try(run_fetch, &touch, &touch.fault);
    return touch;
}

unsigned touch_class(const struct fault *fault)
{
    return fault->syndrome >> 26 & 0x3f;
}

unsigned touch_status(const struct fault *fault)
{
    return fault->syndrome & 0x3f;
}

static bool is_refused(struct touch touch, int verdict)
{
    const struct fault *fault = &touch.fault;

    if (touch.done || fault->verdict != verdict || fault->va != touch.va || fault->pc != touch.pc)
        return false;
    if (touch.fetch)
        return touch_class(fault) == TOUCH_FETCH_ABORT;
    return touch_class(fault) == TOUCH_DATA_ABORT && (fault->syndrome >> 6 & 1) == touch.store; /* WnR */
}

bool touch_refused(struct touch touch, int verdict, struct tap_place place)
{
    bool good = is_refused(touch, verdict);

    if (!tap_check(good, place) && touch.done)
        tap_note("  0x%llx was not refused", (unsigned long long)touch.va);
    else if (!good)
        tap_note("  0x%llx: fault va 0x%llx, pc 0x%llx (0x%llx expected), ESR 0x%llx, verdict %d (%d expected)",
                 (unsigned long long)touch.va, (unsigned long long)touch.fault.va, (unsigned long long)touch.fault.pc,
                 (unsigned long long)touch.pc, (unsigned long long)touch.fault.syndrome, touch.fault.verdict, verdict);
    return good;
}
