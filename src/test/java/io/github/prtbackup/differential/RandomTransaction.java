package io.github.prtbackup.differential;

import io.github.prtbackup.testing.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.Random;

/** One random transaction, in one of the ways that JDBC and SQL have for it. */
final class RandomTransaction {

    private static final List<String> ORDINARY = List.of(
            "[SQLITE_ERROR]",
            "[SQLITE_CONSTRAINT",
            // A table that is being read.
            "[SQLITE_LOCKED]",
            "uery returns results",
            "query does not return");

    private final Connection connection;
    private final Random random;
    private final RandomStatement statements;
    private final StringBuilder text = new StringBuilder();

    /** No rollback and nothing that fails: {@code journal_mode=OFF} could not undo it. */
    private final boolean careful;

    /** {@code ""}, or an attached database with a dot. */
    private final String schema;

    RandomTransaction(Connection connection, Random random, boolean careful, String schema) {
        this.connection = connection;
        this.random = random;
        this.statements = new RandomStatement(random);
        this.careful = careful;
        this.schema = schema;
    }

    /** What was run. */
    @Override
    public String toString() {
        return text.toString();
    }

    /** Runs it. An error that SQLite has for a statement is part of the game, and ends the transaction; others are thrown. */
    void run() throws SQLException {
        int kind = random.nextInt(16);
        try {
            if (random.nextInt(10) == 0) {
                beside(kind);
            } else {
                run(kind);
            }
        } catch (SQLException e) {
            text.append(" -- ").append(e.getMessage());
            requireOrdinary(e);
        } finally {
            end();
        }
    }

    /** Lets pass what SQLite, or sqlite-jdbc, has to say against a statement; nothing else may ever happen. */
    static void requireOrdinary(SQLException e) throws SQLException {
        String message = String.valueOf(e.getMessage());
        if (message.contains("No backup of") || ORDINARY.stream().noneMatch(message::contains)) {
            throw e;
        }
    }

    /** With a query open on the same connection. */
    private void beside(int kind) throws SQLException {
        text.append("[reading] ");
        try (Statement reading = connection.createStatement();
                ResultSet rows = reading.executeQuery("SELECT name FROM sqlite_schema")) {
            rows.next();
            run(kind);
        }
    }

    private void run(int kind) throws SQLException {
        switch (kind) {
            case 0, 1, 2 -> one();
            case 3 -> {
                try (PreparedStatement prepared = prepare(statement())) {
                    prepared.executeUpdate();
                    if (random.nextBoolean()) {
                        return;
                    }
                }
            }
            case 4 -> {
                if (careful) {
                    one();
                } else {
                    returning();
                }
            }
            case 5 -> batch();
            case 6 -> preparedBatch();
            case 7 -> update(String.join("; ", several()));
            case 8, 9, 10 -> jdbcTransaction();
            case 11, 12, 13 -> sqlTransaction();
            case 14 -> savepointTransaction();
            default -> alone();
        }
    }

    private String statement() {
        return careful ? statements.harmless(schema) : statements.any(schema);
    }

    private List<String> several() {
        return random.ints(1 + random.nextInt(4)).mapToObj(i -> statement()).toList();
    }

    private void one() throws SQLException {
        String sql = statement();
        if (random.nextBoolean()) {
            update(sql);
            return;
        }
        text.append(sql).append("; ");
        try (Statement statement = connection.createStatement()) {
            if (statement.execute(sql) && random.nextBoolean()) {
                readAll(statement.getResultSet());
            }
        }
    }

