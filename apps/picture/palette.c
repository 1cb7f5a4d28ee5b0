#include "apps/picture/palette.h"

#include <stddef.h>

const struct palette palette[KIND_COUNT] = {
    [KIND_NOTHING] = {0x1b2130, NULL},
    [KIND_GUARD] = {0x6b7488, "guard: faults"},
    [KIND_FREE] = {0x33415e, "free RAM, linear map only"},
    [KIND_DATA] = {0x4f8dfd, "write-back, rw-"},
    [KIND_READ_ONLY] = {0x37c3d6, "write-back, r--"},
    [KIND_USER] = {0xb9d4ff, "write-back, EL0 too"},
    [KIND_CODE] = {0x55d68a, "write-back, r-x"},
    [KIND_WRITE_THROUGH] = {0xa97bff, "write-through, rw-"},
    [KIND_WRITE_COMBINED] = {0xffa33a, "write-combined, rw-"},
    [KIND_DEVICE] = {0xff5f74, "device, rw-"},
};
