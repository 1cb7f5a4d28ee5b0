/* The tour's RAM: buffers in every cache mode, a mapping of scattered pages, and one of two buffers in turn. */
#ifndef APPS_TOUR_MEMORY_H
#define APPS_TOUR_MEMORY_H

/* Each maps what it shows into lines of the table, says so, and returns how much of it went wrong. */
unsigned memory_show_buffers(void);
unsigned memory_show_scattered(void);
unsigned memory_show_redirect(void);
void memory_release(void); /* what they keep besides the lines */

#endif
