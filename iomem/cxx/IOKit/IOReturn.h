/* IOKit's name for it; the codes are plain C. */
#ifndef IOKIT_IORETURN_H
#define IOKIT_IORETURN_H

#include "iomem/IOReturn.h"

#endif
