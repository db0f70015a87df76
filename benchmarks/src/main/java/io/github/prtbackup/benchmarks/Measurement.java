package io.github.prtbackup.benchmarks;

import java.util.Arrays;
import java.util.Map;

/**
 * One number of the results, with the interval that it lies in.
 *
 * @param what was done, {@code update} for one
 * @param of with what: size, journal, protection, driver
 * @param unit {@code µs}, {@code ms}, {@code bytes}, or {@code ratio} to plain sqlite-jdbc
 * @param value the median
 * @param low the lower end of the interval
 * @param high the upper end
 */
record Measurement(String what, Map<String, String> of, String unit, double value, double low, double high) {

    private static final double Z = 1.96;

    /**
     * The median of samples, with its 95 % confidence interval: the order statistics that enclose the median of whatever
     * distribution they come from (binomial, by its normal approximation).
     */
    static Measurement median(String what, Map<String, String> of, String unit, double[] samples) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        double half = Z * Math.sqrt(n) / 2;
        int low = Math.max(0, (int) Math.floor(n / 2.0 - half) - 1);
        int high = Math.min(n - 1, (int) Math.ceil(n / 2.0 + half));
        double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
        return new Measurement(what, of, unit, rounded(median), rounded(sorted[low]), rounded(sorted[high]));
    }

    static Measurement exact(String what, Map<String, String> of, String unit, double value) {
        return new Measurement(what, of, unit, rounded(value), rounded(value), rounded(value));
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
