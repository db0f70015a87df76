package io.github.prtbackup.benchmarks;

import java.util.List;
import java.util.Locale;

/** The few shapes that charts are made of. Readable on light and dark backgrounds: it brings its own. */
final class Svg {

    private static final List<String> COLORS =
            List.of("#4c566a", "#d1495b", "#2a9d8f", "#e9a03b", "#3d7ea6", "#8e6bbf");

    private final StringBuilder shapes = new StringBuilder();
    private final int width;
    private final int height;

    Svg(int width, int height) {
        this.width = width;
        this.height = height;
    }

    static String color(int series) {
        return COLORS.get(series % COLORS.size());
    }

    /** @param anchor {@code start}, {@code middle} or {@code end} */
    void text(double x, double y, String anchor, String text) {
        add("<text x='%.1f' y='%.1f' text-anchor='%s'>%s</text>", x, y, anchor, text);
    }

    void line(double x1, double y1, double x2, double y2, String color) {
        add("<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' stroke='%s'/>", x1, y1, x2, y2, color);
    }

    void thickLine(double x1, double y1, double x2, double y2, String color) {
        add("<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' stroke='%s' stroke-width='2'/>", x1, y1, x2, y2, color);
    }

    void dot(double x, double y, String color) {
        add("<circle cx='%.1f' cy='%.1f' r='3.5' fill='%s'/>", x, y, color);
    }

    void rectangle(double x, double y, double width, double height, String color) {
        add("<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' fill='%s'/>", x, y, width, height, color);
    }

    private void add(String format, Object... values) {
        shapes.append("  ").append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    @Override
    public String toString() {
        return """
                <svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' width='%d' height='%d' \
                font-family='sans-serif' font-size='12' fill='#2e3440'>
                  <rect width='100%%' height='100%%' fill='#ffffff'/>
                %s</svg>
                """.formatted(width, height, width, height, shapes);
    }
}
