/*
 * A second opinion on a fault: the live tables, read entry by entry from the registers that the CPU walks
 * with, and the CPU's own address translation instruction. It shares no code with the engine that wrote the tables.
 */
#include "startup/view.h"

#include <inttypes.h>

#include "mmu/vmsa64.h"
#include "startup/memory.h"
#include "startup/print.h"

/* One step: true while there is a table below. *at is what was read, entry 0 when the table is not in RAM. */
static bool step(uint64_t va, struct walk *walk, struct walk_entry *at)
{
    *at = view_read(walk, va);
    if ((at->entry & KIND) != KIND || walk->level == 3)
        return false;
    walk->table = at->entry & OUTPUT_ADDRESS;
    walk->level++;
    return true;
}

static bool entry_is_leaf(uint64_t entry, unsigned level)
{
    return level == 3 ? (entry & KIND) == KIND : (entry & VALID) != 0;
}

static bool leaf_allows(uint64_t entry, const struct walk *walk, const struct syndrome *s)
{
    if (!(entry & AF) || (s->user && !(entry & AP_USER)))
        return false;
    if (s->instruction)
        return !(entry & walk->execute_never[s->user]) && (entry & AP_READ_ONLY); /* SCTLR.WXN */
    return !s->write || (entry & AP_READ_ONLY) == 0;
}

void view_take(struct view *view, const struct exception *e, const struct syndrome *s)
{
    struct walk walk = view_start(e->va);
    struct walk_entry at = {.slot = NULL};

    *view = (struct view){0};
    if (!s->abort || !s->far_valid)
        return;
    if (!walk.disabled && !walk.outside) {
        while (step(e->va, &walk, &at))
            ;
        view->table_allows = entry_is_leaf(at.entry, walk.level) && leaf_allows(at.entry, &walk, s);
    }
    view->par = view_translate(e->va, s);
    view->at_allows = !(view->par & 1);
}

/* By the MAIR byte that the leaf picks (MAIR_EL1 in the Arm ARM). */
static const char *type_name(uint64_t entry, const struct walk *walk)
{
    switch (walk->mair >> (entry >> 2 & 7) * 8 & 0xff) {
    case 0x00:
        return "device-nGnRnE";
    case 0x04:
        return "device-nGnRE";
    case 0x08:
        return "device-nGRE";
    case 0x0c:
        return "device-GRE";
    case 0x44:
        return "non-cacheable";
    case 0xbb:
        return "write-through";
    case 0xff:
        return "write-back";
    default:
        return "memory type unknown";
    }
}

static bool el0_may_execute(uint64_t entry, const struct walk *walk)
{
    return !(entry & walk->execute_never[1]) && (entry & AP_USER || !walk->fetch_needs_read);
}

static const char *kernel_may_execute(uint64_t entry, const struct walk *walk)
{
    if (entry & walk->execute_never[0])
        return "";
    return walk->el == 2 ? ", EL2 may execute" : ", EL1 may execute";
}

static void print_leaf(uint64_t entry, const struct walk *walk)
{
    uint64_t size = 1ull << view_shift(walk);

    print("%s -> %" PRIx64 ", %" PRIu64 " KiB, %s, %s%s%s%s%s%s", walk->level == 3 ? "page" : "block",
          entry & OUTPUT_ADDRESS & ~(size - 1), size / 1024, type_name(entry, walk), entry & AP_READ_ONLY ? "R" : "RW",
          kernel_may_execute(entry, walk), el0_may_execute(entry, walk) ? ", EL0 may execute" : "",
          entry & AP_USER ? ", EL0 may access" : "", entry & NG ? ", not global" : "",
          entry & AF ? "" : ", access flag clear");
}

static void print_invalid(uint64_t entry)
{
    static const char *const tags[] = {"",          ", tag guard", ", tag blocked", ", tag demand", ", tag reserved",
                                       ", tag busy"};
    uint64_t tag = entry >> TAG_SHIFT & 7;

    print("invalid%s", tag < sizeof tags / sizeof tags[0] ? tags[tag] : ", tag unknown");
}

static void print_step(const struct walk *walk, const struct walk_entry *at)
{
    unsigned level = walk->level;
    uint64_t entry = at->entry;

    print("    level %u: ", level - walk->level_bias);
    if (!at->slot) {
        print("the table at %" PRIx64 " is not in RAM\n", walk->table);
        return;
    }
    print("%016" PRIx64 " ", at->raw);
    if (level < 3 && (entry & KIND) == KIND)
        print("table at %" PRIx64, entry & OUTPUT_ADDRESS);
    else if (entry_is_leaf(entry, level))
        print_leaf(entry, walk);
    else
        print_invalid(entry);
    print("\n");
}

void view_print_walk(uint64_t va)
{
    struct walk walk = view_start(va);
    bool more = true;

    print("  walk of %016" PRIx64 ": TTBR%u, table at %" PRIx64 ", %u-bit addresses, %u KiB granule\n", va, walk.half,
          walk.table, walk.va_bits, 1u << (walk.granule_bits - 10));
    if (walk.disabled || walk.outside) {
        print("    %s\n", walk.disabled ? "walks of this half are disabled" : "the address belongs to neither half");
        return;
    }
    while (more) {
        struct walk here = walk;
        struct walk_entry at;

        more = step(va, &walk, &at);
        print_step(&here, &at);
    }
}
