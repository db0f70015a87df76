package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Order entry in the style of TPC-C: terminals, each a thread with a connection, take orders, book payments, deliver, and
 * ask. The same terminals run on plain sqlite-jdbc first: what does not fail there fails here neither.
 */
class OrderEntryLoadTest {

    private static final int TERMINALS = 4;
    private static final int TRANSACTIONS = 40;
    private static final int DISTRICTS = 4;
    private static final int CUSTOMERS = 10;
    private static final int ITEMS = 50;

    /** Orders with an item that does not exist are rolled back, as TPC-C wants. */
    private static final int UNKNOWN_ITEM = ITEMS + 1;

    private static final String SCHEMA = """
            CREATE TABLE warehouse (id INTEGER PRIMARY KEY, ytd INT NOT NULL);
            CREATE TABLE district (id INTEGER PRIMARY KEY, ytd INT NOT NULL, next_order INT NOT NULL);
            CREATE TABLE customer (id INTEGER, district INT REFERENCES district, balance INT NOT NULL,
              deliveries INT NOT NULL, PRIMARY KEY (district, id));
            CREATE TABLE history (district INT, customer INT, amount INT);
            CREATE TABLE orders (id INT, district INT, customer INT, carrier INT, lines INT, PRIMARY KEY (district, id));
            CREATE TABLE new_order (id INT, district INT, PRIMARY KEY (district, id));
            CREATE TABLE order_line (orders INT, district INT, number INT, item INT, quantity INT, amount INT,
              PRIMARY KEY (district, orders, number));
            CREATE TABLE stock (item INTEGER PRIMARY KEY, price INT NOT NULL, quantity INT NOT NULL, sold INT NOT NULL);
            WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
              INSERT INTO stock SELECT i, i * 10, 1000000, 0 FROM n;
            INSERT INTO warehouse VALUES (1, 0);
            INSERT INTO district SELECT item, 0, 1 FROM stock WHERE item <= 4;
            INSERT INTO customer SELECT stock.item, district.id, 0, 0 FROM stock, district WHERE stock.item <= 10;
            """;

    @TempDir
    Path directory;

    /** How the transactions of all terminals have ended. */
    private record Outcome(int committed, int rolledBack, List<String> failures) {}

    @ParameterizedTest
    @CsvSource({"WAL,full", "WAL,incremental", "DELETE,full", "DELETE,incremental"})
    void nothingFailsThatWouldNotFailWithoutBackups(String journalMode, String strategy) throws Exception {
        Path plain = directory.resolve("plain.db");
        Path ours = directory.resolve("ours.db");
        String[] parameters = {
            "journal_mode=" + journalMode, "transaction_mode=IMMEDIATE", "busy_timeout=60000", "synchronous=NORMAL"
        };
        for (Path database : List.of(plain, ours)) {
            try (Connection connection = Sql.plain(database, parameters)) {
                Sql.run(connection, SCHEMA);
            }
        }

        Outcome control = run(() -> Sql.plain(plain, parameters));
        Outcome outcome = run(() -> Sql.open(ours, with(parameters, strategy)));

        assertThat(control.failures()).isEmpty();
        assertThat(outcome).isEqualTo(control);
        assertThat(outcome.rolledBack()).isPositive();
        assertThat(inconsistencies(plain)).isEmpty();
        assertThat(inconsistencies(ours)).isEmpty();
        for (String sum : List.of(
                "SELECT count(*) || ' ' || sum(amount) FROM order_line",
                "SELECT count(*) || ' ' || sum(amount) FROM history",
                "SELECT group_concat(next_order || ' ' || ytd) FROM (SELECT * FROM district ORDER BY id)")) {
            assertThat(Sql.column(ours, sum)).isEqualTo(Sql.column(plain, sum));
        }
        List<Path> backups = Backups.export(ours, directory);
        // What was rolled back or found nothing to deliver has changed nothing, and gives way to the next.
        int changes = Integer.parseInt(Sql.column(
                        ours,
                        "SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM history)"
                                + " + (SELECT sum(deliveries) FROM customer)")
                .get(0));
        assertThat(backups).hasSizeBetween(changes, changes + 1);
        for (Path backup : backups) {
            assertThat(inconsistencies(backup)).isEmpty();
        }
    }

    private static String[] with(String[] parameters, String strategy) {
        List<String> all = new ArrayList<>(List.of(parameters));
        all.addAll(List.of("backup.strategy=" + strategy, "backup.keep=1000", "backup.keep-points=1000"));
        return all.toArray(new String[0]);
    }

