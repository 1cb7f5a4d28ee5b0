/* Memory of a task, for the kernel's sake but with EL0's rights. */
#include <stdbool.h>

#include "arch/user_access.h"
#include "iomem/port.h"
#include "startup/runtime.h"
#include "startup/spaces.h"

struct copy {
    uint64_t user;
    char *kernel;
    size_t size;
};

/* Both sides are aligned to a word. */
static bool has_word(const struct copy *copy, size_t done)
{
    const size_t word = sizeof(uintptr_t);

    return copy->size - done >= word && ((copy->user + done) | ((uintptr_t)copy->kernel + done)) % word == 0;
}

/* The kernel's side is a word of anything. */
typedef uintptr_t __attribute__((may_alias)) word_t;

static void copy_in(void *context)
{
    const struct copy *copy = context;

    for (size_t done = 0; done < copy->size;) {
        uintptr_t user = (uintptr_t)copy->user + done;

        if (has_word(copy, done)) {
            *(word_t *)(copy->kernel + done) = user_load(user);
            done += sizeof(word_t);
        } else {
            copy->kernel[done] = (char)user_load_byte(user);
            done++;
        }
    }
}

static void copy_out(void *context)
{
    const struct copy *copy = context;

    for (size_t done = 0; done < copy->size;) {
        uintptr_t user = (uintptr_t)copy->user + done;

        if (has_word(copy, done)) {
            user_store(user, *(const word_t *)(copy->kernel + done));
            done += sizeof(word_t);
        } else {
            user_store_byte(user, (uint8_t)copy->kernel[done]);
            done++;
        }
    }
}

/* A page that is served on demand comes like any; what EL0 may not touch faults, and that lands here. */
static int try_in(struct IOAddressSpace *task, struct copy *copy, void (*run)(void *))
{
    struct mmu_space *space = task ? ((const struct port_task *)task)->space : NULL;
    struct space_loan loan;
    struct fault fault;
    bool whole;

    if (!space || !copy->kernel)
        return EL0_BAD;
    if (copy->size > port_space_size() || copy->user > port_space_size() - copy->size)
        return EL0_POINTER;
    spaces_borrow(&loan, space);
    whole = fault_try(run, copy, &fault);
    spaces_return(&loan);
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
