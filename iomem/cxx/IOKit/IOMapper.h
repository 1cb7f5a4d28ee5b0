/* iomem/IOMapper.h documents each call, and has the C functions. */
#ifndef IOKIT_IOMAPPER_H
#define IOKIT_IOMAPPER_H

#include "iomem/IOMapper.h"
#include "iomem/cxx/IOKit/OSObject.h"

struct IOMapper : OSObject {
    static void setMapperRequired(bool hasMapper)
    {
        IOMapperSetMapperRequired(hasMapper);
    }
    static IOMapper *getSystemMapper()
    {
        return IOMapperGetSystemMapper();
    }
    static bool checkForSystemMapper()
    {
        return IOMapperGetSystemMapper() != nullptr;
    }
    static IOMapper *copyMapperForDevice(void *device)
    {
        return IOMapperCopyMapperForDevice(device);
    }
    static IOMapper *copyMapperForDeviceWithIndex(void *device, unsigned index)
    {
        return IOMapperCopyMapperForDeviceWithIndex(device, index);
    }
    bool start(void *provider, bool isSystem)
    {
        return IOMapperStart(this, provider, isSystem);
    }
    uint64_t getPageSize()
    {
        return IOMapperGetPageSize(this);
    }
};

#endif
