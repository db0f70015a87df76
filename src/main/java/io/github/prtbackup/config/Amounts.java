package io.github.prtbackup.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes, durations and numbers as people write them, in settings and options alike. Stateless. */
public final class Amounts {
    /** What a duration looks like, for messages. */
    public static final String DURATION_ALLOWED =
            "0, numbers with ms, s, m, h, d or w such as 1h30m, or an ISO-8601 duration such as PT30S";

    /** What a size looks like, for messages. */
    public static final String SIZE_ALLOWED = "bytes, or a number with KB, MB, GB or TB, also KiB, MiB, GiB, TiB";

    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*(b|[kmgt]i?b?)?");
    private static final Pattern DURATION = Pattern.compile("(?:\\d{1,12}\\s*(?:ms|s|m|h|d|w)\\s*)+");
    private static final Pattern PART = Pattern.compile("(\\d{1,12})\\s*(ms|s|m|h|d|w)");

    private static final Map<String, Duration> UNITS = units();

    private Amounts() {}

    private static Map<String, Duration> units() {
        Map<String, Duration> units = new LinkedHashMap<>();
        units.put("w", Duration.ofDays(7));
        units.put("d", Duration.ofDays(1));
        units.put("h", Duration.ofHours(1));
        units.put("m", Duration.ofMinutes(1));
        units.put("s", Duration.ofSeconds(1));
        units.put("ms", Duration.ofMillis(1));
        return units;
    }

    /**
     * A size. Units are of 1,024, with or without an {@code i}.
     *
     * @param text for example {@code 4MB}, {@code 64MiB}, {@code 1000}
     * @return bytes; empty if the text is none, or more than a long holds
     */
    public static Optional<Long> size(String text) {
        Matcher matcher = SIZE.matcher(text.trim().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String unit = matcher.group(2) == null ? "b" : matcher.group(2);
        int shift = 10 * (1 + "kmgt".indexOf(unit.charAt(0)));
        long number = Long.parseLong(matcher.group(1));
        return number > Long.MAX_VALUE >> shift ? Optional.empty() : Optional.of(number << shift);
    }

    /**
     * A duration.
     *
     * @param text for example {@code 0}, {@code 500ms}, {@code 1h30m}, {@code 2w}, {@code PT30S}
     * @return it; empty if the text is none, or negative
     */
    public static Optional<Duration> duration(String text) {
        String value = text.trim().toLowerCase(Locale.ROOT);
        if (value.equals("0")) {
            return Optional.of(Duration.ZERO);
        }
        try {
            if (!DURATION.matcher(value).matches()) {
                return Optional.of(Duration.parse(value)).filter(duration -> !duration.isNegative());
            }
            Duration sum = Duration.ZERO;
            Matcher part = PART.matcher(value);
            while (part.find()) {
                sum = sum.plus(UNITS.get(part.group(2)).multipliedBy(Long.parseLong(part.group(1))));
            }
            return Optional.of(sum);
        } catch (DateTimeParseException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    /**
     * A whole number from 0 on.
     *
     * @return empty if the text is none, or more than an int holds
     */
    public static Optional<Integer> count(String text) {
        try {
            return Optional.of(Integer.parseUnsignedInt(text.trim())).filter(count -> count >= 0);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** {@return a duration as {@link #duration} reads it: {@code 1h30m}} */
    public static String inWords(Duration duration) {
        StringBuilder words = new StringBuilder();
        Duration rest = duration;
        for (Map.Entry<String, Duration> unit : UNITS.entrySet()) {
            long number = rest.dividedBy(unit.getValue());
            boolean fits =
                    !unit.getKey().equals("w") || rest.equals(unit.getValue().multipliedBy(number));
            if (number > 0 && fits) {
                words.append(number).append(unit.getKey());
                rest = rest.minus(unit.getValue().multipliedBy(number));
            }
        }
        return words.isEmpty() ? "0" : words.toString();
    }
}
