/* The model's outside: table memory, the backend's calls, breaches. */
#include "tests/host/model.h"

#include <sanitizer/asan_interface.h> /* its macros do nothing in a build without ASan */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/host/model_inner.h"

#define PAGE_SLOTS 1024 /* no table has less room than this, so that an index by it finds it */
#define SPACES_MAX 64
#define CLASSES    20

static struct table *tables;                  /* by 4 KiB of the arena; all pages of a table share the first's record */
static uint64_t free_slot[CLASSES][1u << 15]; /* freed memory by log2 of its size, the last one is reused first */
static size_t free_count[CLASSES];
static uint64_t next_slot;
static struct model_space spaces[SPACES_MAX];
static struct judge_regime regimes[SPACES_MAX]; /* of the space in the same place */
static bool ended[SPACES_MAX];                  /* invalidated whole, for no change, and nothing entered since */
static unsigned space_count, serials[SPACES_MAX], last_serial;
static unsigned pa_bits;
bool no_break;
uint64_t arena_pa;
static long fail_after;
static size_t tables_held, allocations;
static struct model_counts counts;
static struct mmu_flush last_flush;

static struct table *record(uint64_t slot)
{
    return slot < ARENA_SLOTS ? &tables[slot / PAGE_SLOTS] : NULL;
}

struct table *table_of_slot(uint64_t slot)
{
    struct table *table = record(slot);

    /* Pages after a table's first one only say where that is. */
    if (table && table->parent == table)
        table = record(table->slot);
    return table && table->state != TABLE_NONE && slot - table->slot < table->slots ? table : NULL;
}

struct table *table_of_pa(uint64_t pa)
{
    struct table *table = pa >= arena_pa && pa - arena_pa < ARENA_SIZE ? table_of_slot(slot_of_pa(pa)) : NULL;

    return table && slot_of_pa(pa) == table->slot ? table : NULL;
}

static unsigned class_of(uint64_t slots)
{
    unsigned class = 0;

    while ((uint64_t)PAGE_SLOTS << class < slots)
        class ++;
    return class;
}

static uint64_t take_slots(unsigned class)
{
    uint64_t slots = (uint64_t)PAGE_SLOTS << class, slot;

    if (free_count[class])
        return free_slot[class][--free_count[class]];
    slot = (next_slot + slots - 1) & ~(slots - 1);
    next_slot = slot + slots;
    if (next_slot > ARENA_SLOTS) {
        fprintf(stderr, "the model's arena is too small\n");
        abort();
    }
    return slot;
}

static void *table_alloc(size_t size)
{
    unsigned class = class_of(size / slot_bytes);
    uint64_t slot;

    allocations++;
    if (fail_after == 0)
        return NULL;
    if (fail_after > 0)
        fail_after--;
    slot = take_slots(class);
    for (uint64_t page = slot; page < slot + ((uint64_t)PAGE_SLOTS << class); page += PAGE_SLOTS)
        *record(page) = (struct table){.slot = slot, .parent = record(page)};
    *record(slot) = (struct table){.state = TABLE_FRESH, .slot = slot, .slots = size / slot_bytes};
    ASAN_UNPOISON_MEMORY_REGION(table_memory + slot_bytes * slot, size);
    for (uint64_t i = 0; i < size / slot_bytes; i++)
        arena[slot + i] = shadow[slot + i] = slot_bytes == 4 && i >= 4096 ? 0 : GARBAGE; /* counts, no entries */
    if (slot_bytes == 4)
        memset(table_memory + 4 * slot, 0x5a, size);
    tables_held++;
    return table_memory + slot_bytes * slot;
}

static void table_free(void *freed, size_t size)
{
    uint64_t slot = (uint64_t)((char *)freed - table_memory) / slot_bytes;
    struct table *table = slot < ARENA_SLOTS ? table_of_slot(slot) : NULL;

    if (!table || table->slot != slot || table->slots != size / slot_bytes) {
        breach("memory given back that is no table, or with another size");
        return;
    }
    if (table->state == TABLE_LINKED && !ended[table->space - spaces])
        breach("a table is freed while it is linked");
    if (table->state == TABLE_UNLINKED || cores_walk_through(table))
        breach("a table is freed before the invalidate that forgets it");
    table->state = TABLE_NONE;
    ASAN_POISON_MEMORY_REGION(freed, size);
    free_slot[class_of(size / slot_bytes)][free_count[class_of(size / slot_bytes)]++] = slot;
    tables_held--;
}

