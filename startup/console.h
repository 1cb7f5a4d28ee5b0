/* The board's console, mapped. Characters go out as they are, but for "\n", which becomes "\r\n". */
#ifndef STARTUP_CONSOLE_H
#define STARTUP_CONSOLE_H

#include <stddef.h>

void console_start(void);
void console_write(const char *text, size_t size);

/* What this core writes between the two stays together. Calls nest. */
void console_acquire(void);
void console_release(void);

/* Waits for a line, with echo and editing, and gives out as much of it as fits; 0 = end of input. */
size_t console_read(char *buffer, size_t size);

#endif
