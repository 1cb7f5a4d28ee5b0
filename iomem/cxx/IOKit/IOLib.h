/* IOKit's name for it; the functions are plain C. */
#ifndef IOKIT_IOLIB_H
#define IOKIT_IOLIB_H

#include "iomem/IOLib.h"

#endif