const struct model_space *space_of(const struct mmu_space *space)
{
    for (unsigned i = 0; i < space_count; i++)
        if (spaces[i].space == space)
            return &spaces[i];
    return NULL;
}

static void publish(const struct mmu_space *space)
{
    (void)space;
    cores_disturb(true);
    counts.publishes++;
    commit_all();
    cores_disturb(true);
}

static void invalidate(const struct mmu_space *space, const struct mmu_flush *flush)
{
    const struct model_space *known = space_of(space);

    cores_disturb(true);
    counts.invalidates++;
    last_flush = *flush;
    commit_all();
    if (!flush->size || !flush->stride)
        breach("an invalidate of nothing");
    if (known) {
        ended[known - spaces] = !rules_flush(known, flush) && flush->tables && flush->size >> known->va_bits;
        cores_flush(known, flush);
    }
    cores_disturb(true);
}

static void cache_clean_invalidate(uint64_t pa, uint64_t size)
{
    counts.cleans++;
    rules_clean(pa, size);
}

static unsigned output_bits(void)
{
    return pa_bits;
}

static bool may_resize_live(void)
{
    return no_break;
}

struct mmu_backend model_backend = {
    .table_alloc = table_alloc,
    .table_free = table_free,
    .publish = publish,
    .invalidate = invalidate,
    .cache_clean_invalidate = cache_clean_invalidate,
    .pa_bits = output_bits,
    .no_break = may_resize_live,
};

void model_start(const struct model_config *config)
{
    model_stop();
    memory_start(config->entry_bytes);
    rules_start();
    cores_start(config->cores);
    if (!tables)
        tables = calloc(ARENA_SLOTS / PAGE_SLOTS, sizeof *tables);
    if (!tables)
        abort();
    for (unsigned class = 0; class < CLASSES; class ++)
        free_count[class] = 0;
    next_slot = 0;
    space_count = 0;
    no_break = config->no_break;
    pa_bits = config->pa_bits ? config->pa_bits : 48;
    arena_pa = pa_bits == 52 ? UINT64_C(0xd000480000000) : slot_bytes == 8 ? UINT64_C(0x480000000) : 0x40000000;
    model_seed(config->seed);
    fail_after = -1;
    tables_held = allocations = 0;
    counts = (struct model_counts){0};
    model_clear_breaches();
    model_backend.table_offset = (uintptr_t)table_memory - (uintptr_t)arena_pa;
}

void model_stop(void)
{
    if (!arena)
        return;
    ASAN_UNPOISON_MEMORY_REGION(table_memory, next_slot * slot_bytes);
    memory_stop();
    rules_stop();
    memset(tables, 0, next_slot / PAGE_SLOTS * sizeof *tables);
}

static uint64_t read_shadow(void *context, uint64_t pa)
{
    (void)context;
    return shadow[slot_of_pa(pa)];
}

static bool is_table(void *context, uint64_t pa)
{
    (void)context;
    return table_of_pa(pa) != NULL;
}

void model_adopt(const struct model_space *space)
{
    struct table *root = table_of_pa(space->root);
    struct model_space *known = NULL;

    for (unsigned i = 0; i < space_count; i++)
        if (!spaces[i].space)
            known = &spaces[i];
    if (!known && space_count < SPACES_MAX)
        known = &spaces[space_count++];
    if (!known || !root) {
        fprintf(stderr, "the model cannot adopt this space\n");
        abort();
    }
    if (has_pending(root->slot, root->slots))
        breach("a space may be walked before its root is published");
    *known = *space;
    serials[known - spaces] = ++last_serial;
    ended[known - spaces] = false;
    regimes[known - spaces] = (struct judge_regime){.rules = space->rules,
                                                    .granule_bits = space->granule_bits,
                                                    .va_bits = space->va_bits,
                                                    .pa_bits = pa_bits,
                                                    .high = space->high,
                                                    .wxn = true,
                                                    .ttbr = space->root,
                                                    .mair = space->rules ? space->rules->mair : MODEL_MAIR,
                                                    .read = read_shadow,
                                                    .is_table = is_table};
    commit_all();
    for (uint64_t i = 0; i < root->slots; i++)
        shadow[root->slot + i] = arena[root->slot + i];
    rules_attach(root, known, judge_start_level(regime_of(known)),
                 slot_bytes == 4 ? 0 : judge_base(regime_of(known))); /* TTBR1 is indexed by the whole address there */
}

