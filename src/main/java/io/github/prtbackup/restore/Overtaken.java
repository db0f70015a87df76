package io.github.prtbackup.restore;

import io.github.prtbackup.backup.ReadOnlyConnection;
import io.github.prtbackup.backup.WalFile;
import io.github.prtbackup.backup.WalFile.Transaction;
import io.github.prtbackup.store.PendingFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
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

    private static final int HEADER_END = 100;

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
                    ResultSet rows = statement.executeQuery("SELECT count(*) FROM sqlite_schema")) {
                rows.next();
            }
            try (WalFile wal = WalFile.of(database).orElse(null)) {
                List<Transaction> transactions = wal == null ? List.of() : wal.transactions();
                long end = transactions.isEmpty()
                        ? 0
                        : transactions.get(transactions.size() - 1).end();
                return new Overtaken(database, pin, wal == null ? 0 : wal.salts(), end);
            }
        } catch (IOException | SQLException | RuntimeException e) {
            pin.close();
            throw e;
        }
    }

    /**
     * The end of the last transaction before the restore, if any came after {@link #watch}.
     *
     * @param restored what was restored
     * @return the number of frames in the log up to there
     */
    Optional<Long> framesBefore(Path restored) throws IOException {
        try (WalFile wal = WalFile.of(database).orElse(null)) {
            if (wal == null) {
                return Optional.empty();
            }
            long from = wal.salts() == salts ? committed : 0;
            Optional<Long> before = Optional.empty();
            for (Transaction transaction : wal.transactions()) {
                if (transaction.first() >= from) {
                    if (holds(wal, transaction, restored)) {
                        return before;
                    }
                    before = Optional.of(transaction.end());
                }
            }
            throw new IOException("The log of " + database + " does not show the restore of " + restored);
        }
    }

    /** Fills a pending file with the state that the restore replaced. */
    void writeTo(PendingFile file, Path safety, long frames) throws IOException, SQLException {
        Files.copy(safety, file.path(), StandardCopyOption.REPLACE_EXISTING);
        try (WalFile wal = WalFile.of(database).orElseThrow()) {
            wal.copyTo(file.path().resolveSibling(file.path().getFileName() + "-wal"), frames);
        }
        String address = ReadOnlyConnection.uri(file.path()) + "?cache=private";
        try (JDBC4Connection merging = new JDBC4Connection("jdbc:sqlite:" + address, address, new Properties());
                JDBC4Statement statement = new JDBC4Statement(merging)) {
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    @Override
    public void close() throws SQLException {
        pin.close();
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
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            for (long frame = transaction.first(); frame < transaction.end(); frame++) {
                long page = wal.read(frame, logged);
                int from = page == 1 ? HEADER_END : 0;
                int length = in.read(expected.clear(), (page - 1) * pageSize);
                if (length != pageSize || !Arrays.equals(logged, from, pageSize, expected.array(), from, pageSize)) {
                    return false;
                }
                written.set((int) page);
            }
        }
        // All of them, but for the page at SQLite's lock byte, which is never written.
        return written.cardinality() >= pages - 1;
    }
}