    private void returning() throws SQLException {
        String sql = statements.returning(schema);
        text.append(sql).append("; ");
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            if (random.nextBoolean()) {
                readAll(rows);
            }
        }
    }

    private static void readAll(ResultSet rows) throws SQLException {
        while (rows.next()) {
            rows.getObject(1);
        }
    }

    private void batch() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : several()) {
                text.append("[batch] ").append(sql).append("; ");
                statement.addBatch(sql);
            }
            statement.executeBatch();
        }
    }

    private void preparedBatch() throws SQLException {
        try (PreparedStatement prepared = prepare("INSERT OR REPLACE INTO " + schema + "t" + random.nextInt(2)
                + "(id, n, b) VALUES (?, ?, randomblob(?))")) {
            for (int i = random.nextInt(20); i >= 0; i--) {
                prepared.setInt(1, random.nextInt(400));
                prepared.setInt(2, i);
                prepared.setInt(3, random.nextInt(900));
                prepared.addBatch();
            }
            prepared.executeBatch();
        }
    }

    private PreparedStatement prepare(String sql) throws SQLException {
        text.append("[prepared] ").append(sql).append("; ");
        return connection.prepareStatement(sql);
    }

    private void jdbcTransaction() throws SQLException {
        connection.setAutoCommit(false);
        text.append("[begin] ");
        body(random.nextInt(4) == 0);
        if (careful || random.nextInt(4) > 0) {
            text.append("[commit]");
            connection.commit();
        } else {
            text.append("[rollback]");
            connection.rollback();
        }
    }

    private void sqlTransaction() throws SQLException {
        update("BEGIN" + List.of("", " IMMEDIATE", " EXCLUSIVE", " DEFERRED").get(random.nextInt(4)));
        body(false);
        update(careful || random.nextInt(4) > 0 ? random.nextBoolean() ? "COMMIT" : "END" : "ROLLBACK");
    }

    private void savepointTransaction() throws SQLException {
        update("SAVEPOINT outer");
        body(false);
        if (!careful && random.nextInt(4) == 0) {
            update("ROLLBACK TO outer");
        }
        update("RELEASE outer");
    }

    /** The stamps agree at the end, so that half a transaction shows. */
    private void body(boolean jdbc) throws SQLException {
        int stamp = random.nextInt();
        boolean stamped = schema.isEmpty() && !careful && random.nextInt(3) > 0;
        if (random.nextInt(5) == 0) {
            query("SELECT count(*) FROM sqlite_schema");
        }
        if (stamped) {
            update("UPDATE stamp SET a = " + stamp);
        }
        for (int i = random.nextInt(5); i >= 0; i--) {
            switch (careful ? 9 : random.nextInt(12)) {
                case 0 -> {
                    update("SAVEPOINT s");
                    one();
                    one();
                    update(random.nextBoolean() ? "ROLLBACK TO s" : "RELEASE s");
                }
                case 1 -> {
                    if (jdbc) {
                        Savepoint savepoint = connection.setSavepoint();
                        one();
                        connection.rollback(savepoint);
                    }
                }
                case 2 -> returning();
                case 3 -> batch();
                case 4 -> update("CREATE TEMP TABLE IF NOT EXISTS scratch AS SELECT 1 AS a");
                default -> one();
            }
        }
        if (stamped) {
            update("UPDATE stamp SET b = " + stamp);
        }
    }

    /** What refuses to run in a transaction, or changes the file as a whole. */
    private void alone() throws SQLException {
        if (careful) {
            update("VACUUM");
            return;
        }
        switch (random.nextInt(8)) {
            case 0, 1 -> update(schema.isEmpty() ? "VACUUM" : "VACUUM " + schema.replace(".", ""));
            case 2 -> query("PRAGMA " + schema + "auto_vacuum = " + random.nextInt(3));
            case 3 -> update("PRAGMA " + schema + "page_size = " + (512 << random.nextInt(8)));
            case 4 -> query("PRAGMA " + schema + "incremental_vacuum");
            case 5 -> query("PRAGMA optimize");
            case 6 -> {
                text.append("temp; ");
                Sql.run(connection, "CREATE TEMP TABLE IF NOT EXISTS scratch (a)", "INSERT INTO scratch(a) VALUES (1)");
            }
            default -> {
                try (PreparedStatement prepared = prepare(statements.returning(schema))) {
                    prepared.execute();
                }
            }
        }
    }

    private void update(String sql) throws SQLException {
        text.append(sql).append("; ");
        Sql.run(connection, sql);
    }

    private void query(String sql) throws SQLException {
        text.append(sql).append("; ");
        try (Statement statement = connection.createStatement()) {
            if (statement.execute(sql)) {
                readAll(statement.getResultSet());
            }
        }
    }

    /** Leaves the connection in autocommit mode and without a transaction. */
    private void end() throws SQLException {
        if (!connection.getAutoCommit()) {
            try {
                if (careful) {
                    connection.commit();
                } else {
                    connection.rollback();
                }
            } catch (SQLException e) {
                // It has been rolled back already, by OR ROLLBACK for one.
                requireOrdinary(e);
            }
            try {
                connection.setAutoCommit(true);
            } catch (SQLException e) {
                requireOrdinary(e);
            }
        }
        try {
            Sql.run(connection, careful ? "COMMIT" : "ROLLBACK");
        } catch (SQLException e) {
            requireOrdinary(e);
        }
    }
}
