#include "tests/target/at.h"

#include "mmu/mmu.h"

static enum at_result result_of_status(unsigned status)
{
    switch (status & 0x3c) {
    case 0x00:
        return AT_ADDRESS_SIZE;
    case 0x04:
        return AT_TRANSLATION;
    case 0x08:
        return AT_ACCESS_FLAG;
    case 0x0c:
        return AT_PERMISSION;
    default:
        return AT_OTHER;
    }
}

struct at at_translate(uint64_t va, enum at_access access)
{
    uint64_t par = at_ask(va, access);
    struct at at = {0};

    if (par & 1) {
        at.status = (par >> 1) & 0x3f;
        at.result = result_of_status(at.status);
        return at;
    }
    at.pa = (par & 0x0000fffffffff000u) | (va & 0xfff);
    at.mair = (uint8_t)(par >> 56);
    at.sh = (par >> 7) & 3;
    return at;
}

static bool cacheable(uint8_t mair)
{
    return mair == 0xff || mair == 0xbb;
}

bool at_agrees(struct at at, uint64_t pa, uint8_t mair)
{
    return at.result == AT_OK && at.pa == pa && at.mair == mair && (!cacheable(mair) || at.sh == 3);
}

uint8_t at_mair_of_type(uint32_t attr)
{
    static const uint8_t mair[] = {
        [MMU_DEVICE_nGnRnE] = 0x00, [MMU_DEVICE_nGnRE] = 0x04, [MMU_DEVICE_nGRE] = 0x08, [MMU_DEVICE_GRE] = 0x0c,
        [MMU_UNCACHED] = 0x44,      [MMU_WRITETHROUGH] = 0xbb, [MMU_WRITEBACK] = 0xff,
    };

    return at_mair_here(mair[attr & MMU_TYPE_MASK]);
}
