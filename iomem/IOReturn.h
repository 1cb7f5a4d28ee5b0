/*
 * Result codes. IOKit's own are 0xE0000000 and up; the KERN_ codes of Mach also come back where
 * IOKit lets them through (each function's comment says so). All compare as int32_t.
 */
#ifndef IOMEM_IORETURN_H
#define IOMEM_IORETURN_H

#include <stdint.h>

/* What calls return: 0 is success. */
typedef int32_t IOReturn;
typedef int32_t kern_return_t;

/* A code of IOKit's own, by its last three digits. */
#define iokit_common_err(code) ((IOReturn)(0xE0000000u | (uint32_t)(code)))

/* IOKit's codes; their values are IOKit's. */
#define kIOReturnSuccess         ((IOReturn)0)
#define kIOReturnInvalid         iokit_common_err(0x001)
#define kIOReturnError           iokit_common_err(0x2BC)
#define kIOReturnNoMemory        iokit_common_err(0x2BD)
#define kIOReturnNoResources     iokit_common_err(0x2BE)
#define kIOReturnIPCError        iokit_common_err(0x2BF)
#define kIOReturnNoDevice        iokit_common_err(0x2C0)
#define kIOReturnNotPrivileged   iokit_common_err(0x2C1)
#define kIOReturnBadArgument     iokit_common_err(0x2C2)
#define kIOReturnExclusiveAccess iokit_common_err(0x2C5)
#define kIOReturnUnsupported     iokit_common_err(0x2C7)
#define kIOReturnVMError         iokit_common_err(0x2C8)
#define kIOReturnInternalError   iokit_common_err(0x2C9)
#define kIOReturnIOError         iokit_common_err(0x2CA)
#define kIOReturnCannotLock      iokit_common_err(0x2CC)
#define kIOReturnNotOpen         iokit_common_err(0x2CD)
#define kIOReturnNotReadable     iokit_common_err(0x2CE)
#define kIOReturnNotWritable     iokit_common_err(0x2CF)
#define kIOReturnNotAligned      iokit_common_err(0x2D0)
#define kIOReturnDMAError        iokit_common_err(0x2D4)
#define kIOReturnBusy            iokit_common_err(0x2D5)
#define kIOReturnTimeout         iokit_common_err(0x2D6)
#define kIOReturnNotReady        iokit_common_err(0x2D8)
#define kIOReturnNotAttached     iokit_common_err(0x2D9)
#define kIOReturnNoSpace         iokit_common_err(0x2DB)
#define kIOReturnCannotWire      iokit_common_err(0x2DE)
#define kIOReturnMessageTooLarge iokit_common_err(0x2E1)
#define kIOReturnNotPermitted    iokit_common_err(0x2E2)
#define kIOReturnUnderrun        iokit_common_err(0x2E7)
#define kIOReturnOverrun         iokit_common_err(0x2E8)
#define kIOReturnAborted         iokit_common_err(0x2EB)
#define kIOReturnNotFound        iokit_common_err(0x2F0)

/* Mach's codes. */
enum {
    KERN_SUCCESS = 0,
    KERN_INVALID_ADDRESS = 1,
    KERN_PROTECTION_FAILURE = 2,
    KERN_NO_SPACE = 3,
    KERN_INVALID_ARGUMENT = 4,
    KERN_FAILURE = 5,
    KERN_RESOURCE_SHORTAGE = 6,
    KERN_MEMORY_FAILURE = 9,
    KERN_MEMORY_ERROR = 10,
    KERN_ABORTED = 14,
    KERN_INVALID_VALUE = 18,
    KERN_NOT_SUPPORTED = 46
};

/* A code of the class registry. */
#define libkern_metaclass_err(code) ((IOReturn)(0xDC004000u | (uint32_t)(code)))

/* The class registry's codes. */
#define kOSReturnSuccess           ((IOReturn)0)
#define kOSReturnError             ((IOReturn)0xDC000001u)
#define kOSMetaClassInternal       libkern_metaclass_err(1)
#define kOSMetaClassHasInstances   libkern_metaclass_err(2)
#define kOSMetaClassNoInit         libkern_metaclass_err(3)
#define kOSMetaClassNoTempData     libkern_metaclass_err(4)
#define kOSMetaClassNoDicts        libkern_metaclass_err(5)
#define kOSMetaClassNoKModSet      libkern_metaclass_err(6)
#define kOSMetaClassNoInsKModSet   libkern_metaclass_err(7)
#define kOSMetaClassNoSuper        libkern_metaclass_err(8)
#define kOSMetaClassInstNoSuper    libkern_metaclass_err(9)
#define kOSMetaClassDuplicateClass libkern_metaclass_err(10)
#define kOSMetaClassNoKext         libkern_metaclass_err(11)

#endif
