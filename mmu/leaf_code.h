/* From MMU_ attributes to a leaf's attributes: how every format says it. */
#ifndef MMU_LEAF_CODE_H
#define MMU_LEAF_CODE_H

#include <stdint.h>

#include "mmu/mmu.h"

/*
 * A type and a permission are added up. One that does not exist brings NONE; a device that may be executed
 * makes one, as two NOT_BOTH carry into it. (Two NONE carry on into bit 63.)
 */
#define NOT_BOTH (UINT64_C(1) << 61)
#define NONE     (UINT64_C(1) << 62)
#define REFUSED  (UINT64_C(3) << 62)

struct leaf_code {
    uint64_t type[MMU_TYPE_MASK + 1];
    uint64_t permission[8]; /* by WRITE, EXEC and USER */
};

/* The attributes of a leaf, with a bit of REFUSED where there is no such memory type or it may not have these
 * permissions. `code` is constant. */
static inline __attribute__((always_inline)) uint64_t leaf_encode(const struct leaf_code *code, uint32_t attr)
{
    uint64_t bits = code->type[attr & MMU_TYPE_MASK] + code->permission[attr >> 4 & 7];

    return attr >> 7 ? REFUSED : bits & ~NOT_BOTH;
}

#endif
