/* Letters as strokes of a pen, drawn for this program. */
#ifndef APPS_PICTURE_FONT_H
#define APPS_PICTURE_FONT_H

/*
 * A glyph's strokes, separated by blanks. A stroke is its kind, then points of two characters each: x from 0 (the left
 * edge) to 9, and y from 0 (the height of capitals) over C (the base line) to G (where descenders end).
 * Kinds: '/' straight lines; '(' a curve that begins at the first point, ends at the last and is drawn towards those
 * between; 'o' the same, closed; '.' a dot.
 * NULL for a character that the font does not have.
 */
const char *font_glyph(char c);

enum { FONT_CAPITAL = 12, FONT_SPACE = 6, FONT_GAP = 4 }; /* in the units of the points */

#endif
