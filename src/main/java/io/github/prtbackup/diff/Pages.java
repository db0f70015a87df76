package io.github.prtbackup.diff;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The pages of a database that does not change. */
interface Pages {
    /** Their size in bytes. */
    int size();

    /** How many there are. */
    int count();

    /**
     * One page.
     *
     * @param number from 1
     */
    ByteBuffer page(int number) throws IOException;
}
