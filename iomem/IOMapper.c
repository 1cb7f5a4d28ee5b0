#include "iomem/IOMapper.h"

/* No mapper can be made yet, so there is no system mapper: device addresses are physical. */

ppnum_t IOMapperIOVMAlloc(unsigned pages)
{
    (void)pages;
    return 0;
}

void IOMapperIOVMFree(ppnum_t address, unsigned pages)
{
    (void)address;
    (void)pages;
}

ppnum_t IOMapperInsertPage(ppnum_t address, unsigned offset, ppnum_t page)
{
    (void)address;
    (void)offset;
    return page;
}
