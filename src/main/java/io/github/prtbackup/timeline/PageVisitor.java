package io.github.prtbackup.timeline;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Is shown the pages of a point, each once, in no particular order. */
interface PageVisitor {
    /** A page that is as it was written. */
    void page(long number, int checksum, ByteBuffer content) throws IOException;

    /** One that is not. By default the end of the visit. */
    default void damaged(String what) throws IOException {
        throw new DamagedTimelineException(what);
    }

    /** The same, where its number is known. */
    default void damaged(long number, String what) throws IOException {
        damaged(what);
    }
}
