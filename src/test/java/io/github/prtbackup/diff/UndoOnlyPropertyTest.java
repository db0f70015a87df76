package io.github.prtbackup.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.UndoOnlyPreview;
import io.github.prtbackup.UndoRefusedException;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random histories, from each of which one transaction is taken back. Where no later one has touched its rows, what comes
 * out is what the history without it comes to; otherwise it is refused, with the rows that later ones have touched.
 */
class UndoOnlyPropertyTest {
    /** {@code -Dprtbackup.histories=100} for a long run, {@code -Dprtbackup.seed} for one that failed. */
    private static final int HISTORIES = Integer.getInteger("prtbackup.histories", 6);

    private static final int FIRST_SEED = Integer.getInteger("prtbackup.seed", 1);
    private static final int TRANSACTIONS = 8;

    /** Few enough that later transactions often touch the rows of earlier ones. */
    private static final int KEY_RANGE = 5;

    private static final List<String> SCHEMA = List.of(
            "CREATE TABLE ids (id INTEGER PRIMARY KEY, v, w UNIQUE)",
            "CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, v)",
            "CREATE TABLE pairs (x INT, y TEXT COLLATE NOCASE, v, PRIMARY KEY (x, y))",
            "CREATE TABLE compact (x INT, y TEXT, v, PRIMARY KEY (y, x)) WITHOUT ROWID",
            "CREATE TABLE bag (id INT, v)",
            "CREATE TABLE made (id INTEGER PRIMARY KEY, v, d AS (v || '!') STORED, e AS (id * 2))",
            "CREATE TABLE log (line)",
            "CREATE TRIGGER ids_log AFTER UPDATE ON ids BEGIN INSERT INTO log VALUES ('changed ' || old.id); END",
            "CREATE INDEX bag_v ON bag(v)");

    /** How a row of each table is named, by which the model knows it. */
    private static final Map<String, String> KEYS = Map.of(
            "ids", "id",
            "counted", "id",
            "pairs", "x || ' ' || lower(y)",
            "compact", "x || ' ' || y",
            "bag", "rowid",
            "made", "id",
            "log", "rowid");

