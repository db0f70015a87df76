package io.github.prtbackup.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The history of one row, by what the database was made of and by a model that knows every state. */
class RowLogTest {

    @TempDir
    Path home;

    private Connection open(String strategy, String... more) throws SQLException {
        List<String> parameters = new ArrayList<>(List.of("backup.strategy=" + strategy, "backup.keep=1000"));
        parameters.addAll(List.of(more));
        return Sql.open(database(), parameters.toArray(String[]::new));
    }

    private Path database() {
        return home.resolve("prt.db");
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void tellsEachChangeOnce(String strategy) throws Exception {
        try (Connection connection = open(strategy)) {
            Sql.run(
                    connection,
                    "CREATE TABLE t (id INTEGER PRIMARY KEY, name, size)",
                    "INSERT INTO t VALUES (1, 'Ada', 5), (2, 'Grace', NULL)",
                    "UPDATE t SET name = 'Grace H' WHERE id = 2",
                    "UPDATE t SET name = 'ADA' WHERE id = 1",
                    "CREATE TABLE other (x)",
                    "INSERT INTO other VALUES (1)",
                    "UPDATE t SET size = '5' WHERE id = 1",
                    "DELETE FROM t WHERE id = 1",
                    "INSERT INTO t VALUES (1, 'again', 0)",
                    "ALTER TABLE t ADD COLUMN later DEFAULT 7",
                    "UPDATE t SET later = 8 WHERE id = 1",
                    "DROP TABLE t");
        }

        assertThat(log("T", RowKey.of(1)))
                .containsExactly(
                        "#2 #3 INSERTED [1, 'Ada', 5]",
                        "#4 #5 UPDATED [1, 'ADA', 5] [name]",
                        "#7 #8 UPDATED [1, 'ADA', '5'] [size]",
                        "#8 #9 DELETED [1, 'ADA', '5']",
                        "#9 #10 INSERTED [1, 'again', 0]",
                        "#11 #12 UPDATED [1, 'again', 0, 8] [later]",
                        "#12 now DELETED [1, 'again', 0, 8]");
        assertThat(log("t", RowKey.of(3))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "(k TEXT PRIMARY KEY, v) | 5 | '5'",
                "(k TEXT PRIMARY KEY, v) | 007 | '007'",
                "(k TEXT PRIMARY KEY, v) | it's | 'it''s'",
                "(k TEXT COLLATE NOCASE PRIMARY KEY, v) | ADA | 'ada'",
                "(k PRIMARY KEY, v) | 5 | 5",
                "(k PRIMARY KEY, v) | '5' | '5'",
                "(k PRIMARY KEY, v) | 5.5 | 5.5",
                "(k PRIMARY KEY, v) | x'00fF' | x'00ff'",
                "(k PRIMARY KEY, v) | NULL | NULL",
                "(k PRIMARY KEY, v) | 'NULL' | 'NULL'",
                "(k INT PRIMARY KEY, v) | -7 | -7",
                "(k REAL PRIMARY KEY, v) | 1e3 | 1000.0",
                "(v, k INTEGER PRIMARY KEY) | 9223372036854775807 | 9223372036854775807",
                "(v, k INTEGER PRIMARY KEY) | ' 12 ' | 12",
                "(v, k INTEGER PRIMARY KEY) | 12.0 | 12",
                "(k TEXT PRIMARY KEY, v) WITHOUT ROWID | Größe | 'Größe'",
                "(k PRIMARY KEY DESC, v) | 5 | 5",
            })
    void findsKeysOfEveryKind(String definition, String typed, String stored) throws Exception {
        for (String strategy : List.of("full", "incremental")) {
            Path database = home.resolve(strategy + ".db");
            try (Connection connection = Sql.open(database, "backup.strategy=" + strategy)) {
                Sql.run(
                        connection,
                        "CREATE TABLE t " + definition,
                        "INSERT INTO t (k, v) VALUES (77, 0), (" + stored + ", 1)",
                        "UPDATE t SET v = 2 WHERE v = 1");
            }
            assertThat(log(database, "t", RowKey.ofText(List.of(typed))))
                    .as(strategy)
                    .hasSize(2)
                    .last()
                    .asString()
                    .startsWith("#" + Backups.newest(database).backupId() + " now UPDATED");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void findsCompositeKeysAndRowids(String strategy) throws Exception {
        try (Connection connection = open(strategy)) {
            Sql.run(
                    connection,
                    "CREATE TABLE pairs (v, a INT, b TEXT COLLATE NOCASE, PRIMARY KEY (b, a))",
                    "INSERT INTO pairs VALUES (0, 1, 'x'), (0, 2, 'x'), (0, NULL, 'x'), (0, NULL, 'x')",
                    "UPDATE pairs SET v = 1 WHERE a = 2",
                    "CREATE TABLE none (v)",
                    "INSERT INTO none VALUES ('one'), ('two')",
                    "UPDATE none SET v = 'TWO' WHERE rowid = 2",
                    "VACUUM");
        }

        assertThat(log("pairs", RowKey.of("X", 2)))
                .containsExactly("#2 #3 INSERTED [0, 2, 'x']", "#3 #4 UPDATED [1, 2, 'x'] [v]");
        assertThat(log("pairs", RowKey.ofRowid(2))).hasSize(2);
        assertThat(log("none", RowKey.of(2))).hasSize(2);
        assertThatThrownBy(() -> log("pairs", RowKey.of("x", null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("several rows of pairs have the key x, null");
        assertThatThrownBy(() -> log("pairs", RowKey.of(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("b, a");
        assertThatThrownBy(() -> log("nothing", RowKey.of(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[none, pairs]");
    }

    @Test
    void tellsWhatIsThereFromTheStart() throws Exception {
        try (Connection connection = Sql.plain(database())) {
            Sql.run(connection, "CREATE TABLE t (x)", "INSERT INTO t VALUES (1)");
        }
        assertThat(log("t", RowKey.of(1))).containsExactly("- now INSERTED [1]");
        try (PrtBackup backups = PrtBackup.open(database())) {
            backups.createBackupWithComment("");
            backups.createBackupWithComment("");
        }
        assertThat(log("t", RowKey.of(1))).containsExactly("- #1 INSERTED [1]");
    }

    /** The page with the row is damaged in the base, on which the first three backups rest, and not in the log. */
    @Test
    void leavesOutWhatIsDamaged() throws Exception {
        try (Connection connection = Sql.plain(database())) {
            Sql.run(
                    connection,
                    "CREATE TABLE t (id INTEGER PRIMARY KEY, name)",
                    "CREATE TABLE other (x)",
                    "INSERT INTO t VALUES (1, 'first')");
        }
        try (Connection connection = open("incremental")) {
            Sql.run(
                    connection,
                    "INSERT INTO other VALUES (1)",
                    "INSERT INTO other VALUES (2)",
                    "UPDATE t SET name = 'second'",
                    "INSERT INTO other VALUES (3)",
                    "UPDATE t SET name = 'third'");
        }
        assertThat(log("t", RowKey.of(1)))
                .containsExactly(
                        "- #1 INSERTED [1, 'first']",
                        "#3 #4 UPDATED [1, 'second'] [name]",
                        "#5 now UPDATED [1, 'third'] [name]");

        Path directory = home.resolve("backups");
        Backups.awaitSettled(directory);
        Path base = directory.resolve(Backups.files(directory).stream()
                .filter(name -> name.endsWith(".base"))
                .findFirst()
                .orElseThrow());
        byte[] bytes = Files.readAllBytes(base);
        bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("first")] = 'F';
        Files.write(base, bytes);

        assertThat(log("t", RowKey.of(1)))
                .containsExactly("- #4 INSERTED [1, 'second']", "#5 now UPDATED [1, 'third'] [name]");
        try (PrtBackup backups = PrtBackup.open(database());
                RowLog log = backups.log("t", RowKey.of(1))) {
            RowVersion unused = log.next();
            assertThat(log.leftOut())
                    .extracting(left -> left.state().toString())
                    .containsExactly("#1", "#2", "#3");
            assertThat(log.leftOut()).allSatisfy(left -> assertThat(left.why()).contains("page 2 "));
        }
    }

    /** Rows that overflow, trees that split and merge, tables that come and go; every row against every state. */
    @ParameterizedTest
    @CsvSource({"1,DELETE", "2,WAL", "3,DELETE", "4,WAL", "5,DELETE", "6,WAL"})
    void agreesWithAModel(long seed, String journal) throws Exception {
        Random random = new Random(seed);
        TreeMap<Long, Map<String, String>> model = new TreeMap<>();
        String strategy = seed > 4 ? "auto" : "incremental";
        try (Connection connection =
                open(strategy, "journal_mode=" + journal, "backup.full-max-size=60KB", "backup.keep-points=1000")) {
            Sql.run(connection, "PRAGMA page_size = 512", "CREATE TABLE first (x)");
            for (int step = 0; step < 120; step++) {
                Map<String, String> state = everything(connection);
                try {
                    write(connection, random, step);
                } catch (SQLException e) {
                    // A table that is not there, or a key that is: then it is the next backup's state as well.
                }
                model.putIfAbsent(Backups.newest(database()).backupId(), state);
                if (step == 80 && seed % 2 == 0) {
                    try (PrtBackup backups = PrtBackup.open(database())) {
                        backups.deleteBackup(backups.getBackupHistory().get(3).backupId());
                        backups.createBackupWithComment("");
                        model.put(Backups.newest(database()).backupId(), everything(connection));
                    }
                }
            }
            model.keySet()
                    .retainAll(Backups.of(database()).stream()
                            .map(BackupInfo::backupId)
                            .toList());
            model.put(Long.MAX_VALUE, everything(connection));
        }

        for (String table : List.of("ids", "keys", "pairs")) {
            for (int id = 0; id < 40; id += 3) {
                RowKey key = table.equals("ids") ? RowKey.of(id) : RowKey.of("key " + id);
                assertThat(log(table, key))
                        .as(table + " " + key)
                        .isEqualTo(expected(model, table + " " + (table.equals("ids") ? id : "key " + id)));
            }
        }
    }

    private static void write(Connection connection, Random random, int step) throws SQLException {
        int id = random.nextInt(40);
        String text =
                "printf('%.*c', " + (random.nextInt(4) == 0 ? 2000 : 20) + ", '" + (char) ('a' + step % 26) + "')";
        String table = List.of("ids", "keys", "pairs").get(random.nextInt(3));
        String key = table.equals("ids") ? String.valueOf(id) : "'key " + id + "'";
        String sql = switch (random.nextInt(14)) {
            case 0 -> "CREATE TABLE ids (id INTEGER PRIMARY KEY, text)";
            case 1 -> "CREATE TABLE keys (id TEXT PRIMARY KEY, text)";
            case 2 -> "CREATE TABLE pairs (text, id TEXT PRIMARY KEY) WITHOUT ROWID";
            case 3 -> random.nextInt(4) == 0 ? "DROP TABLE " + table : "CREATE TABLE x" + step + " (x)";
            case 4 -> random.nextInt(4) == 0 ? "VACUUM" : "DELETE FROM " + table + " WHERE id > " + key;
            case 5, 6 -> "DELETE FROM " + table + " WHERE id = " + key;
            case 7, 8 -> "UPDATE " + table + " SET text = " + text + " WHERE id = " + key;
            case 9 ->
                "WITH RECURSIVE s(n) AS (VALUES (" + id
                        + ") UNION ALL SELECT n + 1 FROM s LIMIT 20) INSERT OR REPLACE INTO "
                        + table + " (id, text) SELECT " + (table.equals("ids") ? "" : "'key ' || ") + "n, " + text
                        + " FROM s";
            default -> "INSERT OR REPLACE INTO " + table + " (id, text) VALUES (" + key + ", " + text + ")";
        };
        Sql.run(connection, sql);
    }

    private static Map<String, String> everything(Connection connection) throws SQLException {
        Map<String, String> rows = new TreeMap<>();
        for (String table : Sql.column(
                connection,
                "SELECT name FROM sqlite_schema WHERE name IN ('ids', 'keys', 'pairs') AND type = 'table'")) {
            try (Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery("SELECT id, text FROM " + table)) {
                while (result.next()) {
                    rows.put(table + " " + result.getString(1), result.getString(2));
                }
            }
        }
        return rows;
    }

    private static List<String> expected(SortedMap<Long, Map<String, String>> model, String row) {
        List<String> expected = new ArrayList<>();
        String before = null;
        String from = "-";
        for (var state : model.entrySet()) {
            String now = state.getValue().get(row);
            String to = state.getKey() == Long.MAX_VALUE ? "now" : "#" + state.getKey();
            if (now == null ? before != null : !now.equals(before)) {
                String kind = before == null ? "INSERTED" : now == null ? "DELETED" : "UPDATED";
                expected.add(from + " " + to + " " + kind + " " + (now == null ? before : now).hashCode());
            }
            before = now;
            from = to;
        }
        return expected;
    }

    private List<String> log(String table, RowKey key) throws Exception {
        return log(database(), table, key);
    }

    private static List<String> log(Path database, String table, RowKey key) throws Exception {
        List<String> told = new ArrayList<>();
        try (PrtBackup backups = PrtBackup.open(database);
                RowLog log = backups.log(table, key)) {
            for (RowVersion version = log.next(); version != null; version = log.next()) {
                Row row = version.change().after().or(version.change()::before).orElseThrow();
                String values = row.columns().contains("text")
                        ? String.valueOf(row.value("text").text().orElseThrow().hashCode())
                        : row.values().toString();
                told.add(version.from().map(Version::toString).orElse("-") + " " + version.to() + " "
                        + version.change().kind() + " " + values
                        + (version.change().changed().isEmpty() || row.columns().contains("text")
                                ? ""
                                : " " + version.change().changed()));
            }
        }
        assertThat(Backups.files(database.resolveSibling("backups"))).noneMatch(name -> name.startsWith(".tmp"));
        return told;
    }
}
