"""The map as one HTML page: an SVG of ribbons from virtual to physical addresses, and the list below it."""
import html
import math

from .formats import TAGS
from .report import range_line, size_words

COLOURS = {"write-back": "#4f8dfd", "write-through": "#a97bff", "uncached": "#ffa33a", "device": "#ff5f74",
           "code": "#55d68a", "read-only": "#37c3d6", "other": "#8d97ab"}
WIDTH, LEFT, RIGHT, BAR, TOP = 1000, 300, 700, 22, 30
STYLE = """body{background:#0e1119;color:#e9edf5;font:14px sans-serif;margin:24px}
svg text{fill:#e9edf5;font:11px monospace}pre{font:12px monospace;color:#c9d1e0}
.key{display:inline-block;width:12px;height:12px;margin:0 6px 0 18px}"""


def kind(attributes):
    if attributes.device:
        return "device"
    if attributes.execute:
        return "code"
    if attributes.type == "write-back" and not attributes.write:
        return "read-only"
    return attributes.type if attributes.type in COLOURS else "other"


def weight(size):
    return 1 + math.log2(1 + size / 4096)


def axis(ranges):
    """[(pa, size, mapped)] between all ends of the ranges."""
    ends = sorted({end for found in ranges for end in (found.pa, found.pa + found.size)})
    for start, end in zip(ends, ends[1:]):
        yield start, end - start, any(found.pa <= start < found.pa + found.size for found in ranges)


def place(sizes, scale):
    """The y and height of each, one below the other; a size of 0 is a gap."""
    y, places = TOP, []
    for size in sizes:
        height = weight(size) * scale if size else 6
        places.append((y, height))
        y += height
    return places, y


def ribbon(left, right, colour):
    (y0, h0), (y1, h1), middle, start = left, right, (LEFT + BAR + RIGHT) / 2, LEFT + BAR
    return (f'<path fill="{colour}" fill-opacity=".35" d="M{start} {y0:.1f}C{middle} {y0:.1f} {middle} {y1:.1f} {RIGHT} '
            f'{y1:.1f}V{y1 + h1:.1f}C{middle} {y1 + h1:.1f} {middle} {y0 + h0:.1f} {start} {y0 + h0:.1f}Z"/>')


def box(x, place_, colour, title):
    y, height = place_
    return (f'<rect x="{x}" y="{y:.1f}" width="{BAR}" height="{max(height - .5, .5):.1f}" fill="{colour}">'
            f'<title>{html.escape(title)}</title></rect>')


def label(x, y, text, anchor="start"):
    return f'<text x="{x}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(text)}</text>'


def draw(ranges):
    mapped = [found for found in ranges if not found.tag]
    left, bottom = place([found.size for found in ranges], 3)
    pieces = list(axis(mapped))
    right, end = place([size if used else 0 for _, size, used in pieces], 3)
    parts, at = [], {pa: index for index, (pa, _, _) in enumerate(pieces)}
    for found, spot in zip(ranges, left):
        colour = "#3a4255" if found.tag else COLOURS[kind(found.attributes)]
        parts.append(box(LEFT, spot, colour, range_line(found)))
        if spot[1] >= 10 or found is ranges[0]:
            words = TAGS.get(found.tag, "") if found.tag else str(found.attributes)
            parts.append(label(LEFT - 8, spot[0] + spot[1] / 2 + 4, f"0x{found.va:x} {size_words(found.size)}", "end"))
            parts.append(f"<!-- {html.escape(words.replace('--', '- -'))} -->")
        if not found.tag:
            first, total, index = at[found.pa], 0, at[found.pa]
            while index < len(pieces) and pieces[index][0] < found.pa + found.size:
                total += right[index][1]
                index += 1
            parts.insert(0, ribbon(spot, (right[first][0], total), colour))
    free_from = 0
    for (pa, size, used), spot in zip(pieces, right):
        if not used:
            continue
        shown = next(found for found in reversed(mapped) if found.pa <= pa < found.pa + found.size)
        parts.append(box(RIGHT, spot, COLOURS[kind(shown.attributes)], f"0x{pa:x} + {size_words(size)}"))
        if spot[0] >= free_from:
            parts.append(label(RIGHT + BAR + 8, spot[0] + 9, f"0x{pa:x}"))
            free_from = spot[0] + 12
    height = max(bottom, end) + 10
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}">'
            f'{label(LEFT, 18, "virtual")}{label(RIGHT, 18, "physical")}{"".join(parts)}</svg>')


def page(all_tables, title, findings):
    """A whole page that needs nothing else."""
    keys = "".join(f'<span class="key" style="background:{colour}"></span>{name}' for name, colour in COLOURS.items())
    text = [f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>',
            f"<style>{STYLE}</style><h1>{html.escape(title)}</h1><p>{keys}</p>"]
    for tables in all_tables:
        ranges = tables.ranges()
        text.append(f"<h2>{html.escape(tables.half.name)}: {html.escape(tables.half.words)}</h2>")
        if ranges:
            text.append(draw(ranges))
        text.append(f"<pre>{html.escape(chr(10).join(map(range_line, ranges)) or 'nothing is mapped')}</pre>")
    text.append(f"<h2>Lint</h2><pre>{html.escape(chr(10).join(findings) or 'no findings')}</pre></html>")
    return "\n".join(text) + "\n"
