#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "iomem/address_space.h"
#include "iomem/overwriters.h"
#include "tests/host/model.h"
#include "tests/host/shrink.h"
#include "tests/host/walk_inner.h"

enum { TABLES_EVERY = 32, AUDIT_EVERY = 128 };

struct walk_state walk;

/* So that one fault is not taken for another when a walk is shrunk */
static int status_of(const char *format)
{
    unsigned sum = 0;

    while (*format)
        sum = sum * 31 + (unsigned char)*format++;
    return (int)(2 + sum % 200);
}

void walk_wrong(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fprintf(stderr, "# step %zu: ", walk.step);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    _exit(status_of(format));
}

/* ---- what there is -------------------------------------------------------------------------------------------------
 */

/* The byte counts those that are there. */
static void *pick(void **slots, size_t count, uint8_t byte)
{
    size_t there = 0;

    for (size_t i = 0; i < count; i++)
        there += slots[i] != NULL;
    if (!there)
        return NULL;
    for (there = byte % there; !*slots || there--;)
        slots++;
    return *slots;
}

IOMemoryDescriptorRef walk_thing(uint8_t byte)
{
    return pick((void **)walk.things, THINGS, byte);
}

IOMemoryMapRef walk_map(uint8_t byte)
{
    return pick((void **)walk.maps, MAPS, byte);
}

task_t walk_task(uint8_t byte)
{
    return pick((void **)walk.tasks, TASKS, byte);
}

/* The oldest one makes room. */
static void keep(void **slots, size_t count, void *object)
{
    size_t free = 0;

    while (free < count && slots[free])
        free++;
    if (free == count) {
        drop(slots[0]);
        memmove(slots, slots + 1, (count - 1) * sizeof *slots);
        free--;
    }
    slots[free] = object;
}

void walk_keep(void *md)
{
    if (md)
        keep((void **)walk.things, THINGS, md);
}

void walk_keep_map(IOMemoryMapRef map)
{
    if (map)
        keep((void **)walk.maps, MAPS, map);
}

bool walk_is_spoiled(task_t task, uint64_t va)
{
    for (size_t i = 0; i < walk.spoiled_count; i++)
        if (walk.spoiled[i].task == task && va - walk.spoiled[i].va < walk.spoiled[i].size)
            return true;
    return false;
}

bool walk_is_covered(task_t task, uint64_t va)
{
    return overwriters_top(task, va) != NULL;
}

bool walk_is_on_top(IOMemoryMapRef map, uint64_t va)
{
    IOMemoryMapRef top = overwriters_top(map->space, va);

    return top ? top == map : !map->overwrites;
}

/* ---- a step, a walk ------------------------------------------------------------------------------------------------
 */

static const struct {
    const struct walk_kind *kinds;
    const size_t *count;
} tables[] = {
    {walk_makes, &walk_makes_count},   {walk_uses, &walk_uses_count},       {walk_asks, &walk_asks_count},
    {walk_weaves, &walk_weaves_count}, {walk_mallocs, &walk_mallocs_count}, {walk_buses, &walk_buses_count},
    {walk_dma, &walk_dma_count},
};
enum { TABLES = sizeof tables / sizeof tables[0] };

static unsigned weigh(void)
{
    unsigned sum = 0;

    for (size_t i = 0; i < TABLES; i++)
        for (size_t j = 0; j < *tables[i].count; j++)
            sum += tables[i].kinds[j].weight;
    return sum;
}

/* The weights together are below 512: no kind of weight 2 is passed by. */
static const struct walk_kind *kind_of(uint8_t byte)
{
    unsigned left = byte * weigh() / 256;

    for (size_t i = 0; i < TABLES; i++)
        for (size_t j = 0; j < *tables[i].count; left -= tables[i].kinds[j++].weight)
            if (left < tables[i].kinds[j].weight)
                return &tables[i].kinds[j];
    walk_wrong("the weights are more than their sum");
}

static void starve(uint8_t byte)
{
    unsigned which = byte >> 2 & 3;
    long turn = byte >> 4;

    walk.starved = walk.short_of_frames || (byte & 3) == 3;
    if ((byte & 3) == 3) {
        host_fail_alloc(which == 0 || which == 3 ? turn : -1);
        host_fail_frames(which == 1 ? turn / 2 : -1);
        host_fail_tables(which >= 2 ? turn / 4 : -1);
    }
}

void walk_feed(void)
{
    host_fail_alloc(-1);
    host_fail_frames(-1);
    host_fail_tables(-1);
}

