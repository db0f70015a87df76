package io.github.prtbackup.benchmarks;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.SplittableRandom;

/** One-row UPDATEs by primary key, each a transaction. All instances update the same rows in the same order. */
final class Updates implements Paired.Operation {

    private final SplittableRandom random = new SplittableRandom(1);
    private final Protection protection;
    private final Database database;
    private final Connection connection;
    private final PreparedStatement update;
    private long transaction;

    private Updates(Protection protection, Database database, Journal journal) throws SQLException {
        this.protection = protection;
        this.database = database;
        this.connection = protection.open(database, journal);
        this.update = connection.prepareStatement("UPDATE contacts SET visits = ? WHERE id = ?");
    }

    /** Opens a database of its own. */
    static Updates open(Protection protection, String size, Journal journal) throws IOException, SQLException {
        Database database = Database.create(size, journal);
        try {
            return new Updates(protection, database, journal);
        } catch (SQLException e) {
            database.close();
            throw e;
        }
    }

    Database database() {
        return database;
    }

    @Override
    public void run() throws IOException, SQLException {
        transaction++;
        protection.before(transaction, connection, database);
        update.setLong(1, transaction);
        update.setLong(2, 1 + random.nextLong(database.rows()));
        if (update.executeUpdate() != 1) {
            throw new IllegalStateException("transaction " + transaction + " updated no row");
        }
    }

    @Override
    public void close() throws IOException, SQLException {
        try (database;
                connection;
                update) {
            // Closed in this order: statement, connection, files.
        }
    }
}
