package io.github.prtbackup.restore;

import io.github.prtbackup.backup.ReadOnlyConnection;
import io.github.prtbackup.backup.WalFile;
import io.github.prtbackup.backup.WalFile.Transaction;
import io.github.prtbackup.backup.WalFile.Transactions;
import io.github.prtbackup.files.Located;
import io.github.prtbackup.files.PendingFile;
import io.github.prtbackup.files.PositionalFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;
import org.sqlite.jdbc4.JDBC4Connection;
import org.sqlite.jdbc4.JDBC4Statement;

/**
 * What was committed between the safety backup and the restore, in WAL mode with others connected, where SQLite offers no
 * lock that spans both. The log still has it: the state that the restore replaced is the safety backup and the
 * transactions of the log up to the restore.
 *
 * <p>A read transaction is open from before the safety backup until after the restore. While it is, what was committed
 * since cannot be checkpointed and overwritten: the log is either continued, or started again once, by the first commit.
 */
final class Overtaken implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Overtaken.class);

    private static final int HEADER_END = 100;

    /** The page that has this byte is never written. */
    private static final long LOCK_BYTE = 1L << 30;

    private final Path database;
    private final SQLiteConnection pin;
    private final long salts;
    private final long committed;

    private Overtaken(Path database, SQLiteConnection pin, long salts, long committed) {
        this.database = database;
        this.pin = pin;
        this.salts = salts;
        this.committed = committed;
    }

    /** Notes where the log ends. Nobody else may be writing at the time. */
    static Overtaken watch(Path database) throws IOException, SQLException {
        SQLiteConnection pin = ReadOnlyConnection.open(database);
        try {
            pin.setAutoCommit(false);
            try (JDBC4Statement statement = new JDBC4Statement(pin);
                    ResultSet rows = statement.executeQuery("PRAGMA schema_version")) {
                rows.next();
            }
            try (WalFile wal = WalFile.of(database).orElse(null)) {
                return wal == null
                        ? new Overtaken(database, pin, 0, 0)
                        : new Overtaken(database, pin, wal.salts(), endOf(wal));
            }
        } catch (IOException | SQLException | RuntimeException e) {
            pin.close();
            throw e;
        }
    }

    private static long endOf(WalFile wal) throws IOException {
        long end = 0;
        Transactions transactions = wal.transactions();
        for (Transaction next = transactions.next(); next != null; next = transactions.next()) {
            end = next.end();
        }
        return end;
    }

    /**
     * The states that a restore of that file replaced, if they are not the one at {@link #watch}. There is one at most,
     * unless somebody else has written the very same pages in a transaction of his, as another restore of the same backup
     * does: nothing tells his from ours, so the state before each of them is given.
     *
     * @param restored what was restored
     * @return for each the number of frames in the log up to there
     */
    List<Long> replacedStates(Path restored) throws IOException {
        try (WalFile wal = WalFile.of(database).orElseThrow(() -> notInLog(restored))) {
            long known = wal.salts() == salts ? committed : 0;
            boolean found = false;
            List<Long> states = new ArrayList<>();
            Transactions transactions = wal.transactions();
            for (Transaction transaction = transactions.next();
                    transaction != null;
                    transaction = transactions.next()) {
                if (transaction.end() > known && holds(wal, transaction, restored)) {
                    found = true;
                    if (transaction.first() > known) {
                        states.add(transaction.first());
                    }
                    known = transaction.end();
                }
            }
            if (!found) {
                throw notInLog(restored);
            }
            return states;
        }
    }

    private IOException notInLog(Path restored) {
        return new IOException("The log of " + database + " does not show the restore of " + restored);
    }

    /** Fills a pending file with the state that the restore replaced. */
    void writeTo(PendingFile file, Path safety, long frames) throws IOException, SQLException {
        // Into the file that is there, which nobody else can read, unlike Files.copy.
        Located.run(file.path(), () -> {
            try (OutputStream out = Files.newOutputStream(file.path())) {
                Files.copy(safety, out);
            }
        });
        try (WalFile wal = WalFile.of(database).orElseThrow()) {
            wal.copyTo(file.path().resolveSibling(file.path().getFileName() + "-wal"), frames);
        }
        String address = ReadOnlyConnection.uri(file.path()) + "?cache=private";
        try (JDBC4Connection merging = new JDBC4Connection("jdbc:sqlite:" + address, address, new Properties());
                JDBC4Statement statement = new JDBC4Statement(merging)) {
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    /** The restore is done, or is not; that the connection cannot be closed changes nothing. */
    @Override
    public void close() {
        try {
            pin.close();
        } catch (SQLException e) {
            log.warn("A connection to {} cannot be closed: {}", database, e.getMessage());
        }
    }

    /** Whether the transaction wrote just the pages of that file. SQLite changes some fields of the header itself. */
    private static boolean holds(WalFile wal, Transaction transaction, Path file) throws IOException {
        int pageSize = wal.pageSize();
        long pages = Files.size(file) / pageSize;
        if (pages == 0) {
            return transaction.databasePages() == 1;
        }
        if (pages != transaction.databasePages()) {
            return false;
        }
        BitSet written = new BitSet();
        byte[] logged = new byte[pageSize];
        ByteBuffer expected = ByteBuffer.allocate(pageSize);
        try (PositionalFile in = PositionalFile.read(file)) {
            for (long frame = transaction.first(); frame < transaction.end(); frame++) {
                long page = wal.read(frame, logged);
                int from = page == 1 ? HEADER_END : 0;
                boolean whole = in.read(expected.clear(), (page - 1) * pageSize);
                if (!whole || !Arrays.equals(logged, from, pageSize, expected.array(), from, pageSize)) {
                    return false;
                }
                written.set((int) page);
            }
        }
        long lockPage = LOCK_BYTE / pageSize + 1;
        return written.cardinality() == (pages < lockPage ? pages : pages - 1);
    }
}
