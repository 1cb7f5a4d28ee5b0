/* The exception level where this build's runtime stays: home_el1.c or home_el2.c. */
#ifndef TESTS_TARGET_HOME_H
#define TESTS_TARGET_HOME_H

extern const unsigned home_level;

#endif
