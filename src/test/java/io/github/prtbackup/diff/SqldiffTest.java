package io.github.prtbackup.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Side by side with SQLite's own {@code sqldiff} and shell, on what both can do: {@code sqldiff} rounds real numbers, and
 * takes 1 and 1.0 for the same. Runs where Debian's sqlite3 and
 * sqlite3-tools are installed; {@code .ci/run} installs them and sets the variable by which this fails without them.
 */
class SqldiffTest {
    private static final String REQUIRED = "PRTBACKUP_TEST_NEEDS_SQLDIFF";
    private static final List<String> TABLES = List.of(
            "CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT, size REAL, data BLOB)",
            "CREATE TABLE b (k TEXT PRIMARY KEY, v)",
            "CREATE TABLE c (x INT, y TEXT, z, PRIMARY KEY (x, y)) WITHOUT ROWID",
            "CREATE TABLE d (x INT NOT NULL, y INT NOT NULL, z TEXT, PRIMARY KEY (x, y))");

    @TempDir
    Path home;

    @BeforeAll
    static void isInstalled() {
        boolean isThere = Shell.isInstalled("sqldiff") && Shell.isInstalled("sqlite3");
        assumeTrue(isThere || System.getenv(REQUIRED) != null, "sqldiff or sqlite3 is not installed");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void findsTheSameDifferences(int seed) throws Exception {
        Random random = new Random(seed);
        List<String> made = new ArrayList<>(TABLES);
        for (int i = 0; i < 300; i++) {
            made.add(insert(random));
        }
        List<String> changed = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(60); i++) {
            changed.add(change(random));
        }
        Compared compared = Compared.of(home, made, changed);

        List<String> ours = new ArrayList<>();
        String script;
        try (DatabaseDiff diff = compared.diff()) {
            diff.tables()
                    .forEach(table -> ours.add(table.name() + ": " + table.updated() + " changes, " + table.inserted()
                            + " inserts, " + table.deleted() + " deletes"));
            StringBuilder out = new StringBuilder();
            diff.writeScript(out);
            script = out.toString();
        }
        List<String> theirs = Shell.run("sqldiff", "--primarykey", "--summary", compared.before(), compared.after())
                .lines()
                .filter(line -> !line.contains(" 0 changes, 0 inserts, 0 deletes"))
                .map(line -> line.replaceFirst(", \\d+ unchanged", ""))
                .toList();
        assertThat(ours).containsExactlyInAnyOrderElementsOf(theirs);

        Path byTheirs = Files.copy(compared.before(), home.resolve("theirs.db"));
        try (Connection connection = Sql.plain(byTheirs)) {
            Sql.run(connection, Shell.run("sqldiff", "--primarykey", compared.before(), compared.after()));
        }
        assertThat(Content.of(byTheirs)).isEqualTo(Content.of(compared.after()));

        Path file = Files.writeString(home.resolve("script.sql"), script);
        Shell.run("sqlite3", "-bail", compared.before(), ".read " + file);
        assertThat(Content.of(compared.before())).isEqualTo(Content.of(compared.after()));
        assertThat(Shell.run("sqldiff", "--primarykey", compared.before(), compared.after()))
                .isEmpty();
    }

    private static String insert(Random random) {
        int key = random.nextInt(400);
        String value = List.of("NULL", "'text " + key + "'", "x'00ff'", key + "", "'it''s'", "0.5")
                .get(random.nextInt(6));
        return switch (random.nextInt(4)) {
            case 0 -> "INSERT OR IGNORE INTO a VALUES (" + key + ", 'n" + key + "', " + key / 4.0 + ", " + value + ")";
            case 1 -> "INSERT OR IGNORE INTO b VALUES ('k" + key + "', " + value + ")";
            case 2 -> "INSERT OR IGNORE INTO c VALUES (" + key % 20 + ", 'k" + key + "', " + value + ")";
            default -> "INSERT OR IGNORE INTO d VALUES (" + key % 20 + ", " + key + ", " + value + ")";
        };
    }

    private static String change(Random random) {
        int key = random.nextInt(400);
        return switch (random.nextInt(8)) {
            case 0 -> "DELETE FROM a WHERE id = " + key;
            case 1 -> "UPDATE a SET name = 'new', size = size + 1 WHERE id % 50 = " + key % 50;
            case 2 -> "UPDATE b SET v = 'other' WHERE k LIKE '%" + key % 100 + "'";
            case 3 -> "DELETE FROM c WHERE x = " + key % 20;
            case 4 -> "UPDATE c SET z = 'z" + key + "' WHERE x = " + key % 20;
            case 5 -> "UPDATE d SET z = 'z" + key + "' WHERE y = " + key;
            default -> insert(random);
        };
    }
}
