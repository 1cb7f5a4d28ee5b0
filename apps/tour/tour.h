/* The stations of the tour and what the monitor shares with them. */
#ifndef APPS_TOUR_TOUR_H
#define APPS_TOUR_TOUR_H

#include <stdbool.h>

/* One deliberate fault, explained. False: it did not go as it must. */
bool fault_show(void);

void stats_print(void); /* the translation tables and RAM, in numbers */

/* Reads commands until "exit" or the end of input. Returns the status to exit with. */
int monitor_run(void);

#endif
