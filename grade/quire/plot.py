"""Charts as SVG: lines over steps of size, and bars side by side."""
import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 84, 44, 72, 56
INK, FAINT, GRID, PAPER = "#0b0b0b", "#5a5954", "#e1e0d9", "#fcfcfb"
DASHED = ' stroke-dasharray="2 5"'
COLORS = ("#2a78d6", "#1baf7a", "#eda100", "#e34948", "#4a3aa7")


class Picture:
    """SVG under construction."""

    def __init__(self, width, height, title):
        self.parts = [
            "",  # the first line, which needs the height
            f"<title>{escape(title)}</title>",
            f'<rect width="100%" height="100%" fill="{PAPER}"/>',
        ]
        self.width = width
        self.set_height(height)

    def set_height(self, height):
        self.parts[0] = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{height}"'
            f' viewBox="0 0 {self.width} {height}" font-family="Helvetica, Arial, sans-serif">'
        )

    def text(self, x, y, text, size=12, color=INK, anchor="start", more=""):
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{color}"'
            f' text-anchor="{anchor}"{more}>{escape(text)}</text>'
        )

    def line(self, x1, y1, x2, y2, color=GRID):
        self.parts.append(
            f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{color}"/>'
        )

    def rect(self, x, y, width, height, color, hint=""):
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
            f' fill="{color}"><title>{escape(hint)}</title></rect>'
        )

    def square(self, x, y, size, color):
        self.parts.append(f'<path d="M{x} {y}h{size}v{size}h-{size}z" fill="{color}"/>')

    def path(self, points, color, dashed):
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        self.parts.append(
            f'<path d="M{path}" fill="none" stroke="{color}" stroke-width="2"'
            f' stroke-linejoin="round"{DASHED if dashed else ""}/>'
        )

    def dot(self, x, y, color, hint):
        self.parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{color}" stroke="{PAPER}">'
            f"<title>{escape(hint)}</title></circle>"
        )

    def finish(self):
        return "\n".join([*self.parts, "</svg>"]) + "\n"


class Scale:
    """The upright axis: logarithmic between powers of ten where values span more than two, else
    from 0."""

    def __init__(self, values):
        self.log = max(values) > 100 * min(values)
        if self.log:
            low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
            self.ticks = [10**power for power in range(low, high + 1)]
        else:
            power = 10 ** math.floor(math.log10(max(values)))
            step = next(n * power for n in (0.2, 0.5, 1, 2) if 6 * n * power > max(values))
            self.ticks = [round(step * i) for i in range(math.ceil(max(values) / step) + 1)]

    def y(self, value):
        measure = math.log10 if self.log else float
        low, high = measure(self.ticks[0]), measure(self.ticks[-1])
        return HEIGHT - BOTTOM - (measure(value) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    def draw(self, picture):
        for tick in self.ticks:
            picture.line(LEFT, self.y(tick), WIDTH - RIGHT, self.y(tick))
            picture.text(LEFT - 8, self.y(tick) + 4, f"{tick:,}", 11, FAINT, "end")


def frame(title, series, x_label):
    """A chart with its heading, legend and axis: (picture, scale)."""
    picture = Picture(WIDTH, HEIGHT, title)
    scale = Scale([value for values in series.values() for value in values if value])
    picture.text(LEFT, 26, title, 15, INK, more=' font-weight="bold"')
    x = LEFT
    for color, name in zip(COLORS, series):
        picture.rect(x, 42, 12, 12, color)
        picture.text(x + 17, 52, name, 12, FAINT)
        x += 40 + 7 * len(name)
    scale.draw(picture)
    picture.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x_label, 12, FAINT, "middle")
    return picture, scale


def lines(title, x_label, steps, series):
    """One line for each of `series`, {name: values}, a value or None for each of `steps`: dashed
    where some are not known."""
    picture, scale = frame(title, series, x_label)
    room = WIDTH - RIGHT - LEFT
    at = [LEFT + room * (i + 0.5) / len(steps) for i in range(len(steps))]
    for x, step in zip(at, steps):
        picture.text(x, HEIGHT - BOTTOM + 18, f"{step:,}", 11, FAINT, "middle")
    ends = []
    for color, (name, values) in zip(COLORS, series.items()):
        known = [(x, step, value) for x, step, value in zip(at, steps, values) if value]
        picture.path(
            [(x, scale.y(value)) for x, _, value in known], color, len(known) < len(steps)
        )
        for x, step, value in known:
            picture.dot(x, scale.y(value), color, f"{name}, {step:,}: {value:,.0f}")
        ends.append((scale.y(value), x, f"{value:,.0f}"))
    below = HEIGHT
    for y, x, text in sorted(ends, reverse=True):
        below = min(y + 4, below - 13)
        picture.text(x + 9, below, text, 11)
    return picture.finish()


def bars(title, x_label, kinds, series):
    """A group of bars for each of `kinds`, in it one for each of `series` that has a value."""
    picture, scale = frame(title, series, x_label)
    room = (WIDTH - RIGHT - LEFT) / len(kinds)
    width = min(26, (room - 14) / len(series))
    for i, kind in enumerate(kinds):
        middle = LEFT + room * (i + 0.5)
        picture.text(middle, HEIGHT - BOTTOM + 18, kind, 11, FAINT, "middle")
        known = [(c, n, v[i]) for c, (n, v) in zip(COLORS, series.items()) if v[i]]
        x = middle - width * len(known) / 2
        for color, name, value in known:
            y = scale.y(value)
            picture.rect(x + 1, y, width - 2, HEIGHT - BOTTOM - y, color, f"{name}: {value:,.0f}")
            picture.text(x + width / 2, y - 4, f"{value:,.0f}", 9, INK, "middle")
            x += width
    return picture.finish()
