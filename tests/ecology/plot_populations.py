#!/usr/bin/env python3
"""Draws the populations that cherub_meadow prints: one small chart per species, one line per seed.

usage: cherub_meadow ... | plot_populations.py > populations.svg
"""
import csv
import sys

WIDTH, HEIGHT, LEFT, TOP, GAP = 330, 120, 40, 34, 34
COLUMNS = 2
LINE_MAX = 12  # seeds that are drawn


def read(lines):
    """Species names, and per species a list of (ticks, counts), one for each seed."""
    rows = list(csv.reader(lines))
    names = rows[0][2:]
    seeds = {}
    for row in rows[1:]:
        seeds.setdefault(row[0], []).append([int(value) for value in row[1:]])
    return names, list(seeds.values())


def path(samples, column, ticks_max, count_max, x, y):
    points = []
    for sample in samples:
        px = x + WIDTH * sample[0] / max(1, ticks_max)
        py = y + HEIGHT * (1 - sample[column] / max(1, count_max))
        points.append(f"{px:.1f},{py:.1f}")
    return " ".join(points)


def chart(name, column, seeds, x, y):
    ticks_max = max(sample[0] for samples in seeds for sample in samples)
    count_max = max(sample[column] for samples in seeds for sample in samples)
    parts = [f'<text x="{x}" y="{y - 8}" class="name">{name.replace("_", " ")}</text>',
             f'<path d="M{x} {y}V{y + HEIGHT}H{x + WIDTH}" class="axis"/>',
             f'<text x="{x - 5}" y="{y + 8}" class="tick">{count_max}</text>',
             f'<text x="{x - 5}" y="{y + HEIGHT}" class="tick">0</text>',
             f'<text x="{x + WIDTH}" y="{y + HEIGHT + 14}" class="tick">tick {ticks_max}</text>']
    for number, samples in enumerate(seeds[:LINE_MAX]):
        hue = 360 * number // min(len(seeds), LINE_MAX)
        points = path(samples, column, ticks_max, count_max, x, y)
        parts.append(f'<polyline points="{points}" stroke="hsl({hue} 55% 45%)"/>')
    return "\n".join(parts)


def main():
    names, seeds = read(sys.stdin)
    cell_x, cell_y = WIDTH + LEFT + 20, HEIGHT + TOP + GAP
    rows = (len(names) + COLUMNS - 1) // COLUMNS
    width, height = COLUMNS * cell_x + 10, rows * cell_y
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">')
    print("<style>polyline{fill:none;stroke-width:1;stroke-opacity:.8}"
          ".axis{fill:none;stroke:#888}text{font:11px sans-serif;fill:#666}"
          ".name{font-weight:bold;fill:#444}.tick{text-anchor:end}</style>")
    print(f'<rect width="{width}" height="{height}" fill="#fff"/>')
    for number, name in enumerate(names):
        x = LEFT + number % COLUMNS * cell_x
        y = TOP + number // COLUMNS * cell_y
        print(chart(name, number + 1, seeds, x, y))
    print("</svg>")


if __name__ == "__main__":
    main()
