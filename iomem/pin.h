/* Pins: RAM pages that a prepare or a wire holds. The caller holds the memory lock; sizes in bytes. */
#ifndef IOMEM_PIN_H
#define IOMEM_PIN_H

#include "iomem/IOTypes.h"

/*
 * Every page that [pa, pa + size) touches; what is not RAM needs no pin. kIOReturnCannotWire,
 * nothing pinned: a count would overflow.
 */
IOReturn pin(uint64_t pa, uint64_t size);
void unpin(uint64_t pa, uint64_t size);

#endif
