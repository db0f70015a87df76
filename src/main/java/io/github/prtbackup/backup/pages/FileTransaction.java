package io.github.prtbackup.backup.pages;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * A transaction in a database with a rollback journal, as the connection that holds the write lock announces it just before it
 * ends, and what it marks the announcement with afterwards. One that is rolled back counts, too: if it had spilled its cache,
 * pages of the free list may keep what it wrote there.
 *
 * @param before where the database stood under the write lock, before it
 * @param commits whether it ends with {@code COMMIT}, and not with {@code ROLLBACK}
 * @param pages all pages that it changed, but for those by which the database grew
 * @param mark {@link #UNKNOWN}, {@link #VOID}, or the time of the last write to the file when the transaction was over
 */
public record FileTransaction(FilePosition before, boolean commits, PageList pages, long mark) {

    /** It may not be over, or its process died. */
    public static final long UNKNOWN = 0;

    /** It did not end like that, or somebody else has written since, so that nothing can be said of it. */
    public static final long VOID = -1;

    /** The first byte of what is announced, which tells it from other notes. */
    static final byte COMMIT = 1;

    static final byte ROLLBACK = 2;

    /**
     * One that is about to end.
     *
     * @param before where the database stood under the write lock
     * @param commits whether by {@code COMMIT}
     * @param pages what {@link RollbackJournal} has found
     */
    public static FileTransaction ending(FilePosition before, boolean commits, PageList pages) {
        return new FileTransaction(before, commits, pages, UNKNOWN);
    }

    /**
     * What to mark it with.
     *
     * @param now where the database stands, read after {@code COMMIT} or {@code ROLLBACK} has returned
     */
    public long markAt(FilePosition now) {
        boolean nobodyElse = now.changeCounter() == counterAfter() && now.pageSize() == before.pageSize();
        return nobodyElse && now.modifiedNanos() != UNKNOWN ? now.modifiedNanos() : VOID;
    }

    /** The same transaction, marked. */
    public FileTransaction marked(long newMark) {
        return new FileTransaction(before, commits, pages, newMark);
    }

    boolean isConfirmed() {
        return mark != UNKNOWN && mark != VOID;
    }

    /** Where it has led if it is confirmed; the size is that of before, because the next position tells the new one. */
    FilePosition after() {
        return new FilePosition(counterAfter(), mark, before.pages(), before.pageSize());
    }

    private int counterAfter() {
        return before.changeCounter() + (commits ? 1 : 0);
    }

    /** The length of what {@link #encode} gives. */
    public long encodedSize() {
        return 1 + FilePosition.SIZE + pages.encodedSize();
    }

    /** Bytes that {@link #decode} understands; the mark is not among them. */
    public byte[] encode() {
        ByteBuffer into = ByteBuffer.allocate(Math.toIntExact(encodedSize()))
                .put(commits ? COMMIT : ROLLBACK)
                .put(before.encode());
        pages.encode(into);
        return into.array();
    }

    /** Whether that is the announcement of a transaction. */
    public static boolean isOne(ByteBuffer encoded) {
        return encoded.hasRemaining()
                && (encoded.get(encoded.position()) == COMMIT || encoded.get(encoded.position()) == ROLLBACK);
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IllegalArgumentException if it did not write that
     */
    public static FileTransaction decode(ByteBuffer encoded, long mark) {
        try {
            ByteBuffer from = encoded.duplicate();
            byte kind = from.get();
            byte[] position = new byte[FilePosition.SIZE];
            from.get(position);
            PageList pages = PageList.decode(from);
            if ((kind == COMMIT || kind == ROLLBACK)
                    && !from.hasRemaining()
                    && Position.decode(position) instanceof FilePosition before) {
                return new FileTransaction(before, kind == COMMIT, pages, mark);
            }
            throw new IllegalArgumentException("not a transaction in a database file");
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a transaction of only " + encoded.remaining() + " bytes", e);
        }
    }
}
