#include "startup/console.h"

#include <stdint.h>
#include <string.h>

#include "boards/board.h"
#include "mmu/lock.h"
#include "startup/access.h"
#include "startup/layout.h"

enum { END_OF_INPUT = 4, BACKSPACE = 8, KILL_LINE = 21, DELETE = 127 };

static struct lock output = LOCK_INIT;

static uintptr_t base(void)
{
    return (uintptr_t)CONSOLE_VA;
}

void console_start(void)
{
    struct board_access access = access_lend();

    if (board.start)
        board.start(&access);
    board.console->init(base());
}

void console_acquire(void)
{
    lock_acquire(&output);
}

void console_release(void)
{
    lock_release(&output);
}

/* A fault leaves held what is held: text that cannot be read shows before the lock is taken. */
static void look_at(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        (void)*(const volatile char *)&text[i];
}

void console_write(const char *text, size_t size)
{
    look_at(text, size);
    console_acquire();
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n')
            board.console->putc(base(), '\r');
        board.console->putc(base(), text[i]);
    }
    console_release();
}

static char wait_for_key(void)
{
    int c;

    while ((c = board.console->getc(base())) < 0)
        ;
    return (char)c;
}

static size_t rub_out(size_t length)
{
    if (length)
        console_write("\b \b", 3);
    return length ? length - 1 : 0;
}

/* Echo and editing; 0 = ^D at the start of a line. */
static size_t read_line(char *line, size_t size)
{
    size_t length = 0;

    while (length < size) {
        char c = wait_for_key();

        if (c == END_OF_INPUT)
            return length; /* as a terminal does: what was typed, and nothing at the start of a line */
        if (c == BACKSPACE || c == DELETE) {
            length = rub_out(length);
            continue;
        }
        if (c == KILL_LINE) {
            while (length)
                length = rub_out(length);
            continue;
        }
        c = c == '\r' ? '\n' : c;
        line[length++] = c;
        console_write(&c, 1);
        if (c == '\n')
            break;
    }
    return length;
}

/* A line is edited whole, whatever pieces it is then asked for in. */
size_t console_read(char *buffer, size_t size)
{
    static char line[1024];
    static size_t length, taken;
    size_t count;

    if (!size)
        return 0;
    if (taken == length) {
        length = read_line(line, sizeof line);
        taken = 0;
    }
    count = length - taken < size ? length - taken : size;
    memcpy(buffer, line + taken, count);
    taken += count;
    return count;
}
