package io.github.prtbackup.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Groups of horizontal bars, with a line at 1. */
final class BarChart {

    private static final int WIDTH = 640;
    private static final int LEFT = 240;
    private static final int RIGHT = 570;
    private static final int TOP = 40;
    private static final int BAR = 18;
    private static final int GAP = 14;

    private final String title;
    private final Map<String, Map<String, Double>> groups = new LinkedHashMap<>();
    private final List<String> names = new ArrayList<>();
    private double max = 1;

    BarChart(String title) {
        this.title = title;
    }

    void add(String group, String name, double value) {
        groups.computeIfAbsent(group, key -> new LinkedHashMap<>()).put(name, value);
        max = Math.max(max, value);
        if (!names.contains(name)) {
            names.add(name);
        }
    }

    boolean isEmpty() {
        return groups.isEmpty();
    }

    String svg() {
        int height = TOP + groups.size() * (names.size() * BAR + GAP) + 10;
        Svg svg = new Svg(WIDTH, height);
        svg.text(10, TOP - 18, "start", title);
        int y = TOP;
        for (Map.Entry<String, Map<String, Double>> group : groups.entrySet()) {
            svg.text(10, y + 13, "start", group.getKey());
            for (Map.Entry<String, Double> bar : group.getValue().entrySet()) {
                double end = x(bar.getValue());
                svg.text(LEFT - 6, y + 13, "end", bar.getKey());
                svg.rectangle(LEFT, y + 2, end - LEFT, BAR - 4, Svg.color(names.indexOf(bar.getKey())));
                svg.text(end + 5, y + 13, "start", String.format(Locale.ROOT, "%.3f", bar.getValue()));
                y += BAR;
            }
            y += GAP;
        }
        svg.line(x(1), TOP - 6, x(1), height - 10, "#2e3440");
        return svg.toString();
    }

    private double x(double value) {
        return LEFT + value / max * (RIGHT - LEFT);
    }
}
