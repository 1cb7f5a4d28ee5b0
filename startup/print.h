/*
 * printf for reports: straight to the console, no heap; one call is one piece. Knows %s %c %d %u %x, l, ll, 0 and a
 * width.
 */
#ifndef STARTUP_PRINT_H
#define STARTUP_PRINT_H

#include <stdarg.h>

void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Into text, always ended by a zero; what does not fit is left out. */
void print_to(char *text, unsigned size, const char *format, va_list arguments) __attribute__((format(printf, 3, 0)));

#endif
