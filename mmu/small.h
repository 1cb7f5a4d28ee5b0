/*
 * SMALL is 1 where the compiler is asked for small code (-Os), else 0. The engine's short cuts for the usual cases, and
 * loops that are written out, are for speed only: they are left out then.
 */
#ifndef MMU_SMALL_H
#define MMU_SMALL_H

/* __OPTIMIZE_SIZE__ is the compiler's: 1, or not defined. Only a 1 makes a name that has a value here. */
#define SMALL_GIVEN_1           ~, 1
#define SMALL_SECOND(a, b, ...) b
#define SMALL_PICK(...)         SMALL_SECOND(__VA_ARGS__)
#define SMALL_PROBE(value)      SMALL_PICK(SMALL_GIVEN_##value, 0, ~)
#define SMALL_VALUE(macro)      SMALL_PROBE(macro)

enum { SMALL = SMALL_VALUE(__OPTIMIZE_SIZE__) };

/* A function that stays out of its callers, as those are faster without: where code is to be small, the compiler's. */
#define SMALL_JOIN(a, b)  SMALL_PASTE(a, b)
#define SMALL_PASTE(a, b) a##b
#define APART_0           __attribute__((noinline))
#define APART_1
#define APART SMALL_JOIN(APART_, SMALL_VALUE(__OPTIMIZE_SIZE__))

#endif
