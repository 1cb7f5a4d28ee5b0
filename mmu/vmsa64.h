/* VMSAv8-64 stage 1 leaves (Arm ARM DDI 0487, D8.3). Field names are Arm's. */
#ifndef MMU_VMSA64_H
#define MMU_VMSA64_H

#include "mmu/long.h"

#define ATTRINDX(n)  FIELD(n, 2)
#define AP_USER      BIT(6) /* AP[1]: EL0 has access */
#define AP_READ_ONLY BIT(7) /* AP[2] */
#define NG           BIT(11)
#define PXN          BIT(53)
#define UXN          BIT(54)
#define ATTRIBUTES   (ATTRINDX(7) | AP_USER | AP_READ_ONLY | SH_INNER | AF | NG | PXN | UXN)
/* A live leaf in which one of these changes must be broken before (D8.16.1) */
#define BREAK_NEEDED (ATTRINDX(7) | SH_INNER | NG)

#endif
