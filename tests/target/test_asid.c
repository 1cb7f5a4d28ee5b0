/* ASIDs by generation, with seven numbers: who is active keeps its own, and no other has it meanwhile. */
#include "mmu/asid.h"
#include "tests/target/tap.h"

static struct asid_pool pool;
static unsigned forgotten;

static void forget(void)
{
    forgotten++;
}

static void forget_one(uint16_t asid)
{
    (void)asid;
}

static void asid__is_kept_over_a_new_generation_by_who_is_active(void)
{
    static struct mmu_space spaces[40];
    uint16_t kept;

    asid_start(&pool, 3, forget_one, forget);
    CHECK(asid_enter(&pool, 1, &spaces[0]));
    kept = spaces[0].asid;
    for (unsigned i = 1; i < 40; i++) {
        unsigned before = forgotten;

        CHECK(asid_enter(&pool, 0, &spaces[i]));
        CHECK(spaces[i].asid != 0 && spaces[i].asid < 8 && spaces[i].asid != kept);
        for (unsigned j = 1; j < i && forgotten == before; j++) /* nobody else's of this generation */
            CHECK(spaces[j].asid_generation != pool.generation || spaces[j].asid != spaces[i].asid);
        CHECK_EQ(spaces[0].asid, kept);
    }
    CHECK(forgotten >= 6);
    CHECK(!asid_enter(&pool, 1, &spaces[0]));
}

int main(void)
{
    TAP_RUN(asid__is_kept_over_a_new_generation_by_who_is_active);
    return tap_done();
}
