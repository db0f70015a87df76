package io.github.prtbackup.restore;

import io.github.prtbackup.backup.CopyProgress;
import io.github.prtbackup.backup.IntegrityCheck;
import io.github.prtbackup.backup.KeptFiles;
import io.github.prtbackup.backup.Queries;
import io.github.prtbackup.backup.ReadOnlyConnection;
import io.github.prtbackup.backup.pages.DatabaseHeader;
import io.github.prtbackup.backup.pages.FileTick;
import io.github.prtbackup.files.PositionalFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.core.DB;
import org.sqlite.jdbc4.JDBC4Connection;
import org.sqlite.jdbc4.JDBC4Statement;

/** The database that is restored, seen through a connection of our own. Not thread-safe. */
final class LiveDatabase implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LiveDatabase.class);

    private static final int PAGES_PER_STEP = 4096;
    private static final int ALL_PAGES = -1;
    private static final int RETRY_MILLIS = 20;

    /** Where the header says by which versions of the format it is written and read. */
    private static final long VERSIONS_AT = 18;

    private static final byte[] WAL_VERSIONS = {2, 2};

    private final JDBC4Connection connection;
    private final Path file;

    private LiveDatabase(JDBC4Connection connection, Path file) {
        this.connection = connection;
        this.file = file;
    }

    /**
     * Opens a database.
     *
     * @return empty if SQLite cannot make sense of the file
     */
    static Optional<LiveDatabase> open(Path file, int busyMillis) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(busyMillis);
        String address = ReadOnlyConnection.uri(file) + "?cache=private";
        JDBC4Connection connection = KeptFiles.whileOpening(
                () -> new JDBC4Connection("jdbc:sqlite:" + address, address, config.toProperties()));
        LiveDatabase live = new LiveDatabase(connection, file);
        try {
            if (live.canBeRead() || live.canBeReadWithoutSchema()) {
                return Optional.of(live);
            }
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        connection.close();
        return Optional.empty();
    }

    private boolean canBeRead() throws SQLException {
        try {
            query("SELECT count(*) FROM sqlite_schema");
            return true;
        } catch (SQLException e) {
            if (IntegrityCheck.isDamage(e)) {
                return false;
            }
            throw e;
        }
    }

    /**
     * A damaged schema is in nobody's way here, and others may have the database open, with a schema that they read before
     * it was damaged. Where the schema may be written, SQLite does without what it cannot understand of it.
     */
    private boolean canBeReadWithoutSchema() throws SQLException {
        run("PRAGMA writable_schema = ON");
        return canBeRead();
    }

    SQLiteConnection connection() {
        return connection;
    }

    /**
     * Locks everybody else out until {@link #close}, also between transactions.
     *
     * @return false in WAL mode with others connected, where SQLite does not allow it
     * @throws SQLException {@code SQLITE_BUSY} in the other modes, if somebody reads or writes for too long
     */
    boolean lockExclusively() throws SQLException {
        if (isWal()) {
            return lockWalExclusively();
        }
        run("BEGIN EXCLUSIVE");
        // Not before: who waits in this mode keeps his shared lock, and two would wait for each other.
        query("PRAGMA locking_mode = EXCLUSIVE");
        run("COMMIT");
        return true;
    }

    private boolean lockWalExclusively() throws SQLException {
        int patience = connection.getBusyTimeout();
        query("PRAGMA locking_mode = EXCLUSIVE");
        // Connections count here, not transactions: waiting would not help.
        connection.setBusyTimeout(0);
        try {
            run("BEGIN EXCLUSIVE");
            run("COMMIT");
            return true;
        } catch (SQLException e) {
            if (!isBusy(e.getErrorCode())) {
                throw e;
            }
            unlock();
            return false;
        } finally {
            connection.setBusyTimeout(patience);
        }
    }

    /** Keeps others from writing, not from reading, until {@link #endTransaction}. */
    void lockForWriting() throws SQLException {
        run("BEGIN IMMEDIATE");
    }

    void endTransaction() throws SQLException {
        run("ROLLBACK");
    }

    /**
     * Overwrites the database, which is exclusively locked, in one transaction. A database in WAL mode stays in it;
     * another gets the mode that the backup names. If that has another text encoding, SQLite answers no question on this
     * connection any more that needs the schema.
     *
     * @param backup a file that nobody else uses, and which may be changed
     */
    void overwrite(Path backup, CopyProgress progress) throws IOException, SQLException {
        // A change counter that falls back may be one that was there before, and then only the time tells the two
        // apart.
        FileTick.waitOut(file);
        // The page size cannot change under a log.
        boolean hadLog = isWal();
        boolean withoutLog = hadLog && !samePageSize(backup);
        boolean getsLog = hadLog || namesWal(backup);
        if (withoutLog) {
            // So that the database is in WAL mode again with the very transaction that replaces it.
            nameWal(backup);
            query("PRAGMA journal_mode = DELETE");
        }
        try {
            overwriteMain(backup, progress);
        } catch (SQLException e) {
            if (withoutLog) {
                returnToLog();
            }
            throw e;
        }
        if (getsLog) {
            removeEndedJournal();
        }
    }

    private static boolean namesWal(Path backup) throws IOException {
        byte[] header = new byte[DatabaseHeader.SIZE];
        try (PositionalFile in = PositionalFile.read(backup)) {
            return in.read(ByteBuffer.wrap(header), 0)
                    && DatabaseHeader.parse(header).filter(DatabaseHeader::wal).isPresent();
        }
    }

    private static void nameWal(Path backup) throws IOException {
        try (PositionalFile out = PositionalFile.write(backup)) {
            out.write(ByteBuffer.wrap(WAL_VERSIONS), VERSIONS_AT);
        }
    }

    /**
     * In exclusive mode SQLite ends a journal by a zero in its first byte, and forgets it where the restored database is in WAL
     * mode. Nobody else can have begun one, and one that is not ended stays where SQLite will look for it.
     */
    private void removeEndedJournal() {
        Path journal = file.resolveSibling(file.getFileName() + "-journal");
        try {
            if (Files.exists(journal) && isEnded(journal)) {
                Files.delete(journal);
            }
        } catch (IOException e) {
            log.debug("{} stays, and has no meaning", journal, e);
        }
    }

    private static boolean isEnded(Path journal) throws IOException {
        try (InputStream in = Files.newInputStream(journal)) {
            return in.read() <= 0;
        }
    }

    /** That it can't be done, on a full disk, is no reason to say that the restore has failed, nor to hide why it has. */
    private void returnToLog() {
        try {
            query("PRAGMA journal_mode = WAL");
        } catch (SQLException e) {
            log.warn("{} is not in WAL mode any more: {}", file, e.getMessage());
        }
    }

    private void overwriteMain(Path backup, CopyProgress progress) throws SQLException {
        long cookie = schemaCookie();
        connection
                .getDatabase()
                .restore(
                        "main",
                        immutable(backup),
                        (remaining, total) -> tell(progress, total - remaining, total),
                        0,
                        0,
                        PAGES_PER_STEP);
        SQLException last = lastError();
        // sqlite-jdbc reports success whatever happens. SQLite raises the cookie in the transaction that copies the
        // pages, and nobody else could have.
        if (schemaCookie() == cookie) {
            throw new SQLException(
                    "The backup was not restored into " + file + ", which is unchanged: " + last.getMessage(), last);
        }
    }

    /** Who only listens must not end what has to come to its end. */
    private static void tell(CopyProgress progress, long done, long total) {
        try {
            progress.copied(done, total);
        } catch (RuntimeException e) {
            log.warn("A listener to the progress of a restore fails: {}", e.toString());
        }
    }

    /** What SQLite last said on the connection; it has a message also where there was no error. */
    private SQLException lastError() {
        try {
            connection.getDatabase().throwex(SQLiteErrorCode.SQLITE_ERROR.code);
            throw new IllegalStateException("throwex did not throw");
        } catch (SQLException e) {
            return e;
        }
    }

    /**
     * Overwrites the database in one transaction as any other writer would. The page size has to be the same.
     *
     * @return false if others were writing all the time; nothing was changed
     */
    boolean overwriteAsWriter(Path backup, Duration patience) throws SQLException {
        long deadline = System.nanoTime() + patience.toNanos();
        try (SQLiteConnection source = ReadOnlyConnection.openImmutable(backup)) {
            int code;
            do {
                code = source.getDatabase().backup("main", file.toString(), null, RETRY_MILLIS, 1, ALL_PAGES);
            } while (isBusy(code) && System.nanoTime() < deadline);
            if (code != SQLiteErrorCode.SQLITE_OK.code && !isBusy(code)) {
                throw DB.newSQLException(code, "restore into " + file);
            }
            return !isBusy(code);
        }
    }

    /** An empty backup has none, so it fits. */
    boolean samePageSize(Path backup) throws IOException, SQLException {
        if (Files.size(backup) == 0) {
            return true;
        }
        try (SQLiteConnection source = ReadOnlyConnection.openImmutable(backup)) {
            return Queries.first(source, "PRAGMA page_size").equals(query("PRAGMA page_size"));
        }
    }

    /**
     * Writes the backup with the page size of this database into a new file.
     *
     * @param backup may get a log beside it: of an immutable file SQLite keeps the page size
     */
    void convert(Path backup, Path target) throws SQLException {
        try (SQLiteConnection source = ReadOnlyConnection.open(backup);
                JDBC4Statement statement = new JDBC4Statement(source)) {
            statement.execute("PRAGMA page_size = " + query("PRAGMA page_size"));
            statement.execute("VACUUM INTO " + Queries.text(target.toString()));
        }
    }

    /**
     * A copy of a database by SQLite grows the log and never checkpoints it; without this each restore would add to it. Where
     * there is no room, the restore has been done nevertheless, and some later commit will do it.
     */
    void checkpoint() {
        try {
            String unused = query("PRAGMA wal_checkpoint(PASSIVE)");
        } catch (SQLException e) {
            log.debug("The log of {} is not checkpointed", file, e);
        }
    }

    /** Releases what is locked. That it can't be done says nothing of what was done with the lock. */
    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            log.warn("The connection to {} cannot be closed: {}", file, e.getMessage());
        }
    }

    private void unlock() throws SQLException {
        query("PRAGMA locking_mode = NORMAL");
        // The mode takes effect at the next access.
        query("SELECT count(*) FROM sqlite_schema");
    }

    private boolean isWal() throws SQLException {
        return "wal".equalsIgnoreCase(query("PRAGMA journal_mode"));
    }

    private long schemaCookie() throws SQLException {
        return Long.parseLong(query("PRAGMA schema_version"));
    }

    private static String immutable(Path backup) {
        return ReadOnlyConnection.uri(backup) + "?immutable=1";
    }

    private static boolean isBusy(int code) {
        int primary = code & 0xff;
        return primary == SQLiteErrorCode.SQLITE_BUSY.code || primary == SQLiteErrorCode.SQLITE_LOCKED.code;
    }

    private void run(String sql) throws SQLException {
        try (JDBC4Statement statement = new JDBC4Statement(connection)) {
            statement.executeUpdate(sql);
        }
    }

    private String query(String sql) throws SQLException {
        return Queries.first(connection, sql);
    }
}
