/* The one table: a line a mapping. */
#ifndef APPS_TOUR_TABLE_H
#define APPS_TOUR_TABLE_H

#include "apps/tour/lines.h"

void table_print_header(void);

/* Prints the line and judges it, page by page. False: AT disagrees. Adds to *pages what was looked at. */
bool table_print_line(const struct line *line, uint64_t *pages);

/* The header and all lines. Returns how many disagree; adds what was judged to *line_count and *pages. */
unsigned table_print_all(unsigned *line_count, uint64_t *pages);

#endif
