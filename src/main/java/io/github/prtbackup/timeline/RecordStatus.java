package io.github.prtbackup.timeline;

import io.github.prtbackup.files.PositionalFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;

/**
 * The byte of a point's record that changes after it was written. Setting it needs no lock: it is in no checksum, and a reader
 * sees the old one or the new one.
 */
final class RecordStatus {
    private RecordStatus() {}

    /**
     * Sets it, if the record is still there. It is durable then.
     *
     * @return whether it is
     */
    static boolean setDurably(TimelineFiles files, LogPosition place, byte status) throws IOException {
        try (PositionalFile file = PositionalFile.write(files.segment(place.segment()))) {
            boolean found = set(file, place, status);
            file.force();
            return found;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static boolean set(PositionalFile file, LogPosition place, byte status) throws IOException {
        ByteBuffer start = LogRecord.startAt(file, place);
        if (start != null) {
            file.write(ByteBuffer.wrap(new byte[] {status}), place.offset() + LogRecord.STATUS_OFFSET);
        }
        return start != null;
    }
}
