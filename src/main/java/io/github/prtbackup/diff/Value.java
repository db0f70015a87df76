package io.github.prtbackup.diff;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * A value as SQLite stores it, exactly: the integer 1, the real number 1.0 and the text '1' are three values, and text is
 * its bytes, whatever they are. Immutable.
 */
public final class Value {

    /** SQLite's storage classes, in the order in which it sorts them; integers and real numbers are sorted together. */
    public enum Type {
        /** No value. */
        NULL,
        /** 64 bits, signed. */
        INTEGER,
        /** A double; never NaN, which SQLite turns into NULL. */
        REAL,
        /** Bytes that are meant to be text in the encoding of the database. */
        TEXT,
        /** Bytes. */
        BLOB
    }

    private static final byte[] NOTHING = {};
    private static final char REPLACEMENT = '\uFFFD';
    static final Value NULL = new Value(Type.NULL, 0, NOTHING, null);

    private final Type type;
    /** The integer, or the bits of the real number. */
    private final long bits;

    private final byte[] bytes;
    /** Of a text; null for all others. */
    private final Charset encoding;

    private Value(Type type, long bits, byte[] bytes, Charset encoding) {
        this.type = type;
        this.bits = bits;
        this.bytes = bytes;
        this.encoding = encoding;
    }

    static Value of(long integer) {
        return new Value(Type.INTEGER, integer, NOTHING, null);
    }

    static Value of(double real) {
        return new Value(Type.REAL, Double.doubleToRawLongBits(real), NOTHING, null);
    }

    /** The bytes belong to the value from now on. */
    static Value text(byte[] bytes, Charset encoding) {
        return new Value(Type.TEXT, 0, bytes, encoding);
    }

    /** The bytes belong to the value from now on. */
    static Value blob(byte[] bytes) {
        return new Value(Type.BLOB, 0, bytes, null);
    }

    /**
     * The storage class.
     *
     * @return one of five
     */
    public Type type() {
        return type;
    }

    /**
     * The number of an {@link Type#INTEGER}.
     *
     * @return 0 for all others
     */
    public long integer() {
        return type == Type.INTEGER ? bits : 0;
    }

    /**
     * The number of a {@link Type#REAL}.
     *
     * @return 0 for all others
     */
    public double real() {
        return type == Type.REAL ? Double.longBitsToDouble(bits) : 0;
    }

    /**
     * The bytes of a {@link Type#BLOB}, or of a {@link Type#TEXT} in the encoding of the database.
     *
     * @return a copy; empty for all others
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * The length of a {@link Type#BLOB} or a {@link Type#TEXT}.
     *
     * @return in bytes; 0 for all others
     */
    public int length() {
        return bytes.length;
    }

    /** As {@link #bytes}, for who does not change them. */
    byte[] sharedBytes() {
        return bytes;
    }

    /**
     * The characters of a {@link Type#TEXT}.
     *
     * @return empty if it is none, or its bytes are no characters
     */
    public Optional<String> text() {
        if (type != Type.TEXT) {
            return Optional.empty();
        }
        String decoded = new String(bytes, encoding);
        return decoded.indexOf(REPLACEMENT) < 0 ? Optional.of(decoded) : strictlyDecoded();
    }

    /** Tells a replacement for what is no character from one that is in the text. It takes three times the memory. */
    private Optional<String> strictlyDecoded() {
        try {
            return Optional.of(
                    encoding.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /**
     * The bytes of a {@link Type#BLOB}, or of a {@link Type#TEXT} in the encoding of the database, in hexadecimal.
     *
     * @return digits that are made as they are read; none for all others
     */
    public Reader hex() {
        return new HexReader(bytes);
    }

    /**
     * Where SQLite puts the value among others with {@code ORDER BY x COLLATE BINARY, typeof(x)}. Only 0.0 and -0.0 are the
     * same there and not equal.
     */
    int compareInOrder(Value other) {
        int byClass = sortClass().compareTo(other.sortClass());
        if (byClass != 0) {
            return byClass;
        }
        int byContent = switch (type) {
            case NULL -> 0;
            case INTEGER, REAL -> compareNumbers(other);
            case TEXT, BLOB -> Arrays.compareUnsigned(bytes, other.bytes);
        };
        return byContent != 0 ? byContent : type.compareTo(other.type);
    }

    private Type sortClass() {
        return type == Type.REAL ? Type.INTEGER : type;
    }

    private int compareNumbers(Value other) {
        if (type == Type.INTEGER && other.type == Type.INTEGER) {
            return Long.compare(bits, other.bits);
        }
        if (type == Type.REAL && other.type == Type.REAL) {
            // Not Double.compare alone, for which -0.0 is less than 0.0.
            return real() == other.real() ? 0 : Double.compare(real(), other.real());
        }
        return type == Type.INTEGER ? compareMixed(bits, other.real()) : -compareMixed(other.bits, real());
    }

    private static int compareMixed(long integer, double real) {
        if (Double.isInfinite(real)) {
            return real > 0 ? -1 : 1;
        }
        return BigDecimal.valueOf(integer).compareTo(new BigDecimal(real));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Value value
                && type == value.type
                && bits == value.bits
                && Arrays.equals(bytes, value.bytes)
                && Objects.equals(encoding, value.encoding);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * type.hashCode() + Long.hashCode(bits)) + Arrays.hashCode(bytes);
    }

    /** As an SQL literal, whatever its length. */
    @Override
    public String toString() {
        return beginning(Integer.MAX_VALUE);
    }

    /**
     * The beginning of the value as an SQL literal.
     *
     * @param characters at most so many
     * @return all of it if it is no longer than that
     */
    public String beginning(int characters) {
        Beginning beginning = new Beginning(characters);
        try {
            Literal.append(beginning, this);
        } catch (IOException e) {
            throw new UncheckedIOException("memory has no errors", e);
        }
        return beginning.text.toString();
    }

    /** Keeps no more than the beginning of what it gets. */
    private static final class Beginning implements Appendable {
        private final int longest;
        private final StringBuilder text = new StringBuilder();

        Beginning(int longest) {
            this.longest = longest;
        }

        @Override
        public Appendable append(CharSequence more) {
            return append(more, 0, more.length());
        }

        @Override
        public Appendable append(CharSequence more, int start, int end) {
            text.append(more, start, start + Math.min(end - start, longest - text.length()));
            return this;
        }

        @Override
        public Appendable append(char c) {
            if (text.length() < longest) {
                text.append(c);
            }
            return this;
        }
    }
}
