package io.github.prtbackup.backup.pages;

import java.nio.ByteBuffer;

/**
 * What tells a database file that was written from one that was not, as far as it can be told without reading it. A heuristic:
 * times can be set by hand. That of the last change of the inode can't, where the system keeps one.
 *
 * @param modifiedNanos the time of the last write
 * @param changedNanos the time of the last change of anything about the file; 0 if the system has none
 * @param length bytes
 * @param headerChecksum of the database header, which has the change counter
 */
record FileState(long modifiedNanos, long changedNanos, long length, int headerChecksum) {

    static final int SIZE = 8 + 8 + 8 + 4;

    void put(ByteBuffer into) {
        into.putLong(modifiedNanos).putLong(changedNanos).putLong(length).putInt(headerChecksum);
    }

    static FileState get(ByteBuffer from) {
        return new FileState(from.getLong(), from.getLong(), from.getLong(), from.getInt());
    }
}
