/*
 * TAP on the console. A test is a function named for what it promises; every CHECK in it must
 * hold for its line to say ok, and each that does not prints a diagnostic and lets the test go on.
 *
 *     int main(void)
 *     {
 *         TAP_RUN(map__shows_the_device);
 *         return tap_done();
 *     }
 */
#ifndef TESTS_TARGET_TAP_H
#define TESTS_TARGET_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tap_place {
    const char *file;
    int line;
    const char *text; /* of the check */
};

void tap_run(const char *name, void (*test)(void));
#define TAP_RUN(test) tap_run(#test, test)

/* The test under way cannot be done on this machine: say why, then return from it. */
void tap_skip(const char *reason);

/* Prints the plan; what main returns: 0, or 1 when a test failed or none ran. */
int tap_done(void);

/* Both return the outcome, so that a test can stop where going on makes no sense. */
bool tap_check(bool good, struct tap_place place);
bool tap_check_equal(uint64_t got, uint64_t wanted, struct tap_place place);

/* After this many failed checks in one test the rest of its diagnostics are only counted. */
#define TAP_DIAGNOSTICS 20

#define TAP_PLACE(text)       ((struct tap_place){__FILE__, __LINE__, text})
#define CHECK(condition)      tap_check(condition, TAP_PLACE(#condition))
#define CHECK_EQ(got, wanted) tap_check_equal((uint64_t)(got), (uint64_t)(wanted), TAP_PLACE(#got " == " #wanted))

/* A diagnostic line of the test's own; none any more after TAP_DIAGNOSTICS. */
void tap_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
