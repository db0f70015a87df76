package io.github.prtbackup.diff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What names one row of a table: the values of its primary key in their order, or its rowid. A table without a primary key
 * has the rowid for one. Immutable.
 */
public final class RowKey {
    private static final Pattern INTEGER = Pattern.compile("[+-]?\\d{1,19}");
    private static final Pattern REAL = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?");
    private static final Pattern TEXT = Pattern.compile("'(?:[^']|'')*'", Pattern.DOTALL);
    private static final Pattern BLOB = Pattern.compile("[xX]'(?:[0-9a-fA-F]{2})*'");

    private final boolean rowid;
    private final List<Part> parts;

    /**
     * A value of the key.
     *
     * @param value null, a Long, a Double, a String or a byte[]
     * @param typed what it is where texts are kept; the same as the value unless somebody typed a number
     */
    record Part(Object value, Object typed) {}

    private RowKey(boolean rowid, List<Part> parts) {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("a key has at least one value");
        }
        this.rowid = rowid;
        this.parts = Collections.unmodifiableList(parts);
    }

    /**
     * The row with this primary key; of a table without one, with this rowid.
     *
     * @param values one for each column of the key: null, a whole number, a Double or Float, a String, or a byte[]. They
     *     are compared as SQLite compares such a value with the column
     * @throws IllegalArgumentException if a value is none of these
     */
    public static RowKey of(Object... values) {
        List<Part> parts = new ArrayList<>();
        for (Object value : values) {
            Object known = known(value);
            parts.add(new Part(known, known));
        }
        return new RowKey(false, parts);
    }

    /**
     * The row with this rowid, also in a table that has a primary key beside it.
     *
     * @param rowid SQLite's number of the row
     */
    public static RowKey ofRowid(long rowid) {
        return new RowKey(true, List.of(new Part(rowid, rowid)));
    }

    /**
     * The row with this primary key, as somebody typed it: {@code NULL}, {@code 'text'}, {@code x'00ff'}, a number, or any
     * other text. What looks like a number is one, but for columns of texts.
     *
     * @param words one for each column of the key
     */
    public static RowKey ofText(List<String> words) {
        return new RowKey(
                false, new ArrayList<>(words.stream().map(RowKey::typed).toList()));
    }

    private static Part typed(String word) {
        if (word.toUpperCase(Locale.ROOT).equals("NULL")) {
            return new Part(null, null);
        }
        if (TEXT.matcher(word).matches()) {
            String text = word.substring(1, word.length() - 1).replace("''", "'");
            return new Part(text, text);
        }
        if (BLOB.matcher(word).matches()) {
            byte[] blob = HexFormat.of().parseHex(word.substring(2, word.length() - 1));
            return new Part(blob, blob);
        }
        if (INTEGER.matcher(word).matches()) {
            try {
                return new Part(Long.parseLong(word), word);
            } catch (NumberFormatException e) {
                // More than 64 bits: SQLite takes it for a real number.
                return new Part(Double.parseDouble(word), word);
            }
        }
        return REAL.matcher(word).matches() ? new Part(Double.parseDouble(word), word) : new Part(word, word);
    }

    private static Object known(Object value) {
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        if (value instanceof Double || value instanceof Float) {
            return ((Number) value).doubleValue();
        }
        if (value instanceof byte[] bytes) {
            return bytes.clone();
        }
        if (value == null || value instanceof String) {
            return value;
        }
        throw new IllegalArgumentException("SQLite keeps no " + value.getClass().getName());
    }

    boolean isRowid() {
        return rowid;
    }

    List<Part> parts() {
        return parts;
    }

    /** For people. */
    @Override
    public String toString() {
        return (rowid ? "rowid " : "")
                + String.join(", ", parts.stream().map(RowKey::inWords).toList());
    }

    private static String inWords(Part part) {
        return part.value() instanceof byte[] bytes
                ? "x'" + HexFormat.of().formatHex(bytes) + "'"
                : String.valueOf(part.typed());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RowKey key && rowid == key.rowid && Arrays.deepEquals(values(), key.values());
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(values());
    }

    private Object[] values() {
        return parts.stream()
                .flatMap(part -> Arrays.asList(part.value(), part.typed()).stream())
                .toArray();
    }
}
