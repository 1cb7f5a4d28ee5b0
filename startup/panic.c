/* panic, failed asserts and abort: caught by panic_try, or the end of the run. */
#include <assert.h>
#include <stdlib.h>

#include "startup/console.h"
#include "startup/core.h"
#include "startup/end.h"
#include "startup/landing.h"
#include "startup/print.h"
#include "startup/runtime.h"

static char messages[CORE_MAX][256];

bool panic_try(void (*run)(void *), void *arg, const char **message)
{
    struct landing landing;
    bool ended = landing_try(&landing, LANDING_PANIC, run, arg);

    if (!ended && message)
        *message = messages[core_this()->number];
    return ended;
}

/* The message is the core's; it goes to the innermost panic_try, or out. */
static void die(const char *kind, int status, const char *format, va_list arguments) __attribute__((noreturn));
static void die(const char *kind, int status, const char *format, va_list arguments)
{
    struct landing *landing = landing_find(LANDING_PANIC);
    char *message = messages[core_this()->number];

    print_to(message, sizeof messages[0], format, arguments);
    if (landing)
        landing_take(landing);
    console_acquire(); /* for good: these are the last words of the run */
    print("\n%s on core %u: %s\n", kind, core_this()->number, message);
    end_run(status);
}

void panic(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    die("panic", STATUS_FAULT, format, arguments);
}

static void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
static void fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    die("abort", STATUS_ABORT, format, arguments);
}

/* What newlib's assert calls. */
void __assert_func(const char *file, int line, const char *function, const char *expression)
{
    fail("%s:%d: %s: assertion \"%s\" failed", file, line, function ? function : "", expression);
}

void abort(void)
{
    fail("abort was called");
}

/* libfdt.a was built with stack protection. */
uintptr_t __stack_chk_guard = (uintptr_t)0x595e9fbd94fda766;

void __stack_chk_fail(void) __attribute__((noreturn));
void __stack_chk_fail(void)
{
    panic("a stack frame was overwritten");
}
