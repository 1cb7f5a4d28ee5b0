/* IOKit's name for it; types, options and constants are plain C. */
#ifndef IOKIT_IOTYPES_H
#define IOKIT_IOTYPES_H

#include "iomem/IOTypes.h"

#endif
