package io.github.prtbackup.benchmarks;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.SplittableRandom;

/**
 * One-row UPDATEs by primary key, each a transaction. All instances update the same rows in the same order.
 *
 * <p>Of a large database only some rows are updated, evenly spread. Their pages fit into the memory that the system keeps
 * files in, also where the databases of all contenders together do not: whose pages are read from the disk would be chance.
 */
final class Updates implements Paired.Operation {

    private static final long ROWS = 1 << 16;

    private final SplittableRandom random = new SplittableRandom(1);
    private final Protection protection;
    private final Database database;
    private final Closing.Resource owned;
    private final Connection connection;
    private final PreparedStatement update;
    private final long rows;
    private long transaction;

    private Updates(Protection protection, Database database, Closing.Resource owned, Journal journal)
            throws SQLException {
        this.protection = protection;
        this.database = database;
        this.owned = owned;
        this.connection = protection.open(database, journal);
        // Another value each time: SQLite writes nothing where the row is the same as before.
        this.update = connection.prepareStatement("UPDATE contacts SET visits = visits + 1 WHERE id = ?");
        this.rows = Math.min(database.rows(), ROWS);
    }

    /** Opens a database of its own. */
    static Updates open(Protection protection, String size, Journal journal) throws IOException, SQLException {
        Database database = Database.create(size, journal);
        try {
            return new Updates(protection, database, database, journal);
        } catch (SQLException e) {
            database.close();
            throw e;
        }
    }

    /** Opens a database that stays when this is closed, with one transaction, which copies it if it is the first. */
    static Updates of(Protection protection, Database database, Journal journal) throws IOException, SQLException {
        Updates updates = new Updates(protection, database, () -> {}, journal);
        updates.run();
        return updates;
    }

    Database database() {
        return database;
    }

    /** Reads all rows that will be updated, so that none has to come from the disk. */
    @Override
    public void warm() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT visits FROM contacts WHERE id = ?")) {
            for (long row = 0; row < rows; row++) {
                select.setLong(1, id(row));
                select.executeQuery().close();
            }
        }
    }

    @Override
    public void run() throws IOException, SQLException {
        transaction++;
        protection.before(transaction, connection, database);
        update.setLong(1, id(random.nextLong(rows)));
        if (update.executeUpdate() != 1) {
            throw new IllegalStateException("transaction " + transaction + " updated no row");
        }
    }

    private long id(long row) {
        return 1 + row * (database.rows() / rows);
    }

    @Override
    public void close() throws IOException, SQLException {
        try (owned;
                connection;
                update) {
            // Closed in this order: statement, connection, files.
        }
    }
}