    private static Outcome run(Callable<Connection> connections) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(TERMINALS);
        try {
            List<Future<Outcome>> terminals = new ArrayList<>();
            for (int i = 0; i < TERMINALS; i++) {
                Random random = new Random(i);
                terminals.add(threads.submit(() -> terminal(connections, random)));
            }
            int committed = 0;
            int rolledBack = 0;
            List<String> failures = new ArrayList<>();
            for (Future<Outcome> terminal : terminals) {
                committed += terminal.get().committed();
                rolledBack += terminal.get().rolledBack();
                failures.addAll(terminal.get().failures());
            }
            return new Outcome(committed, rolledBack, failures);
        } finally {
            threads.shutdownNow();
        }
    }

    private static Outcome terminal(Callable<Connection> connections, Random random) throws Exception {
        int committed = 0;
        int rolledBack = 0;
        List<String> failures = new ArrayList<>();
        try (Connection connection = connections.call()) {
            connection.setAutoCommit(false);
            for (int i = 0; i < TRANSACTIONS; i++) {
                int district = 1 + random.nextInt(DISTRICTS);
                int customer = 1 + random.nextInt(CUSTOMERS);
                try {
                    boolean kept = true;
                    switch (random.nextInt(10)) {
                        case 0, 1, 2, 3 -> kept = newOrder(connection, random, district, customer);
                        case 4, 5, 6, 7 -> pay(connection, district, customer, 1 + random.nextInt(5000));
                        default -> deliver(connection, district, random.nextInt(10));
                    }
                    if (kept) {
                        connection.commit();
                        committed++;
                    } else {
                        connection.rollback();
                        rolledBack++;
                    }
                } catch (SQLException e) {
                    failures.add(Differential.describe(e));
                    connection.rollback();
                }
            }
        }
        return new Outcome(committed, rolledBack, failures);
    }

    private static boolean newOrder(Connection connection, Random random, int district, int customer)
            throws SQLException {
        int lines = 3 + random.nextInt(5);
        boolean mistaken = random.nextInt(10) == 0;
        update(connection, "UPDATE district SET next_order = next_order + 1 WHERE id = ?", district);
        long order = number(connection, "SELECT next_order - 1 FROM district WHERE id = ?", district);
        update(connection, "INSERT INTO orders VALUES (?, ?, ?, NULL, ?)", order, district, customer, lines);
        update(connection, "INSERT INTO new_order VALUES (?, ?)", order, district);
        try (PreparedStatement line = connection.prepareStatement("INSERT INTO order_line VALUES (?, ?, ?, ?, ?, ?)")) {
            for (int number = 1; number <= lines; number++) {
                int item = mistaken && number == lines ? UNKNOWN_ITEM : 1 + random.nextInt(ITEMS);
                int quantity = 1 + random.nextInt(10);
                long[] values = {order, district, number, item, quantity, quantity * 10L * item};
                for (int i = 0; i < values.length; i++) {
                    line.setLong(i + 1, values[i]);
                }
                line.addBatch();
                if (update(
                                connection,
                                "UPDATE stock SET quantity = quantity - ?, sold = sold + ? WHERE item = ?",
                                quantity,
                                quantity,
                                item)
                        == 0) {
                    return false;
                }
            }
            line.executeBatch();
        }
        return true;
    }

    private static void pay(Connection connection, int district, int customer, int amount) throws SQLException {
        update(connection, "UPDATE warehouse SET ytd = ytd + ?", amount);
        update(connection, "UPDATE district SET ytd = ytd + ? WHERE id = ?", amount, district);
        update(
                connection,
                "UPDATE customer SET balance = balance - ? WHERE district = ? AND id = ?",
                amount,
                district,
                customer);
        update(connection, "INSERT INTO history VALUES (?, ?, ?)", district, customer, amount);
    }

    /** Writes also if there is nothing to deliver, so that every transaction is a write. */
    private static void deliver(Connection connection, int district, int carrier) throws SQLException {
        update(connection, "UPDATE warehouse SET ytd = ytd");
        long order = number(connection, "SELECT ifnull(min(id), 0) FROM new_order WHERE district = ?", district);
        update(connection, "DELETE FROM new_order WHERE district = ? AND id = ?", district, order);
        update(connection, "UPDATE orders SET carrier = ? WHERE district = ? AND id = ?", carrier, district, order);
        update(
                connection,
                "UPDATE customer SET balance = balance + (SELECT sum(amount) FROM order_line"
                        + " WHERE district = customer.district AND orders = ?), deliveries = deliveries + 1"
                        + " WHERE district = ? AND id = (SELECT customer FROM orders WHERE district = ? AND id = ?)",
                order,
                district,
                district,
                order);
    }

    /** What TPC-C calls consistency conditions; the rows that break one. */
    private static List<String> inconsistencies(Path database) throws SQLException {
        List<String> broken = new ArrayList<>();
        for (String condition : List.of(
                "SELECT 'year to date' WHERE (SELECT ytd FROM warehouse) <> (SELECT sum(ytd) FROM district)",
                "SELECT 'payments' WHERE (SELECT ytd FROM warehouse) <> (SELECT ifnull(sum(amount), 0) FROM history)",
                "SELECT 'next order ' || id FROM district"
                        + " WHERE next_order - 1 <> (SELECT ifnull(max(id), 0) FROM orders WHERE district = district.id)"
                        + " OR next_order - 1 <> (SELECT count(*) FROM orders WHERE district = district.id)",
                "SELECT 'lines ' || id FROM orders WHERE lines <> (SELECT count(*) FROM order_line"
                        + " WHERE order_line.district = orders.district AND order_line.orders = orders.id)",
                "SELECT 'delivered ' || id FROM orders WHERE (carrier IS NULL) <> EXISTS (SELECT 1 FROM new_order"
                        + " WHERE new_order.district = orders.district AND new_order.id = orders.id)",
                "SELECT 'stock ' || item FROM stock WHERE quantity + sold <> 1000000 OR sold <> (SELECT"
                        + " ifnull(sum(quantity), 0) FROM order_line WHERE order_line.item = stock.item)",
                "SELECT 'balance' WHERE (SELECT sum(balance) FROM customer) <> (SELECT ifnull(sum(amount), 0)"
                        + " FROM order_line JOIN orders ON orders.id = orders AND orders.district = order_line.district"
                        + " WHERE carrier IS NOT NULL) - (SELECT ytd FROM warehouse)",
                "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'")) {
            broken.addAll(Sql.column(database, condition));
        }
        return broken;
    }

    private static int update(Connection connection, String sql, long... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setLong(i + 1, values[i]);
            }
            return statement.executeUpdate();
        }
    }

    private static long number(Connection connection, String sql, long value) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, value);
            try (ResultSet row = statement.executeQuery()) {
                return row.getLong(1);
            }
        }
    }
}