void model_forget(const struct mmu_space *space)
{
    struct model_space *known = (struct model_space *)(uintptr_t)space_of(space);

    if (!known)
        return;
    cores_forget(known);
    for (uint64_t page = 0; page < next_slot; page += PAGE_SLOTS)
        if (record(page)->space == known && record(page)->state == TABLE_LINKED) {
            record(page)->space = NULL;
            record(page)->state = TABLE_FRESH;
        }
    known->space = NULL;
}

const struct judge_regime *regime_of(const struct model_space *space)
{
    return &regimes[space - spaces];
}

unsigned serial_of(const struct model_space *space)
{
    return serials[space - spaces];
}

struct judge_regime model_regime(const struct mmu_space *space)
{
    return *regime_of(space_of(space));
}

void model_fail_after(long count)
{
    fail_after = count;
}

size_t model_tables(void)
{
    return tables_held;
}

size_t model_allocations(void)
{
    return allocations;
}

struct model_counts model_counts(void)
{
    return counts;
}

struct mmu_flush model_last_flush(void)
{
    return last_flush;
}

/* Nobody walks such a space: its owner takes it apart as it likes. */
static bool in_ended_space(uint64_t slot)
{
    const struct table *table = table_of_slot(slot);

    return table && table->state == TABLE_LINKED && ended[table->space - spaces];
}

static void store_hook(uint64_t number, uint64_t value, bool link)
{
    for (unsigned i = 0; i < space_count && (value & 1); i++)
        ended[i] = false;
    counts.stores++;
    counts.links += link;
    if (!in_ended_space(number))
        rules_store(number, arena[number], value, link);
    store(number, value, link);
    cores_disturb(false);
}

static void store_wide(volatile uint64_t *slot, uint64_t value, bool link)
{
    if (!arena || (uintptr_t)slot - (uintptr_t)arena >= ARENA_SIZE) {
        *slot = value; /* an owner's own word: a root's descriptor, say */
        return;
    }
    (void)*slot; /* under ASan this refuses tables that were freed */
    store_hook((uint64_t)((const volatile uint64_t *)slot - (const volatile uint64_t *)arena), value, link);
}

void model_entry_write(volatile uint64_t *slot, uint64_t value)
{
    store_wide(slot, value, false);
}

void model_entry_link(volatile uint64_t *slot, uint64_t value)
{
    store_wide(slot, value, true);
}

/* A table's size tells its level. */
static void store_narrow(volatile uint32_t *slot, uint32_t value, bool link)
{
    uint64_t number = (uint64_t)((const volatile char *)slot - table_memory) / 4;
    const struct table *table = table_of_slot(number);

    *slot = value;
    if (!table)
        breach("a store into memory that is no table, or no longer one");
    else
        store_hook(number, judge_short_widen(table->slots > 256, number - table->slot, value), link);
}

void model_entry_write32(volatile uint32_t *slot, uint32_t value)
{
    store_narrow(slot, value, false);
}

void model_entry_link32(volatile uint32_t *slot, uint32_t value)
{
    store_narrow(slot, value, true);
}

void model_audit(void)
{
    for (uint64_t page = 0; page < next_slot; page += PAGE_SLOTS) {
        struct table *table = record(page);

        if (table->state != TABLE_LINKED || !table->space || table->parent == table)
            continue;
        for (uint64_t i = table->slot; i < table->slot + table->slots; i++) {
            const struct judge_regime *regime = regime_of(table->space);
            struct judge_entry entry = judge_decode(regime, table->level, arena[i]);

            if (entry.breach)
                breach(entry.breach);
            if (arena[i] != shadow[i] && ((arena[i] | shadow[i]) & 1) && entry.kind != JUDGE_IS_TABLE)
                breach("a store that went by the model, or was never published");
        }
    }
}
