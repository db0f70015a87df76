package io.github.prtbackup.backup.pages;

import java.io.IOException;
import java.io.RandomAccessFile;

/** Reading at an offset, which {@link RandomAccessFile} does in two steps. */
final class PositionalRead {

    private PositionalRead() {}

    /** Reads up to a length or the end of the file, and says how much that was. The caller keeps other threads out. */
    static int read(RandomAccessFile file, long offset, byte[] into, int from, int length) throws IOException {
        file.seek(offset);
        int done = 0;
        while (done < length) {
            int count = file.read(into, from + done, length - done);
            if (count < 0) {
                break;
            }
            done += count;
        }
        return done;
    }
}
