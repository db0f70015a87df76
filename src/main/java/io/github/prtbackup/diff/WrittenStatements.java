package io.github.prtbackup.diff;

import java.io.IOException;

/** Writes statements down, with their values as literals, and knows how long they get. */
final class WrittenStatements implements SqlSink {
    private final Measured out;
    private long longest;

    WrittenStatements(Appendable out) {
        this.out = new Measured(out);
    }

    /** Passes characters on and counts them as UTF-8, the way in which SQLite gets them. */
    private static final class Measured implements Appendable {
        private final Appendable out;
        private long bytes;

        Measured(Appendable out) {
            this.out = out;
        }

        @Override
        public Appendable append(CharSequence text) throws IOException {
            return append(text, 0, text.length());
        }

        @Override
        public Appendable append(CharSequence text, int start, int end) throws IOException {
            for (int i = start; i < end; i++) {
                bytes += length(text.charAt(i));
            }
            out.append(text, start, end);
            return this;
        }

        @Override
        public Appendable append(char c) throws IOException {
            bytes += length(c);
            out.append(c);
            return this;
        }

        private static int length(char c) {
            // The two halves of a pair are four bytes.
            return c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
    }

    @Override
    public WrittenStatements sql(String part) throws IOException {
        out.append(part);
        return this;
    }

    @Override
    public WrittenStatements value(Value value) throws IOException {
        Literal.append(out, value);
        return this;
    }

    @Override
    public void end() throws IOException {
        line(";");
    }

    /** The rest of a statement. */
    void line(String sql) throws IOException {
        sql(sql);
        longest = Math.max(longest, out.bytes);
        out.append('\n');
        out.bytes = 0;
    }

    /** The length of the longest statement, in bytes. */
    long longest() {
        return longest;
    }
}
