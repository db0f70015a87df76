package io.github.prtbackup.timeline;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a {@link Point}, the same in the log and in the head. Stateless.
 *
 * <pre>
 *  0  i64  id
 *  8  i64  time: seconds since 1970-01-01T00:00:00Z
 * 16  u32  nanoseconds after that
 * 20  u32  page size in bytes
 * 24  u32  size of the database in pages
 * 28  i64  bytes stored for the point
 * 36  u8   bit 0: automatic; bit 1: whole; bit 2: deleted
 * 37  u8   length of the position
 * 38  u16  length of the comment
 * 40       position, then comment in UTF-8
 *          then, unless there are none: u8 number of tables, and for each u16 the length of its name and that in UTF-8
 * </pre>
 */
final class PointFormat {
    private static final int FIXED_LENGTH = 40;
    private static final int AUTO = 1;
    private static final int WHOLE = 2;
    private static final int DELETED = 4;

    private PointFormat() {}

    /** The parts of variable length, encoded once: the comment, and all that says something of tables. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
    record Texts(byte[] comment, byte[] tables) {
        static Texts of(Point.Header header) {
            return new Texts(header.comment().getBytes(StandardCharsets.UTF_8), encoded(header.tables()));
        }

        private static byte[] encoded(List<String> tables) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(tables.isEmpty() ? 0 : 64);
            if (!tables.isEmpty()) {
                bytes.write(tables.size());
            }
            for (String table : tables) {
                byte[] name = table.getBytes(StandardCharsets.UTF_8);
                bytes.write(name.length >>> Byte.SIZE);
                bytes.write(name.length);
                bytes.writeBytes(name);
            }
            return bytes.toByteArray();
        }
    }

    static int length(Point.Header header, Texts texts) {
        return FIXED_LENGTH + header.position().remaining() + texts.comment.length + texts.tables.length;
    }

    static void put(ByteBuffer target, Point point, Texts texts) {
        Point.Header header = point.header();
        Instant time = header.time();
        ByteBuffer position = header.position();
        target.putLong(header.id());
        target.putLong(time.getEpochSecond());
        target.putInt(time.getNano());
        target.putInt(header.pageSize());
        target.putInt((int) header.pages());
        target.putLong(point.storedBytes());
        target.put((byte) ((header.auto() ? AUTO : 0) | (point.whole() ? WHOLE : 0) | (point.deleted() ? DELETED : 0)));
        target.put((byte) position.remaining());
        target.putShort((short) texts.comment.length);
        target.put(position);
        target.put(texts.comment);
        target.put(texts.tables);
    }

    private static List<String> getTables(ByteBuffer source) {
        List<String> tables = new ArrayList<>();
        int count = source.hasRemaining() ? source.get() : 0;
        for (int i = 0; i < count; i++) {
            byte[] name = new byte[Short.toUnsignedInt(source.getShort())];
            source.get(name);
            tables.add(new String(name, StandardCharsets.UTF_8));
        }
        return tables;
    }

    /** Reads a point; null if the bytes are none, which a checksum has ruled out but for mistakes of a writer. */
    static Point get(ByteBuffer source) {
        try {
            long id = source.getLong();
            long seconds = source.getLong();
            int nanos = source.getInt();
            int pageSize = source.getInt();
            long pages = Integer.toUnsignedLong(source.getInt());
            long storedBytes = source.getLong();
            int flags = source.get();
            byte[] position = new byte[Byte.toUnsignedInt(source.get())];
            byte[] comment = new byte[Short.toUnsignedInt(source.getShort())];
            source.get(position);
            source.get(comment);
            Point.Header header = new Point.Header(
                    id,
                    Instant.ofEpochSecond(seconds, nanos),
                    new String(comment, StandardCharsets.UTF_8),
                    (flags & AUTO) != 0,
                    pageSize,
                    pages,
                    ByteBuffer.wrap(position),
                    getTables(source));
            return new Point(header, (flags & WHOLE) != 0, storedBytes, (flags & DELETED) != 0);
        } catch (BufferUnderflowException | IllegalArgumentException | DateTimeException e) {
            return null;
        }
    }
}
