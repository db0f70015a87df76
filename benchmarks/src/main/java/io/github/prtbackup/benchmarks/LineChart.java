package io.github.prtbackup.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Lines over the size of a database, both axes logarithmic. */
final class LineChart {

    private static final int WIDTH = 640;
    private static final int HEIGHT = 380;
    private static final int LEFT = 80;
    private static final int RIGHT = 500;
    private static final int TOP = 40;
    private static final int BOTTOM = 330;
    private static final String GRID = "#e5e9f0";

    private final String title;
    private final String xTitle;
    private final String yUnit;
    private final Map<String, Map<Double, Double>> series = new LinkedHashMap<>();
    private double xMin = Double.MAX_VALUE;
    private double xMax;
    private double yMin = Double.MAX_VALUE;
    private double yMax;

    LineChart(String title, String xTitle, String yUnit) {
        this.title = title;
        this.xTitle = xTitle;
        this.yUnit = yUnit;
    }

    void add(String name, double x, double y) {
        series.computeIfAbsent(name, key -> new TreeMap<>()).put(x, y);
        xMin = Math.min(xMin, x);
        xMax = Math.max(xMax, x);
        yMin = Math.min(yMin, Math.pow(10, Math.floor(Math.log10(y))));
        yMax = Math.max(yMax, Math.pow(10, Math.ceil(Math.log10(y))));
    }

    boolean isEmpty() {
        return series.isEmpty();
    }

    String svg() {
        Svg svg = new Svg(WIDTH, HEIGHT);
        svg.text(LEFT, TOP - 18, "start", title + ": " + yUnit + ", logarithmic");
        svg.text((LEFT + RIGHT) / 2.0, BOTTOM + 38, "middle", xTitle);
        yMax = Math.max(yMax, 10 * yMin);
        for (double y = yMin; y <= yMax * 1.01; y *= 10) {
            svg.line(LEFT, y(y), RIGHT, y(y), GRID);
            svg.text(LEFT - 6, y(y) + 4, "end", number(y));
        }
        series.values().stream()
                .flatMap(points -> points.keySet().stream())
                .distinct()
                .forEach(x -> svg.text(x(x), BOTTOM + 18, "middle", size(x)));
        int index = 0;
        for (Map.Entry<String, Map<Double, Double>> line : series.entrySet()) {
            draw(svg, line.getValue(), Svg.color(index));
            svg.rectangle(RIGHT + 16, TOP + 20 * index, 12, 12, Svg.color(index));
            svg.text(RIGHT + 34, TOP + 20 * index + 10, "start", line.getKey());
            index++;
        }
        return svg.toString();
    }

    private void draw(Svg svg, Map<Double, Double> points, String color) {
        Map.Entry<Double, Double> before = null;
        for (Map.Entry<Double, Double> point : points.entrySet()) {
            if (before != null) {
                svg.thickLine(x(before.getKey()), y(before.getValue()), x(point.getKey()), y(point.getValue()), color);
            }
            svg.dot(x(point.getKey()), y(point.getValue()), color);
            before = point;
        }
    }

    private double x(double x) {
        double part = xMax > xMin ? Math.log(x / xMin) / Math.log(xMax / xMin) : 0.5;
        return LEFT + 20 + part * (RIGHT - LEFT - 40);
    }

    private double y(double y) {
        return BOTTOM - Math.log(y / yMin) / Math.log(yMax / yMin) * (BOTTOM - TOP);
    }

    private static String size(double bytes) {
        return bytes < 1 << 30 ? Math.round(bytes / (1 << 20)) + " MB" : Math.round(bytes / (1 << 30)) + " GB";
    }

    private static String number(double value) {
        return value < 1 ? String.valueOf(value) : "%,d".formatted(Math.round(value));
    }
}
