package io.github.prtbackup.timeline;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes the pages of a point while it is appended. Valid in that call only. */
public interface PageWriter {
    /**
     * Adds a page. The page at SQLite's lock byte may be given, and is left out.
     *
     * @param number its number as an unsigned int, larger than that of the page before
     * @param content its content: what remains in the buffer, which is exactly one page, and is taken out
     * @throws IllegalArgumentException if the number or the length is wrong
     * @throws IOException if the pages so far can't be written
     */
    void page(int number, ByteBuffer content) throws IOException;
}
