/* All cores at the same work, this one included. */
#ifndef TESTS_TARGET_TEAM_H
#define TESTS_TARGET_TEAM_H

#include <stdbool.h>

#define TEAM_MAX 8

/* On every core at once; true when all of them have come to its end (after a minute at most). */
bool team_run(void (*run)(void *), void *arg);

/* On one other core, as soon as it has come to the end of what it does. false: not within a minute, or an error. */
bool team_start(int core, void (*run)(void *), void *arg);

bool team_wait_idle(int core); /* until that core has come to its end */
bool team_wait(void);          /* until all the others have */

#endif
