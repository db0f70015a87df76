package io.github.prtbackup.backup;

import io.github.prtbackup.files.PendingFile;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.core.DB;

/** Copies a whole database into a pending file. All ways copy page by page, so the copy is the database to the byte. */
public final class FullCopy {

    /** Up to this size a copy goes over the heap, which is faster than SQLite's backup into a file. */
    private static final long HEAP_LIMIT = 16L << 20;

    private static final int PAGES_PER_STEP = 4096;

    /** What to do where the database is damaged. */
    public enum Damage {
        /** It is found out before the copy, and an exception. */
        REFUSED,
        /** The copy is as damaged; pages that cannot be read are zeros. For the last state before it is replaced. */
        COPIED
    }

    private FullCopy() {}

    /**
     * Copies the state that a connection has locked.
     *
     * @param locked a connection whose transaction holds the write lock of the database and has not changed it
     * @param schema the database's name in that connection
     * @param file the database's file
     * @param damage whether a damaged database is copied
     * @param out takes the copy
     */
    public static void ofLocked(SQLiteConnection locked, String schema, Path file, Damage damage, PendingFile out)
            throws IOException, SQLException {
        out.takeNow();
        long size = Queries.size(locked, schema);
        if (size > HEAP_LIMIT) {
            try (SQLiteConnection reader = ReadOnlyConnection.open(file)) {
                reader.setBusyTimeout(0);
                ofSnapshot(reader, damage, out, CopyProgress.NONE);
                return;
            } catch (SQLException e) {
                if (!isBusy(e)) {
                    throw e;
                }
                // BEGIN EXCLUSIVE or locking_mode=EXCLUSIVE: only the connection itself can read the database.
            }
        }
        // serialize hands out zeros for a page that it cannot read, without an error.
        if (damage == Damage.REFUSED) {
            IntegrityCheck.requireSound(locked, schema);
        }
        overHeap(locked, schema, size, out);
    }

    /**
     * Copies one snapshot of a database that nobody has locked for us. Does not hold up writers in WAL mode; in the other
     * modes they wait for the copy with their commit.
     *
     * @param reader a connection of ours in autocommit mode
     * @param damage whether a damaged database is copied
     * @param out takes the copy
     */
    public static void ofSnapshot(SQLiteConnection reader, Damage damage, PendingFile out, CopyProgress progress)
            throws IOException, SQLException {
        // An open read transaction: without one the copy would start over at each commit of another connection.
        reader.setAutoCommit(false);
        try {
            long size = Queries.size(reader, "main");
            out.takeNow();
            if (size == 0) {
                return;
            }
            if (damage == Damage.REFUSED) {
                IntegrityCheck.requireSoundSnapshot(reader);
            }
            if (size <= HEAP_LIMIT) {
                overHeap(reader, "main", size, out);
                return;
            }
            progress.check();
            DB.ProgressObserver observer = (remaining, total) -> progress.copied(total - remaining, total);
            int code = reader.getDatabase().backup("main", out.path().toString(), observer, 0, 0, PAGES_PER_STEP);
            if (code != SQLiteErrorCode.SQLITE_OK.code) {
                throw DB.newSQLException(code, "copy of the database into " + out.path());
            }
            progress.check();
        } finally {
            reader.rollback();
            reader.setAutoCommit(true);
        }
    }

    /** Whether a database is copied over the heap. */
    static boolean isSmall(SQLiteConnection on, String schema) throws SQLException {
        return Queries.size(on, schema) <= HEAP_LIMIT;
    }

    /** Whether a copy of that many bytes has the change counter of the database, which SQLite's backup replaces. */
    static boolean keepsCounter(long size) {
        return size <= HEAP_LIMIT;
    }

    private static void overHeap(SQLiteConnection locked, String schema, long size, PendingFile out)
            throws IOException, SQLException {
        byte[] image = locked.serialize(schema);
        if (image == null || image.length != size) {
            throw new SQLException(
                    "SQLite gave " + (image == null ? "nothing" : image.length + " bytes") + " instead of " + size);
        }
        out.write(image);
    }

    private static boolean isBusy(SQLException e) {
        int code = e.getErrorCode() & 0xff;
        return code == SQLiteErrorCode.SQLITE_BUSY.code || code == SQLiteErrorCode.SQLITE_LOCKED.code;
    }
}
