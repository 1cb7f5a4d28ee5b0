/*
 * ASIDs of 8 bits, more spaces than that, and four cores that activate them in turn: generations begin while other
 * cores have spaces active and change them. Who activates a space sees it as it is now, whatever its number has been.
 *
 * QEMU: -smp 4
 */
#include <stdio.h>

#include "iomem/iomem.h"
#include "mmu/tlb.h"
#include "startup/spaces.h"
#include "tests/target/four_pages.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/team.h"
#include "tests/target/touch.h"

#define LOW  UINT64_C(0x10000000)
#define HIGH UINT64_C(0x10100000)

enum { SPACES = 320, TURNS = 2500, TCR_AS_SHIFT = 36 };

/* Page `page` of the four is what it shows. Only the core with number i % cores maps it anew. */
static struct {
    task_t task;
    IOMemoryMapRef map;
    unsigned page;
} spaces[SPACES];

static unsigned wrong[TEAM_MAX], changed[TEAM_MAX];
static bool narrow[TEAM_MAX];

/* TCR_EL1.AS = 0, before any space has been active. */
static void use_eight_bits(void *unused)
{
    uint64_t tcr;

    (void)unused;
    __asm__ volatile("mrs %0, tcr_el1" : "=r"(tcr));
    tcr &= ~(UINT64_C(1) << TCR_AS_SHIFT);
    __asm__ volatile("msr tcr_el1, %0\n\tisb\n\ttlbi vmalle1\n\tdsb nsh\n\tisb" : : "r"(tcr) : "memory");
    narrow[cpu_self()] = tlb_asid_bits() == 8;
}

static bool show(unsigned i, unsigned page)
{
    if (spaces[i].map)
        release(spaces[i].map);
    spaces[i].page = page;
    spaces[i].map =
        IOMemoryDescriptorCreateMappingInTask(four_pages, spaces[i].task, LOW, kIOMapUnique, page * PAGE, PAGE);
    return spaces[i].map != NULL;
}

static void use_one(unsigned i, unsigned *errors)
{
    unsigned self = (unsigned)cpu_self();
    struct touch seen;

    IOAddressSpaceActivate(spaces[i].task);
    seen = touch_read_el0(LOW);
    if (i % (unsigned)cpu_count() != self) { /* it may go and come at any time */
        *errors += seen.done && (seen.value < 0x20 || seen.value > 0x23);
        return;
    }
    *errors += !seen.done || seen.value != 0x20 + spaces[i].page;
    *errors += !show(i, (spaces[i].page + 1) % 4);
    seen = touch_read_el0(LOW);
    *errors += !seen.done || seen.value != 0x20 + spaces[i].page;
    changed[self]++;
}

static void use_many(void *unused)
{
    uint64_t random = 1 + (uint64_t)cpu_self();

    (void)unused;
    for (unsigned turn = 0; turn < TURNS; turn++) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
        use_one((unsigned)((random >> 33) % SPACES), &wrong[cpu_self()]);
    }
    IOAddressSpaceActivate(NULL);
}

static void cores__see_spaces_as_they_are_though_asids_run_out(void)
{
    CHECK(team_run(use_many, NULL));
    for (int core = 0; core < cpu_count(); core++) {
        CHECK_EQ(wrong[core], 0);
        CHECK(changed[core] > TURNS / 8);
    }
    CHECK(spaces_asid_count() > 0 && spaces_asid_count() < 256);
}

static void spaces__give_their_numbers_back(void)
{
    for (unsigned i = 0; i < SPACES; i++) {
        IOAddressSpaceDestroy(spaces[i].task);
        release(spaces[i].map);
    }
    CHECK_EQ(spaces_asid_count(), 0);
}

int main(void)
{
    if (machine_ram() < 240 * MIB) { /* tables come from a sixteenth of it */
        puts("1..0 # SKIP 320 spaces' tables need 256 MiB of RAM");
        return 0;
    }
    if (!four_pages_create() || !team_run(use_eight_bits, NULL))
        return 1;
    for (int core = 0; core < cpu_count(); core++)
        CHECK(narrow[core]);
    for (unsigned i = 0; i < SPACES; i++) {
        spaces[i].task = IOAddressSpaceCreate(LOW, HIGH);
        if (!spaces[i].task || !show(i, i % 4))
            return 1;
    }
    TAP_RUN(cores__see_spaces_as_they_are_though_asids_run_out);
    TAP_RUN(spaces__give_their_numbers_back);
    return tap_done();
}
