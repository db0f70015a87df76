package io.github.prtbackup.timeline;

import io.github.prtbackup.files.Labels;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * A recovery point of a {@link Timeline}: what the database was at a moment. Immutable.
 *
 * @param header what the caller said of it
 * @param whole whether it holds all pages and rests on no older point; so does the first of a timeline
 * @param storedBytes the bytes that are stored for it and for no other point
 * @param deleted whether somebody has deleted it; what rests on it still needs its pages
 */
public record Point(Header header, boolean whole, long storedBytes, boolean deleted) {
    /** The largest number of pages SQLite allows. */
    public static final long MOST_PAGES = 0xFFFF_FFFEL;

    private static final int LONGEST_POSITION = 64;
    private static final int SMALLEST_PAGE = 512;
    private static final int LARGEST_PAGE = 65536;

    /**
     * What the caller says of a point. Immutable.
     *
     * @param id the backup's id, larger than that of every older point of the timeline
     * @param time when it was taken
     * @param comment at most {@link Labels#LONGEST_COMMENT} characters; the rest is cut off
     * @param auto whether the driver made it
     * @param pageSize bytes in a page, a power of two from 512 to 65536; also for an empty database
     * @param pages the size of the database in pages, at most {@link #MOST_PAGES}
     * @param position the caller's own, 64 bytes at most: where the database stood
     * @param tables names; those that are too long, or too many, are left out
     */
    public record Header(
            long id,
            Instant time,
            String comment,
            boolean auto,
            int pageSize,
            long pages,
            ByteBuffer position,
            List<String> tables) {
        /**
         * Checks the bounds.
         *
         * @throws IllegalArgumentException if a number is out of them
         */
        public Header {
            Objects.requireNonNull(time, "time");
            if (id < 0) {
                throw new IllegalArgumentException("id " + id + " is negative");
            }
            if (Integer.bitCount(pageSize) != 1 || pageSize < SMALLEST_PAGE || pageSize > LARGEST_PAGE) {
                throw new IllegalArgumentException("no page has " + pageSize + " bytes");
            }
            if (pages < 0 || pages > MOST_PAGES) {
                throw new IllegalArgumentException("no database has " + pages + " pages");
            }
            if (position.remaining() > LONGEST_POSITION) {
                throw new IllegalArgumentException("the position has " + position.remaining() + " bytes");
            }
            comment = Labels.shortened(comment);
            tables = Labels.fitting(tables);
            position = ByteBuffer.allocate(position.remaining())
                    .put(position.duplicate())
                    .flip()
                    .asReadOnlyBuffer();
        }

        /**
         * As the canonical constructor, of a point of which no table is known.
         *
         * @param id as there
         * @param time as there
         * @param comment as there
         * @param auto as there
         * @param pageSize as there
         * @param pages as there
         * @param position as there
         */
        public Header(
                long id, Instant time, String comment, boolean auto, int pageSize, long pages, ByteBuffer position) {
            this(id, time, comment, auto, pageSize, pages, position, List.of());
        }

        /**
         * Where the database stood, in bytes that mean something to the caller only.
         *
         * @return a read-only buffer of its own
         */
        @Override
        public ByteBuffer position() {
            return position.duplicate();
        }

        /**
         * The number of the page that holds SQLite's lock byte. It has no content, so it is never stored and is zeros
         * in what is rebuilt.
         *
         * @return the number; the database need not be that large
         */
        public long lockPage() {
            return PageNumbers.lockPage(pageSize);
        }
    }

    Point(Header header, boolean whole, long storedBytes) {
        this(header, whole, storedBytes, false);
    }

    Point asDeleted() {
        return new Point(header, whole, storedBytes, true);
    }

    /**
     * The id.
     *
     * @return the backup's id
     */
    public long id() {
        return header.id();
    }

    /**
     * The size of the database, empty or not.
     *
     * @return the number of pages
     */
    public long pages() {
        return header.pages();
    }

    /**
     * The page size.
     *
     * @return in bytes
     */
    public int pageSize() {
        return header.pageSize();
    }
}
