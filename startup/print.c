#include "startup/print.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "startup/console.h"

struct sink {
    char *text; /* NULL: the console */
    unsigned size, length;
};

static void put(struct sink *sink, char c)
{
    if (!sink->text)
        console_write(&c, 1);
    else if (sink->length + 1 < sink->size)
        sink->text[sink->length++] = c;
}

static void put_string(struct sink *sink, const char *string, int width)
{
    for (string = string ? string : "(null)"; *string; string++, width--)
        put(sink, *string);
    for (; width > 0; width--)
        put(sink, ' ');
}

static void put_number(struct sink *sink, uint64_t value, unsigned base, int width, char fill)
{
    char digits[24];
    int count = 0;

    do
        digits[count++] = "0123456789abcdef"[value % base];
    while (value /= base);
    for (; width > count; width--)
        put(sink, fill);
    while (count)
        put(sink, digits[--count]);
}

static void put_signed(struct sink *sink, int64_t value, int width, char fill)
{
    if (value < 0)
        put(sink, '-');
    put_number(sink, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, width, fill);
}

/* The digits and letters between % and the conversion. */
struct directive {
    char fill, conversion;
    int width;
    unsigned longs;
};

static const char *parse(const char *format, struct directive *out)
{
    *out = (struct directive){.fill = ' '};
    if (*format == '-') /* strings are left-aligned anyway */
        format++;
    if (*format == '0')
        out->fill = *format++;
    while (*format >= '0' && *format <= '9')
        out->width = out->width * 10 + *format++ - '0';
    for (; *format == 'l' || *format == 'z'; format++)
        out->longs++;
    out->conversion = *format;
    return *format ? format + 1 : format;
}

static int64_t take_signed(va_list *arguments, unsigned longs)
{
    if (longs > 1)
        return va_arg(*arguments, long long);
    return longs ? va_arg(*arguments, long) : va_arg(*arguments, int);
}

static uint64_t take_unsigned(va_list *arguments, unsigned longs)
{
    if (longs > 1)
        return va_arg(*arguments, unsigned long long);
    return longs ? va_arg(*arguments, unsigned long) : va_arg(*arguments, unsigned);
}

static void format_all(struct sink *sink, const char *format, va_list *arguments)
{
    while (*format) {
        struct directive d;

        if (*format != '%') {
            put(sink, *format++);
            continue;
        }
        format = parse(format + 1, &d);
        if (d.conversion == 's')
            put_string(sink, va_arg(*arguments, const char *), d.width);
        else if (d.conversion == 'c')
            put(sink, (char)va_arg(*arguments, int));
        else if (d.conversion == 'd')
            put_signed(sink, take_signed(arguments, d.longs), d.width, d.fill);
        else if (d.conversion == 'u' || d.conversion == 'x' || d.conversion == 'p')
            put_number(sink, take_unsigned(arguments, d.conversion == 'p' ? 1 : d.longs), d.conversion == 'u' ? 10 : 16,
                       d.width, d.fill);
        else
            put(sink, d.conversion);
    }
}

void print(const char *format, ...)
{
    struct sink console = {NULL, 0, 0};
    va_list arguments, *list = &arguments;

    va_start(arguments, format);
    console_acquire();
    format_all(&console, format, list);
    console_release();
    va_end(arguments);
}

void print_to(char *text, unsigned size, const char *format, va_list arguments)
{
    struct sink sink = {text, size, 0};
    va_list copy, *list = &copy;

    va_copy(copy, arguments);
    format_all(&sink, format, list);
    va_end(copy);
    text[sink.length] = 0;
}
