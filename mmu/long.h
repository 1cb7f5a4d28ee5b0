/*
 * Long descriptors, of 64 bits: what VMSAv8-64 stage 1 and 2 (Arm ARM DDI 0487, D8.3) and AArch32's LPAE
 * (DDI 0406C, B3.6) have in common, and what software keeps in the bits that all of them leave to it.
 * Field names are Arm's.
 */
#ifndef MMU_LONG_H
#define MMU_LONG_H

#include <stdint.h>

#define BIT(n)          (UINT64_C(1) << (n))
#define FIELD(value, n) ((uint64_t)(value) << (n))

/* All descriptors */
#define VALID          BIT(0)
#define TABLE_OR_PAGE  BIT(1) /* above the last level: a table; at it: a page. 0: a block */
#define KIND           (VALID | TABLE_OR_PAGE)
#define OUTPUT_ADDRESS UINT64_C(0x0000fffffffff000) /* bits below the granule are RES0, and so written */

/* Leaves */
#define SH_OUTER   FIELD(2, 8)
#define SH_INNER   FIELD(3, 8)
#define AF         BIT(10)
#define CONTIGUOUS BIT(52)

/*
 * Tables: bits [11:2] and [58:51] are ignored by the walker, so they hold how many entries of that table
 * are in use (the low ten bits of the count, then the others), and whether some may be other than leaves.
 */
#define COUNT_LOW_SHIFT  2
#define COUNT_LOW_BITS   10
#define COUNT_HIGH_SHIFT 52
#define COUNT_HIGH_BITS  4
#define COUNT            (FIELD(0x3ff, COUNT_LOW_SHIFT) | FIELD(0xf, COUNT_HIGH_SHIFT))
#define MIXED            BIT(58)

/*
 * Invalid entries: all bits but VALID are software's: a tag beside its payload, which has an output address's place.
 * Above the last level they never have TABLE_OR_PAGE, so that one bit tells a table. A leaf or table that is broken,
 * for the time of one call, is as it was but for VALID, with the tag "busy"; AF tells such a leaf from a tag of a
 * user's.
 */
#define TAG_SHIFT 59
#define TAG(n)    FIELD(n, TAG_SHIFT)

#endif
