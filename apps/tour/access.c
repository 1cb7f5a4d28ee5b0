#include "apps/tour/access.h"

#include <inttypes.h>
#include <stdio.h>

#include "apps/tour/words.h"

static void load(struct access *access)
{
    uintptr_t va = (uintptr_t)access->va;

    if (access->bits == 8)
        access->value = *(volatile uint8_t *)va;
    else if (access->bits == 16)
        access->value = *(volatile uint16_t *)va;
    else if (access->bits == 32)
        access->value = *(volatile uint32_t *)va;
    else
        access->value = *(volatile uint64_t *)va;
}

static void store(const struct access *access)
{
    uintptr_t va = (uintptr_t)access->va;

    if (access->bits == 8)
        *(volatile uint8_t *)va = (uint8_t)access->value;
    else if (access->bits == 16)
        *(volatile uint16_t *)va = (uint16_t)access->value;
    else if (access->bits == 32)
        *(volatile uint32_t *)va = (uint32_t)access->value;
    else
        *(volatile uint64_t *)va = access->value;
}

static void run(void *argument)
{
    struct access *access = argument;

    if (access->write)
        store(access);
    else
        load(access);
    __asm__ volatile("" ::: "memory");
}

bool access_try(struct access *access, struct fault *fault)
{
    struct access copy = *access; /* a fault may come back with any of it half-changed */

    if (!fault_try(run, &copy, fault))
        return false;
    access->value = copy.value;
    return true;
}

void access_explain(const struct access *access, const struct fault *fault, const char *indent)
{
    printf("%sThe CPU refused to %s %u bits at 0x%" PRIx64 ": %s.\n", indent, access->write ? "write" : "read",
           access->bits, fault->va, words_fault(fault->verdict));
    printf("%s(instruction at 0x%" PRIx64 ", syndrome 0x%08" PRIx64 ")\n", indent, fault->pc, fault->syndrome);
}
