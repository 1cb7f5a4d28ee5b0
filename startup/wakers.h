/*
 * Who may end a wait for memory (port_wait): cores that run a program, interrupts that have a handler, calls of timers.
 * One count for all of them; the first core is in it from the beginning. When none is left but cores that wait, the
 * last of them is told.
 */
#ifndef STARTUP_WAKERS_H
#define STARTUP_WAKERS_H

void wakers_add(void);
void wakers_remove(void); /* whoever waits looks again whether he may */

#endif