    private static final List<String> CHANGES = List.of(
            "INSERT OR IGNORE INTO ids VALUES (#, ?, NULL)",
            "INSERT OR IGNORE INTO ids VALUES (#, ?, 'w#')",
            "UPDATE ids SET v = ? WHERE id = #",
            "UPDATE OR IGNORE ids SET w = 'w' || (# + 1) WHERE id = #",
            "DELETE FROM ids WHERE id = #",
            "INSERT OR IGNORE INTO counted VALUES (#, ?)",
            "UPDATE counted SET v = ? WHERE id = #",
            "DELETE FROM counted WHERE id = #",
            "INSERT OR REPLACE INTO pairs VALUES (#, 'Y', ?)",
            "INSERT OR REPLACE INTO pairs VALUES (#, 'y', ?)",
            "UPDATE pairs SET v = ? WHERE x = #",
            "DELETE FROM pairs WHERE x = #",
            "INSERT OR REPLACE INTO compact VALUES (#, 'k', ?)",
            "UPDATE compact SET v = ? WHERE x = #",
            "UPDATE OR IGNORE compact SET y = 'other' WHERE x = #",
            "DELETE FROM compact WHERE x = #",
            "INSERT OR REPLACE INTO bag(rowid, id, v) VALUES (#, #, ?)",
            "UPDATE bag SET v = ? WHERE rowid = #",
            "DELETE FROM bag WHERE rowid = #",
            "INSERT OR REPLACE INTO made(id, v) VALUES (#, ?)",
            "UPDATE made SET v = ? WHERE id = #");

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"full, DELETE", "full, WAL", "incremental, DELETE", "incremental, WAL"})
    void equalsTheHistoryWithoutTheTransaction(String strategy, String journalMode) throws Exception {
        int undone = 0;
        int refused = 0;
        for (int seed = FIRST_SEED; seed < FIRST_SEED + HISTORIES; seed++) {
            Random random = new Random(seed);
            Path home = Files.createDirectories(directory.resolve(strategy + journalMode + seed));
            Path database = home.resolve("prt.db");
            try (Connection plain = Sql.plain(database)) {
                Sql.column(plain, "PRAGMA journal_mode = " + journalMode);
            }
            List<List<String>> transactions = new ArrayList<>();
            transactions.add(SCHEMA);
            transactions.add(changes(random, 60));
            while (transactions.size() < TRANSACTIONS) {
                transactions.add(changes(random, 4));
            }
            List<Map<String, String>> states = new ArrayList<>();
            List<Long> ids = new ArrayList<>();
            try (Connection connection = Sql.open(database, "backup.strategy=" + strategy, "backup.keep=1000")) {
                for (List<String> transaction : transactions) {
                    states.add(rows(database));
                    run(connection, transaction);
                    ids.add(Backups.newest(database).backupId());
                }
            }
            states.add(rows(database));
            for (int chosen = 2; chosen < TRANSACTIONS; chosen++) {
                if (check(home, database, transactions, states, chosen, ids.get(chosen), "seed " + seed)) {
                    undone++;
                } else {
                    refused++;
                }
            }
        }
        assertThat(undone).isPositive();
        assertThat(refused).isPositive();
    }

    /** Takes one transaction back, and that back again. Returns whether it was not refused. */
    private static boolean check(
            Path home,
            Path database,
            List<List<String>> transactions,
            List<Map<String, String>> states,
            int chosen,
            long id,
            String seed)
            throws Exception {
        String story = seed + ", without " + chosen + " of\n"
                + String.join("\n", transactions.stream().map(List::toString).toList());
        Map<String, String> left = states.get(chosen + 1);
        Map<String, String> changed = difference(states.get(chosen), left);
        Map<String, String> present = states.get(states.size() - 1);
        List<String> conflicts = changed.keySet().stream()
                .filter(row -> !Objects.equals(left.get(row), present.get(row)))
                // Without a key, a row that was deleted comes back under whatever rowid is free, unless it is there
                // again.
                .filter(row -> left.containsKey(row)
                        || !hasNoKey(row)
                        || present.get(row).equals(states.get(chosen).get(row)))
                .sorted()
                .toList();
        try (PrtBackup backups = PrtBackup.open(database)) {
            if (backups.undoable().stream().noneMatch(backup -> backup.backupId() == id)) {
                assertThat(changed).as("what has given way: %s", story).isEmpty();
                return true;
            }
            if (changed.isEmpty()) {
                assertThatThrownBy(() -> backups.undoOnly(id)).hasMessageContaining("changed nothing");
                return true;
            }
            List<String> found;
            try (UndoOnlyPreview preview = backups.previewUndoOnly(id)) {
                found = preview.conflicts().stream()
                        .filter(conflict -> !conflict.reason().contains("UNIQUE"))
                        .map(UndoOnlyPropertyTest::name)
                        .distinct()
                        .sorted()
                        .toList();
                assertThat(found).as(story).isEqualTo(conflicts);
                if (!preview.conflicts().isEmpty()) {
                    assertThatThrownBy(() -> backups.undoOnly(id)).isInstanceOf(UndoRefusedException.class);
                    assertThat(rows(database)).as(story).isEqualTo(present);
                    return false;
                }
            }
            backups.undoOnly(id);
            List<String> expected = new ArrayList<>(content(present));
            changed.keySet().forEach(row -> {
                if (left.containsKey(row)) {
                    expected.remove(content(row, left.get(row)));
                }
                String before = states.get(chosen).get(row);
                if (before != null) {
                    expected.add(content(row, before));
                }
            });
            expected.sort(null);
            assertThat(content(rows(database))).as(story).isEqualTo(expected);
            assertThat(Sql.column(database, "PRAGMA integrity_check")).containsExactly("ok");
            replay(home, transactions, states, chosen)
                    .ifPresent(
                            replayed -> assertThat(content(replayed)).as(story).isEqualTo(expected));
            backups.undo();
            assertThat(rows(database)).as(story).isEqualTo(present);
            return true;
        }
    }

    private static boolean hasNoKey(String row) {
        return row.startsWith("bag ") || row.startsWith("log ");
    }

    private static String content(String row, String content) {
        return hasNoKey(row) ? row.substring(0, 3) + content : row + content;
    }

    private static List<String> content(Map<String, String> rows) {
        return rows.entrySet().stream()
                .map(row -> content(row.getKey(), row.getValue()))
                .sorted()
                .toList();
    }

    private static String name(Conflict conflict) {
        Row row = conflict.expected().or(conflict::present).orElseThrow();
        String table = conflict.table();
        return table + " "
                + switch (table) {
                    case "pairs" ->
                        row.value("x") + " "
                                + row.value("y").text().orElseThrow().toLowerCase(Locale.ROOT);
                    case "compact" ->
                        row.value("x") + " " + row.value("y").text().orElseThrow();
                    default -> String.valueOf(row.rowid().orElseThrow());
                };
    }

    /**
     * What the history comes to without one transaction; empty if a later one then does something else than it did, as an
     * update does of a row that the transaction had deleted.
     */
    private static Optional<Map<String, String>> replay(
            Path home, List<List<String>> transactions, List<Map<String, String>> states, int without)
            throws Exception {
        Path copy = home.resolve("replayed-" + without + ".db");
        Set<String> undone =
                difference(states.get(without), states.get(without + 1)).keySet();
        Map<String, String> rows = Map.of();
        for (int i = 0; i < transactions.size(); i++) {
            if (i != without) {
                try (Connection connection = Sql.plain(copy)) {
                    run(connection, transactions.get(i));
                }
                Map<String, String> next = rows(copy);
                Map<String, String> changed = difference(states.get(i), states.get(i + 1));
                boolean isTouched = i > without && !Collections.disjoint(changed.keySet(), undone);
                if (isTouched || !difference(rows, next).equals(changed)) {
                    return Optional.empty();
                }
                rows = next;
            }
        }
        return Optional.of(rows);
    }

    private static void run(Connection connection, List<String> statements) throws Exception {
        connection.setAutoCommit(false);
        Sql.run(connection, statements.toArray(new String[0]));
        connection.commit();
        connection.setAutoCommit(true);
    }

    private static List<String> changes(Random random, int most) {
        List<String> statements = new ArrayList<>();
        int count = 1 + random.nextInt(most);
        for (int i = 0; i < count; i++) {
            String number = String.valueOf(random.nextInt(KEY_RANGE));
            List<String> values = List.of("NULL", "1", "1.0", "'1'", "x'31'", "'v" + random.nextInt(50) + "'", "0.1");
            statements.add(CHANGES.get(random.nextInt(CHANGES.size()))
                    .replace("#", number)
                    .replace("?", values.get(random.nextInt(values.size()))));
        }
        return statements;
    }

    private static Map<String, String> difference(Map<String, String> from, Map<String, String> to) {
        Map<String, String> changed = new LinkedHashMap<>();
        to.forEach((row, content) -> {
            if (!content.equals(from.get(row))) {
                changed.put(row, content);
            }
        });
        from.keySet().stream().filter(row -> !to.containsKey(row)).forEach(row -> changed.put(row, ""));
        return changed;
    }

    /** All rows, by table and key. */
    private static Map<String, String> rows(Path database) throws Exception {
        Map<String, String> rows = new TreeMap<>();
        try (Connection connection = Sql.plain(database)) {
            for (Map.Entry<String, String> table : KEYS.entrySet()) {
                if (Sql.number(connection, "SELECT count(*) FROM sqlite_schema WHERE name = '" + table.getKey() + "'")
                        > 0) {
                    String columns = String.join(
                            " || ' ' || ",
                            Sql.column(
                                    connection,
                                    "SELECT 'typeof(' || name || ') || quote(' || name || ')' FROM pragma_table_xinfo('"
                                            + table.getKey() + "')"));
                    for (String row : Sql.column(
                            connection,
                            "SELECT '" + table.getKey() + " ' || (" + table.getValue() + ") || char(9) || " + columns
                                    + " FROM " + table.getKey())) {
                        rows.put(row.substring(0, row.indexOf('\t')), row.substring(row.indexOf('\t')));
                    }
                }
            }
        }
        return rows;
    }
}
