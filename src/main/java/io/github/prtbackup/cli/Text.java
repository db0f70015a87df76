package io.github.prtbackup.cli;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.IntPredicate;

/** Words and numbers for people. */
final class Text {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
    private static final String[] UNITS = {"KB", "MB", "GB", "TB", "PB", "EB"};

    private Text() {}

    /** The text with everything that would move a cursor, colour a terminal or turn the reading order written out. */
    static String visible(String text) {
        return escape(text, Text::isUnsafe);
    }

    /** As {@link #visible}, on one line. */
    static String oneLine(String text) {
        return visible(text.strip().replaceAll("\\s*\\R\\s*", " "));
    }

    /**
     * A JSON document in which no string holds anything unsafe. Between strings JSON is ASCII and line breaks, and inside
     * of them line breaks are escaped already.
     */
    static String visibleInJson(String document) {
        return escape(document, c -> c != '\n' && c != '\r' && isUnsafe(c));
    }

    /** As {@link #visible}, but the lines stay lines. */
    static String visibleLines(String text) {
        return escape(text, c -> c != '\n' && isUnsafe(c));
    }

    /** The text, cut to a number of characters with an ellipsis at its end. */
    static String cut(String text, int width) {
        if (text.codePointCount(0, text.length()) <= width) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, Math.max(0, width - 1))) + "…";
    }

    /** To the second. */
    static String time(LocalDateTime time) {
        return TIME.format(time);
    }

    /** A number of bytes, rounded; 1 KB is 1024 bytes. */
    static String size(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes / 1024.0;
        int unit = 0;
        // From 1023.95 on, one decimal would show 1024.0.
        while (value >= 1023.95 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }

    /** A time, rounded. */
    static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (whole < 60) {
            return whole + " s";
        }
        long minutes = Math.round(seconds / 60);
        return minutes < 60 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
    }

    /** A count with its noun. */
    static String count(long number, String singular, String plural) {
        return number + " " + (number == 1 ? singular : plural);
    }

    private static String escape(String text, IntPredicate unsafe) {
        if (text.codePoints().noneMatch(unsafe)) {
            return text;
        }
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            if (unsafe.test(c)) {
                escaped.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                escaped.appendCodePoint(c);
            }
        });
        return escaped.toString();
    }

    private static boolean isUnsafe(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                true;
            // The marks that turn the reading order round; other format characters join letters and emoji.
            case Character.FORMAT ->
                c == 0x061C
                        || c == 0x200E
                        || c == 0x200F
                        || (c >= 0x202A && c <= 0x202E)
                        || (c >= 0x2066 && c <= 0x2069);
            default -> false;
        };
    }
}
