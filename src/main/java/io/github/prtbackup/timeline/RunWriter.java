package io.github.prtbackup.timeline;

import io.github.prtbackup.files.PositionalFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes units of one length to their places in a file, those that follow each other in one call. Not thread-safe, and
 * holds a buffer of at most {@value #CAPACITY} bytes.
 */
final class RunWriter {
    private static final int CAPACITY = 1 << 20;

    private final PositionalFile file;
    private final int unit;
    private final ByteBuffer run;
    private long start;

    /** For units that are a part of so many. */
    RunWriter(PositionalFile file, int unit, long units) {
        this.file = file;
        this.unit = unit;
        this.run = ByteBuffer.allocateDirect((int) Math.min(CAPACITY, units * unit));
    }

    /** Writes a unit, now or later; the first has the index 0. */
    void write(long index, ByteBuffer content) throws IOException {
        long offset = index * unit;
        if (offset != start + run.position() || run.remaining() < unit) {
            flush();
            start = offset;
        }
        run.put(content);
    }

    /** Writes what is still to be written. */
    void flush() throws IOException {
        run.flip();
        file.write(run, start);
        start += run.limit();
        run.clear();
    }
}
