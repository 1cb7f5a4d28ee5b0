/* QEMU's fw_cfg device on the bus (its specification: docs/specs/fw_cfg in QEMU's sources): files for firmware. */
#ifndef APPS_PICTURE_FW_CFG_H
#define APPS_PICTURE_FW_CFG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Maps the device that the device tree names. False: there is none, or it has no DMA. */
bool fw_cfg_open(void);
void fw_cfg_close(void);

/* The file's selector; -1: there is no such file. */
int fw_cfg_find(const char *name);

/* Writes the whole file. False: the device refused. */
bool fw_cfg_write(int selector, const void *bytes, size_t size);

#endif
