# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Plots of the benchmark's values, as SVG."""

import math
from xml.sax.saxutils import escape

COLORS = {
    "boringssl": "#888888",
    "airlock-wrap": "#1a6fdf",
    "airlock-context": "#12a37f",
    "airlock-c": "#7a4fd0",
    "airlock-keyd": "#0f5f4c",
    "openssl": "#c4392d",
    "gnutls": "#d98a00",
}
WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 80, 150, 40, 50


class _Svg:
    """Collects elements over a white background."""

    def __init__(self, title):
        self._parts = [
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" '
            'font-family="sans-serif" font-size="12">' % (WIDTH, HEIGHT),
            "<title>%s</title>" % escape(title),
            '<rect width="100%" height="100%" fill="white"/>']
        self.text(WIDTH / 2, 20, title, anchor="middle", size=15)

    def text(self, x, y, text, anchor="start", size=12):
        self._parts.append(
            '<text x="%.1f" y="%.1f" text-anchor="%s" font-size="%d">%s</text>'
            % (x, y, anchor, size, escape(text)))

    def line(self, x1, y1, x2, y2, color="#dddddd"):
        self._parts.append(
            '<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s"/>' %
            (x1, y1, x2, y2, color))

    def polyline(self, points, color):
        self._parts.append(
            '<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>'
            % (" ".join("%.1f,%.1f" % point for point in points), color))
        for x, y in points:
            self._parts.append('<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>'
                               % (x, y, color))

    def bar(self, x, y, width, height, color):
        self._parts.append(
            '<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>' %
            (x, y, width, height, color))

    def legend(self, names):
        for i, name in enumerate(names):
            y = TOP + 18 * i
            self.bar(WIDTH - RIGHT + 15, y, 12, 12, _color(name))
            self.text(WIDTH - RIGHT + 33, y + 10, name)

    def done(self):
        return "\n".join(self._parts + ["</svg>", ""])


def _color(name):
    return COLORS.get(name, "#444444")


def _short(value):
    for limit, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit:
            return "%g%s" % (round(value / limit, 2), suffix)
    return "%g" % round(value, 2)


def bars(title, unit, groups):
    """`groups` is a list of (label, {contestant: value})."""
    svg = _Svg(title)
    names = [name for name in COLORS
             if any(name in values for _, values in groups)]
    most = max(value for _, values in groups for value in values.values())
    bottom = HEIGHT - BOTTOM
    for i in range(5):
        y = bottom - (bottom - TOP) * i / 4
        svg.line(LEFT, y, WIDTH - RIGHT, y)
        svg.text(LEFT - 6, y + 4, _short(most * i / 4), anchor="end")
    room = (WIDTH - LEFT - RIGHT) / len(groups)
    width = room * 0.8 / len(names)
    for i, (label, values) in enumerate(groups):
        for j, name in enumerate(names):
            height = (bottom - TOP) * values.get(name, 0) / most
            svg.bar(LEFT + room * (i + 0.1) + width * j, bottom - height,
                    width * 0.9, height, _color(name))
        svg.text(LEFT + room * (i + 0.5), bottom + 18, label, anchor="middle")
    svg.text(LEFT, HEIGHT - 10, unit)
    svg.legend(names)
    return svg.done()


def lines(title, x_label, y_label, series):
    """`series` is {contestant: [(x, y)]}; both axes are logarithmic."""
    svg = _Svg(title)
    points = [point for values in series.values() for point in values]
    x_low, x_high = _decades([x for x, _ in points])
    y_low, y_high = _decades([y for _, y in points])
    bottom = HEIGHT - BOTTOM

    def at_x(x):
        return LEFT + (WIDTH - LEFT - RIGHT) * (
            (math.log10(x) - x_low) / (x_high - x_low))

    def at_y(y):
        return bottom - (bottom - TOP) * (
            (math.log10(y) - y_low) / (y_high - y_low))

    for power in range(y_low, y_high + 1):
        y = at_y(10.0**power)
        svg.line(LEFT, y, WIDTH - RIGHT, y)
        svg.text(LEFT - 6, y + 4, _short(10.0**power), anchor="end")
    for power in range(x_low, x_high + 1):
        x = at_x(10.0**power)
        svg.line(x, TOP, x, bottom)
        svg.text(x, bottom + 18, _short(10.0**power), anchor="middle")
    names = [name for name in COLORS if name in series]
    for name in names:
        svg.polyline([(at_x(x), at_y(y)) for x, y in sorted(series[name])],
                     _color(name))
    svg.text(LEFT, HEIGHT - 10, "%s by %s" % (y_label, x_label))
    svg.legend(names)
    return svg.done()


def _decades(values):
    low = math.floor(math.log10(min(values)))
    high = math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def measured(data, what, key, scale=1.0, each=False):
    """{contestant: [(count, median of `key`)]} of one measure."""
    series = {}
    for entry in data["measures"]:
        if entry["what"] != what:
            continue
        values = sorted(value[key] for value in entry["rounds"])
        value = values[len(values) // 2] * scale
        if each:
            value /= entry["count"]
        if value > 0:
            series.setdefault(entry["contestant"], []).append(
                (entry["count"], value))
    return series


def draw(data):
    """{file name: SVG}."""
    images = {}
    figures = data["figures"]
    groups = [
        (figure.replace("tls1", "TLS 1.").replace("/", " ").replace("-", " "),
         {name: 1e9 / result["median"] for name, result in results.items()
          if name in COLORS})
        for figure, results in figures.items()
        if figure.split("/")[0] in ("full", "resumed")]
    for kind in ("full", "resumed"):
        chosen = [(label[len(kind) + 1:], values) for label, values in groups
                  if label.startswith(kind)]
        if chosen:
            images["handshakes_%s.svg" % kind] = bars(
                "Handshakes a second, %s, both ends on one core" % kind,
                "handshakes/s of CPU time; more is better", chosen)
    sizes = {"write-64B": 64, "write-1KiB": 1 << 10, "write-16KiB": 16 << 10,
             "write-1MiB": 1 << 20}
    for cipher in ("aes-gcm", "chacha20"):
        series = {}
        for group, size in sizes.items():
            for name, result in figures.get(group + "/" + cipher, {}).items():
                series.setdefault(name, []).append(
                    (size, size / result["median"] * 1e9))
        if series:
            images["throughput_%s.svg" % cipher] = lines(
                "Throughput, %s, both ends on one core" % cipher,
                "bytes a write", "bytes/s of CPU time", series)
    for what, key, scale, each, title, x_label, y_label in (
            ("connections", "live_bytes", 1.0, False,
             "Memory of idle connections, both ends", "connections", "bytes"),
            ("connections", "ns", 1.0, True,
             "Time of a connection, with so many open", "connections", "ns"),
            ("bundle", "first_ns", 1.0, False,
             "First connection, with a bundle", "CAs", "ns"),
            ("bundle", "warm_ns", 1.0, False,
             "Later connections, with a bundle", "CAs", "ns"),
            ("chain", "full_ns", 1.0, False, "Handshake, by chain length",
             "certificates", "ns"),
            ("credentials", "second_ns", 1.0, True,
             "Connection, with so many server credentials", "credentials",
             "ns"),
            ("credentials", "live_bytes", 1.0, False,
             "Memory kept for server credentials", "credentials", "bytes"),
            ("contexts", "live_bytes", 1.0, False,
             "Memory of contexts with one bundle", "contexts", "bytes")):
        series = measured(data, what, key, scale, each)
        if any(len(points) > 1 for points in series.values()):
            images["%s_%s.svg" % (what, key)] = lines(title, x_label, y_label,
                                                      series)
    return images
