/* Places to come back to: fault_try's, panic_try's and el0_run's. The core keeps them innermost first. */
#ifndef STARTUP_LANDING_H
#define STARTUP_LANDING_H

#include <stdbool.h>
#include <stdint.h>

enum landing_kind { LANDING_FAULT, LANDING_PANIC, LANDING_EL0 };

struct el0_thread;

/* What a function has of its core's until it returns. A landing that lies further out is not taken over its head. */
struct loan {
    struct loan *outer;
    void (*end)(struct loan *loan); /* takes it out of the core's list */
};

struct landing {
    uint64_t registers[24]; /* what a function must preserve, as landing_run saves it */
    struct landing *outer;
    enum landing_kind kind;
    struct loan *loans; /* the core's at its start: these last */
    struct el0_thread *el0;
};

/* Run it with this as the innermost landing: true when it came to its end. */
bool landing_try(struct landing *landing, enum landing_kind kind, void (*run)(void *), void *arg);

/* The innermost landing of the kind; NULL when none is under way. */
struct landing *landing_find(enum landing_kind kind);

/* Come back to it: inner loans and an inner el0_run end, inner landings and exceptions taken since are forgotten. */
void landing_take(struct landing *landing) __attribute__((noreturn));

/* landing_a64.S, landing_v7.S */
bool landing_run(struct landing *landing, void (*run)(void *), void *arg);
void landing_return(struct landing *landing, uintptr_t exception_stack_top) __attribute__((noreturn));

#endif
