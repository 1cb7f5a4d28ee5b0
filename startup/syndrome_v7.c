/*
 * AArch32 tells a fault by its vector and DFSR or IFSR. HYP's HSR says the same in one word, and as ESR_EL1 does
 * (Arm ARM B3.13.6): that word is made here, so that the rest need not know.
 */
#include "startup/view.h"

void exception_take(struct exception *e, unsigned vector);

enum { MODE_USR = 0x10, MODE_SYS = 0x1f, THUMB = 1 << 5 };
enum { FSR_LPAE = 1 << 9, FSR_WNR = 1 << 11, FSR_CM = 1 << 13 };
enum { ISS_WNR = 1 << 6, ISS_CM = 1 << 8, ISS_FNV = 1 << 10 };
enum { STATUS_EXTERNAL = 0x10, STATUS_EXTERNAL_ASYNC = 0x11, STATUS_ALIGNMENT = 0x21, STATUS_DEBUG = 0x22 };
enum { STATUS_UNKNOWN = 0x3f };

/* FS[4:0] as the long one's STATUS (Arm ARM B4.1.51, tables B3-23 and B3-24). */
unsigned syndrome_short_status(unsigned fs)
{
    static const uint8_t status[32] = {
        [0x01] = STATUS_ALIGNMENT,
        [0x02] = STATUS_DEBUG,
        [0x03] = 0x09,
        [0x05] = 0x05,
        [0x06] = 0x0a,
        [0x07] = 0x06,
        [0x08] = STATUS_EXTERNAL,
        [0x09] = 0x3d, /* domain, level 1 */
        [0x0b] = 0x3e,
        [0x0c] = 0x15,
        [0x0d] = 0x0d,
        [0x0e] = 0x16,
        [0x0f] = 0x0e,
        [0x10] = STATUS_CONFLICT,
        [0x16] = STATUS_EXTERNAL_ASYNC,
    };
    unsigned found = status[fs & 0x1f];

    return found ? found : STATUS_UNKNOWN;
}

static unsigned status_of(uint32_t fsr)
{
    return fsr & FSR_LPAE ? fsr & 0x3f : syndrome_short_status((fsr & 0xf) | (fsr >> 6 & 0x10));
}

static uint32_t syndrome(unsigned class, uint32_t iss)
{
    return (uint32_t) class << 26 | 1u << 25 | iss;
}

static void take_prefetch_abort(struct exception *e, bool user)
{
    uint32_t ifsr;

    __asm__("mrc p15, 0, %0, c5, c0, 1" : "=r"(ifsr));
    __asm__("mrc p15, 0, %0, c6, c0, 2" : "=r"(e->va));
    if (status_of(ifsr) == STATUS_DEBUG)
        e->syndrome = syndrome(EC_BKPT, 0);
    else
        e->syndrome = syndrome(user ? EC_INSTRUCTION_LOWER : EC_INSTRUCTION, status_of(ifsr));
}

static void take_data_abort(struct exception *e, bool user)
{
    uint32_t dfsr, iss;

    __asm__("mrc p15, 0, %0, c5, c0, 0" : "=r"(dfsr));
    __asm__("mrc p15, 0, %0, c6, c0, 0" : "=r"(e->va));
    iss = status_of(dfsr) | (dfsr & FSR_WNR ? ISS_WNR : 0) | (dfsr & FSR_CM ? ISS_CM : 0);
    if (status_of(dfsr) == STATUS_EXTERNAL_ASYNC)
        e->syndrome = syndrome(EC_SERROR, iss | ISS_FNV);
    else
        e->syndrome = syndrome(user ? EC_DATA_LOWER : EC_DATA, iss);
}

static unsigned kind_of(const struct exception *e, unsigned vector)
{
    if (vector == EXCEPTION_IRQ || vector == EXCEPTION_FIQ)
        return vector == EXCEPTION_IRQ ? 1 : 2;
    return e->syndrome >> 26 == EC_SERROR ? 3 : 0;
}

/* The number that AArch64's vectors give: origin by fours, then synchronous, IRQ, FIQ, SError. */
static unsigned number_of(const struct exception *e, unsigned vector)
{
    unsigned mode = e->pstate & 0x1f, origin = mode == MODE_SYS ? 0 : mode == MODE_USR ? 8 : 4;

    return vector & EXCEPTION_OVERFLOW ? VECTOR_OVERFLOW : origin + kind_of(e, vector);
}

void exception_take(struct exception *e, unsigned vector)
{
    bool user = (e->pstate & 0x1f) == MODE_USR;

    e->va = 0;
    e->syndrome = syndrome(EC_UNKNOWN, 0);
    switch (vector & ~(unsigned)EXCEPTION_OVERFLOW) {
    case EXCEPTION_UNDEFINED:
        if (e->pstate & THUMB)
            e->pc += 2; /* the vector took 4 off an address that was 2 further on */
        break;
    case EXCEPTION_SVC:
        e->syndrome = syndrome(EC_SVC32, 0);
        break;
    case EXCEPTION_PREFETCH_ABORT:
        take_prefetch_abort(e, user);
        break;
    case EXCEPTION_DATA_ABORT:
        take_data_abort(e, user);
        break;
    }
    exception_handle(e, number_of(e, vector));
}
