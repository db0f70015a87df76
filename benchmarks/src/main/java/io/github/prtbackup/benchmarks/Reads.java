package io.github.prtbackup.benchmarks;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The reads that are measured, on a connection of any driver. Each returns what it read. */
final class Reads implements Closing.Resource {

    private static final String SIZE = "16MB";
    private static final int ROWS = 10_000;

    private final Database database;
    private final Connection connection;
    private final Statement literal;
    private final PreparedStatement oneRow;
    private final PreparedStatement manyRows;
    private long id;

    private Reads(ReadDriver driver, Database database) throws SQLException {
        this.database = database;
        connection = driver.open(database);
        literal = connection.createStatement();
        oneRow = connection.prepareStatement("SELECT visits FROM contacts WHERE id = ?");
        manyRows = connection.prepareStatement("SELECT id, visits FROM contacts LIMIT " + ROWS);
    }

    /** Opens a database of its own. */
    static Reads open(ReadDriver driver) throws IOException, SQLException {
        Database database = Database.create(SIZE, Journal.WAL_NORMAL);
        try {
            return new Reads(driver, database);
        } catch (SQLException e) {
            database.close();
            throw e;
        }
    }

    long preparedRow() throws SQLException {
        oneRow.setLong(1, nextId());
        try (ResultSet rows = oneRow.executeQuery()) {
            return sum(rows);
        }
    }

    /** A text that comes again and again. */
    long sameLiteralRow() throws SQLException {
        return literalRow(1);
    }

    /** A text that was not seen for 10,000 queries. */
    long otherLiteralRow() throws SQLException {
        return literalRow(nextId());
    }

    long tenThousandRows() throws SQLException {
        try (ResultSet rows = manyRows.executeQuery()) {
            return sum(rows);
        }
    }

    private long literalRow(long wanted) throws SQLException {
        try (ResultSet rows = literal.executeQuery("SELECT visits FROM contacts WHERE id = " + wanted)) {
            return sum(rows);
        }
    }

    private long nextId() {
        id = id % ROWS + 1;
        return id;
    }

    private static long sum(ResultSet rows) throws SQLException {
        long sum = 0;
        while (rows.next()) {
            sum += rows.getLong(1);
        }
        return sum;
    }

    @Override
    public void close() throws IOException, SQLException {
        try (database;
                connection;
                literal;
                oneRow;
                manyRows) {
            // Closed in this order: statements, connection, files.
        }
    }
}
