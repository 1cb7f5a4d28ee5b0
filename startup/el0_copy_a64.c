/* Memory of a task, for the kernel's sake but with EL0's rights: LDTR and STTR ask for what EL0 may do (Arm ARM C6.2).
 */
#include <stdbool.h>

#include "iomem/port.h"
#include "startup/runtime.h"
#include "startup/spaces.h"

struct copy {
    uint64_t user;
    char *kernel;
    size_t size;
};

static void copy_byte_in(char *to, uint64_t from)
{
    uint32_t byte;

    __asm__ volatile("ldtrb %w0, [%1]" : "=r"(byte) : "r"(from) : "memory");
    *to = (char)byte;
}

static void copy_byte_out(uint64_t to, const char *from)
{
    __asm__ volatile("sttrb %w0, [%1]" : : "r"((uint32_t)*from), "r"(to) : "memory");
}

/* Both sides are aligned to a word. */
static bool has_word(const struct copy *copy, size_t done)
{
    return copy->size - done >= 8 && ((copy->user + done) | ((uintptr_t)copy->kernel + done)) % 8 == 0;
}

static void copy_in(void *context)
{
    const struct copy *copy = context;

    for (size_t done = 0; done < copy->size;) {
        if (!has_word(copy, done)) {
            copy_byte_in(copy->kernel + done, copy->user + done);
            done++;
            continue;
        }
        __asm__ volatile("ldtr x16, [%0]\n\tstr x16, [%1]"
                         :
                         : "r"(copy->user + done), "r"(copy->kernel + done)
                         : "x16", "memory");
        done += 8;
    }
}

static void copy_out(void *context)
{
    const struct copy *copy = context;

    for (size_t done = 0; done < copy->size;) {
        if (!has_word(copy, done)) {
            copy_byte_out(copy->user + done, copy->kernel + done);
            done++;
            continue;
        }
        __asm__ volatile("ldr x16, [%1]\n\tsttr x16, [%0]"
                         :
                         : "r"(copy->user + done), "r"(copy->kernel + done)
                         : "x16", "memory");
        done += 8;
    }
}

/* A page that is served on demand comes like any; what EL0 may not touch faults, and that lands here. */
static int try_in(struct IOAddressSpace *task, struct copy *copy, void (*run)(void *))
{
    struct mmu_space *space = task ? ((const struct port_task *)task)->space : NULL, *before = spaces_active();
    struct fault fault;
    bool whole;

    if (!space || !copy->kernel)
        return EL0_BAD;
    if (copy->size > port_space_size() || copy->user > port_space_size() - copy->size)
        return EL0_POINTER;
    port_space_activate(space);
    whole = fault_try(run, copy, &fault);
    port_space_activate(before);
    if (whole)
        return 0;
    return fault.va - copy->user < copy->size ? EL0_POINTER : EL0_BAD;
}

int el0_copy_in(struct IOAddressSpace *task, void *to, uint64_t from, size_t size)
{
    return try_in(task, &(struct copy){from, to, size}, copy_in);
}

int el0_copy_out(struct IOAddressSpace *task, uint64_t to, const void *from, size_t size)
{
    return try_in(task, &(struct copy){to, (char *)(uintptr_t)from, size}, copy_out);
}
