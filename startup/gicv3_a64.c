/* GICv3's CPU interface (Arm IHI 0069 chapter 12): the names are newer than some assemblers. */
#include "boards/gic.h"

#define ICC_PMR_EL1     "s3_0_c4_c6_0"
#define ICC_SGI1R_EL1   "s3_0_c12_c11_5"
#define ICC_IAR1_EL1    "s3_0_c12_c12_0"
#define ICC_EOIR1_EL1   "s3_0_c12_c12_1"
#define ICC_CTLR_EL1    "s3_0_c12_c12_4"
#define ICC_SRE_EL1     "s3_0_c12_c12_5"
#define ICC_IGRPEN1_EL1 "s3_0_c12_c12_7"

#define WRITE(name, value) __asm__ volatile("msr " name ", %0" : : "r"((uint64_t)(value)) : "memory")
#define READ(name)                                                                                                     \
    ({                                                                                                                 \
        uint64_t value_;                                                                                               \
        __asm__ volatile("mrs %0, " name : "=r"(value_) : : "memory");                                                 \
        value_;                                                                                                        \
    })

void gicv3_cpu_start(void)
{
    WRITE(ICC_SRE_EL1, READ(ICC_SRE_EL1) | 1); /* system registers, not memory; then the others may be used */
    __asm__ volatile("isb" : : : "memory");
    WRITE(ICC_PMR_EL1, 0xff);
    WRITE(ICC_CTLR_EL1, READ(ICC_CTLR_EL1) & ~UINT64_C(2)); /* EOImode 0: EOIR also deactivates */
    WRITE(ICC_IGRPEN1_EL1, 1);
    __asm__ volatile("isb" : : : "memory");
}

unsigned gicv3_cpu_take(void)
{
    uint64_t id = READ(ICC_IAR1_EL1) & 0xffffff;

    __asm__ volatile("dsb sy" : : : "memory"); /* acknowledged for the distributor too before it is ended */
    if (id < IRQ_ID_MAX)
        WRITE(ICC_EOIR1_EL1, id);
    __asm__ volatile("isb" : : : "memory");
    return (unsigned)id;
}

void gicv3_cpu_send(uint64_t sgi1r)
{
    WRITE(ICC_SGI1R_EL1, sgi1r);
    __asm__ volatile("isb" : : : "memory");
}
