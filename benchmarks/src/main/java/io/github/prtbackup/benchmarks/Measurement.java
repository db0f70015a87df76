package io.github.prtbackup.benchmarks;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One number of the results, with the interval that it lies in.
 *
 * @param what was done, {@code update} for one
 * @param of with what: size, journal, protection, driver, contender
 * @param unit {@code µs}, {@code ms}, {@code bytes}, or {@code ratio} to plain sqlite-jdbc
 * @param value the median
 * @param low the lower end of the interval
 * @param high the upper end
 */
record Measurement(String what, Map<String, String> of, String unit, double value, double low, double high) {

    Measurement {
        of = Collections.unmodifiableMap(new TreeMap<>(of));
    }

    /** The median of samples, with the middle half of them. */
    static Measurement median(String what, Map<String, String> of, String unit, double[] samples) {
        return new Measurement(
                what,
                of,
                unit,
                rounded(quantile(samples, 0.5)),
                rounded(quantile(samples, 0.25)),
                rounded(quantile(samples, 0.75)));
    }

    /** The median of the medians of groups of samples, with the lowest and the highest of them. */
    static Measurement spread(String what, Map<String, String> of, String unit, List<double[]> groups) {
        double[] medians =
                groups.stream().mapToDouble(group -> quantile(group, 0.5)).toArray();
        return new Measurement(
                what,
                of,
                unit,
                rounded(quantile(medians, 0.5)),
                rounded(quantile(medians, 0)),
                rounded(quantile(medians, 1)));
    }

    static Measurement exact(String what, Map<String, String> of, String unit, double value) {
        return new Measurement(what, of, unit, rounded(value), rounded(value), rounded(value));
    }

    /** Whether the other is of the same thing, measured at another time. */
    boolean isOfSame(Measurement other) {
        return what.equals(other.what) && unit.equals(other.unit) && of.equals(other.of);
    }

    /** Whether the other is of the same thing, but for who did it. */
    boolean isComparable(Measurement other) {
        return what.equals(other.what)
                && unit.equals(other.unit)
                && circumstances().equals(other.circumstances());
    }

    /** Whether plain sqlite-jdbc did it. */
    boolean isPlain() {
        return "PLAIN".equals(of.get("protection")) || "PLAIN".equals(of.get("contender"));
    }

    private Map<String, String> circumstances() {
        Map<String, String> circumstances = new TreeMap<>(of);
        circumstances.keySet().removeAll(List.of("protection", "contender"));
        return circumstances;
    }

    private static double quantile(double[] samples, double quantile) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        double place = quantile * (sorted.length - 1);
        double low = sorted[(int) Math.floor(place)];
        double high = sorted[(int) Math.ceil(place)];
        return low + (high - low) * (place - Math.floor(place));
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }

    @Override
    public String toString() {
        return "%-22s %-60s %12.3f %s (%.3f to %.3f)"
                .formatted(what, String.join(" ", of.values()), value, unit, low, high);
    }
}
