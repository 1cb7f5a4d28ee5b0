#include "tests/target/tap.h"

#include <stdarg.h>
#include <stdio.h>

static struct {
    int count, failed; /* tests */
    int bad_checks;    /* in the test under way */
    int checks;
    const char *skipped; /* why the test under way was skipped */
} tap;

void tap_run(const char *name, void (*test)(void))
{
    tap.bad_checks = 0;
    tap.checks = 0;
    tap.skipped = NULL;
    test();
    tap.count++;
    if (tap.bad_checks > TAP_DIAGNOSTICS)
        printf("# and %d more failed checks\n", tap.bad_checks - TAP_DIAGNOSTICS);
    /* A test that checked nothing proved nothing. */
    if (tap.bad_checks || (!tap.checks && !tap.skipped)) {
        tap.failed++;
        printf("not ok %d - %s\n", tap.count, name);
    } else if (tap.skipped) {
        printf("ok %d - %s # SKIP %s\n", tap.count, name, tap.skipped);
    } else {
        printf("ok %d - %s\n", tap.count, name);
    }
    fflush(stdout);
}

void tap_skip(const char *reason)
{
    tap.skipped = reason;
}

int tap_done(void)
{
    printf("1..%d\n", tap.count);
    return tap.failed || !tap.count ? 1 : 0;
}

static bool count_check(bool good)
{
    tap.checks++;
    if (!good)
        tap.bad_checks++;
    return !good && tap.bad_checks <= TAP_DIAGNOSTICS;
}

bool tap_check(bool good, struct tap_place place)
{
    if (count_check(good))
        printf("# %s:%d: does not hold: %s\n", place.file, place.line, place.text);
    return good;
}

bool tap_check_equal(uint64_t got, uint64_t wanted, struct tap_place place)
{
    if (count_check(got == wanted))
        printf("# %s:%d: %s: got 0x%llx, wanted 0x%llx\n", place.file, place.line, place.text, (unsigned long long)got,
               (unsigned long long)wanted);
    return got == wanted;
}

void tap_note(const char *format, ...)
{
    va_list arguments;

    if (tap.bad_checks > TAP_DIAGNOSTICS)
        return;
    va_start(arguments, format);
    printf("# ");
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
}
