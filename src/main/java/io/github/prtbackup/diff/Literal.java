package io.github.prtbackup.diff;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.CharBuffer;

/** Writes values and names as SQL that gives exactly them, in every version of SQLite. */
final class Literal {
    /** Characters that go out together. */
    private static final int CHUNK = 8192;

    /** SQLite's own conversion is exact for numbers of so many digits. */
    private static final int EXACT_DIGITS = 15;

    private static final int EXACT_EXPONENT = 22;
    /** The largest power of two that is an integer of SQLite's. */
    private static final int LARGEST_SHIFT = 62;

    private static final int MANTISSA_BITS = 52;
    private static final int HIDDEN_BIT_EXPONENT = Double.MAX_EXPONENT + MANTISSA_BITS;

    private Literal() {}

    static void append(Appendable out, Value value) throws IOException {
        switch (value.type()) {
            case NULL -> out.append("NULL");
            case INTEGER -> out.append(String.valueOf(value.integer()));
            case REAL -> appendReal(out, value.real());
            case BLOB -> appendHex(out, value.sharedBytes());
            case TEXT -> appendText(out, value);
        }
    }

    /** A text that is known to hold nothing unusual. */
    static String text(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** A name in double quotes. */
    static String name(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static void appendText(Appendable out, Value value) throws IOException {
        String text = value.text().orElse(null);
        if (text == null || text.codePoints().anyMatch(Literal::isChangedOnTheWay)) {
            out.append("CAST(");
            appendHex(out, value.sharedBytes());
            out.append(" AS TEXT)");
        } else {
            out.append('\'');
            // Part by part: a second text of that length may be too much for the memory.
            int start = 0;
            for (int quote = text.indexOf('\''); quote >= 0; quote = text.indexOf('\'', start)) {
                out.append(text, start, quote + 1).append('\'');
                start = quote + 1;
            }
            out.append(text, start, text.length()).append('\'');
        }
    }

    /** A NUL ends a statement, programs turn line ends round, a byte order mark gets lost, and others fool the eye. */
    private static boolean isChangedOnTheWay(int c) {
        int type = Character.getType(c);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.UNASSIGNED;
    }

    private static void appendHex(Appendable out, byte[] bytes) throws IOException {
        out.append("X'");
        char[] chunk = new char[CHUNK];
        try (HexReader hex = new HexReader(bytes)) {
            for (int count = hex.read(chunk, 0, CHUNK); count > 0; count = hex.read(chunk, 0, CHUNK)) {
                out.append(CharBuffer.wrap(chunk, 0, count));
            }
        }
        out.append('\'');
    }

    private static void appendReal(Appendable out, double real) throws IOException {
        if (Double.isInfinite(real)) {
            out.append(real > 0 ? "9e999" : "-9e999");
            return;
        }
        BigDecimal shortest = new BigDecimal(Double.toString(real)).stripTrailingZeros();
        if (shortest.precision() <= EXACT_DIGITS
                && Math.abs(shortest.scale()) <= EXACT_EXPONENT
                && Math.abs(shortest.precision() - shortest.scale()) <= EXACT_EXPONENT) {
            out.append(String.valueOf(real));
        } else {
            appendProduct(out, real);
        }
    }

    /** The mantissa, multiplied or divided by powers of two: no step rounds. */
    private static void appendProduct(Appendable out, double real) throws IOException {
        long bits = Double.doubleToRawLongBits(real);
        int biased = (int) (bits >>> MANTISSA_BITS) & 0x7ff;
        long mantissa = bits & ((1L << MANTISSA_BITS) - 1);
        int exponent = Math.max(biased, 1) - HIDDEN_BIT_EXPONENT;
        if (biased != 0) {
            mantissa |= 1L << MANTISSA_BITS;
        }
        int zeros = Long.numberOfTrailingZeros(mantissa);
        mantissa >>>= zeros;
        exponent += zeros;
        out.append("(CAST(")
                .append(real < 0 ? "-" : "")
                .append(String.valueOf(mantissa))
                .append(" AS REAL)");
        int left = Math.abs(exponent);
        do {
            // Also by 1: a CAST alone would make SQLite take a text for a number when it looks for a key.
            out.append(exponent < 0 ? '/' : '*').append(String.valueOf(1L << Math.min(left, LARGEST_SHIFT)));
            left -= LARGEST_SHIFT;
        } while (left > 0);
        out.append(')');
    }
}