static void step(const uint8_t *bytes, bool print)
{
    const struct walk_kind *kind = kind_of(bytes[KIND]);

    if (print) {
        fprintf(stderr, "#   %3zu %-10s", walk.step, kind->name);
        for (unsigned i = WHICH; i < STEP_BYTES; i++)
            fprintf(stderr, " %02x", bytes[i]);
        fprintf(stderr, (bytes[STARVE] & 3) == 3 ? " starved\n" : "\n");
    }
    starve(bytes[STARVE]);
    kind->step(bytes);
    walk_feed();
    walk_check();
    if (walk.thorough || walk.step % TABLES_EVERY == 0)
        walk_check_tables();
    if (walk.step % AUDIT_EVERY == 0)
        host_expect_sound();
}

/* Where overwriting maps have left pages, over nothing: who takes the place has it to himself. */
static void take_what_is_left(void)
{
    IOMemoryDescriptorRef md = device(PAGE);
    IOMemoryMapRef left, map;

    while ((left = overwriters_next(kernel_task, 0, UINT64_MAX, NULL))) {
        map = map_at(md, left->over.va, kIOMapUnique);
        if (!map)
            walk_wrong("the place of a map that has gone cannot be had");
        drop(map);
    }
    drop(md);
}

static void drop_all(void)
{
    for (size_t i = 0; i < MAPS; i++)
        drop(walk.maps[i]);
    for (size_t i = 0; i < THINGS; i++)
        drop(walk.things[i]);
    walk_weaves_end();
    walk_mallocs_end();
    walk_buses_end();
    for (size_t i = 0; i < OWNED; i++)
        if (walk.owned[i].size && walk.owned[i].task == kernel_task)
            IOFreePageable((void *)(uintptr_t)walk.owned[i].va, walk.owned[i].size);
    for (size_t i = 1; i < TASKS; i++)
        IOAddressSpaceDestroy(walk.tasks[i]);
    take_what_is_left();
}

/* RAM that is nobody's gets its own mode again, as the next machine's is to have it. */
static void reset_modes(void)
{
    IOMemoryDescriptorRef md =
        IOMemoryDescriptorCreateWithPhysicalAddress(RAM, HOST_RAM2 + HOST_RAM2_SIZE - RAM, kIODirectionInOut);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, kIOMapCopybackCache);

    if (!map)
        walk_wrong("memory cannot be made write-back again");
    drop(map);
    drop(md);
}

void walk_run(const struct walk *given)
{
    walk = (struct walk_state){.thorough = given->thorough};
    host_open(NULL);
    walk.tasks[0] = kernel_task;
    for (walk.step = 0; walk.step < given->count; walk.step++)
        step(given->bytes + walk.step * STEP_BYTES, given->print);
    walk_check_tables();
    host_defragment();
    walk.short_of_frames = false;
    drop_all();
    reset_modes();
    host_close(NULL);
}

/* ---- one that fails ------------------------------------------------------------------------------------------------
 */

void walk_process(void (*run)(void **), const void *context)
{
    const struct CMUnitTest test[] = {{"walk", run, NULL, NULL, (void *)(uintptr_t)context}};

    dup2(STDERR_FILENO, STDOUT_FILENO);
    _exit(cmocka_run_group_tests_name("walk", test, NULL, NULL) != 0);
}

static void walk_again(void **given)
{
    walk_run(*given);
}

static void rerun(const struct shrink *now)
{
    struct walk again = *(const struct walk *)now->context;

    again.bytes = now->bytes;
    again.count = now->count;
    walk_process(walk_again, &again);
}

void walk_explain(const struct walk *failed)
{
    uint8_t bytes[failed->count * STEP_BYTES + 1];
    struct walk loud = {.thorough = true};
    struct shrink now = {.bytes = bytes, .count = failed->count, .item = STEP_BYTES, .run = rerun, .context = &loud};

    memcpy(bytes, failed->bytes, failed->count * STEP_BYTES);
    if (!shrink(&now)) {
        loud.thorough = false;
        shrink(&now);
    }
    loud.print = true;
    fprintf(stderr, "# %zu steps are enough:\n", now.count);
    shrink_show(&now);
    fprintf(stderr, "# REPLAY=");
    for (size_t i = 0; i < now.count * STEP_BYTES; i++)
        fprintf(stderr, "%02x", bytes[i]);
    fprintf(stderr, "\n");
}
