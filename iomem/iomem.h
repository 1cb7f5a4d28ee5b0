/* Everything of IOKit's memory classes that this release has. */
#ifndef IOMEM_IOMEM_H
#define IOMEM_IOMEM_H

#include "iomem/IOAddressSpace.h"
#include "iomem/IOBufferMemoryDescriptor.h"
#include "iomem/IODMACommand.h"
#include "iomem/IODeviceMemory.h"
#include "iomem/IOGuardPageMemoryDescriptor.h"
#include "iomem/IOInterleavedMemoryDescriptor.h"
#include "iomem/IOLib.h"
#include "iomem/IOMapper.h"
#include "iomem/IOMemoryDescriptor.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/IOMultiMemoryDescriptor.h"
#include "iomem/IOReturn.h"
#include "iomem/IOSubMemoryDescriptor.h"
#include "iomem/IOTypes.h"
#include "iomem/OSObject.h"

#endif
