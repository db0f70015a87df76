package io.github.prtbackup.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.UndoOnlyPreview;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables of up to 2000 columns are compared, logged and undone, whatever their keys are made of. */
class WideTablesTest {
    private static final int ROWS = 4;

    @TempDir
    Path home;

    private Path database() {
        return home.resolve("prt.db");
    }

    private Connection open(String strategy) throws Exception {
        return Sql.open(database(), "backup.strategy=" + strategy, "backup.keep=1000");
    }

    private void make(WideTable table, String strategy) throws Exception {
        try (Connection connection = open(strategy)) {
            connection.setAutoCommit(false);
            Sql.run(connection, table.create(), "CREATE TABLE other (x)");
            for (int i = 0; i < ROWS; i++) {
                Sql.run(connection, table.insert(i));
            }
            connection.commit();
        }
    }

    /** A transaction; which rows it is about can be told by the last column. */
    private static List<String> change(WideTable table, Random random) {
        int row = random.nextInt(ROWS);
        String last = "c" + (table.columns() - 1);
        String where = " WHERE " + last + " = " + row;
        List<String> statements = new ArrayList<>();
        switch (random.nextInt(4)) {
            case 0 -> statements.add("DELETE FROM t" + where);
            case 1 -> statements.add("UPDATE t SET c0 = " + random.nextInt(1000) + where);
            case 2 ->
                statements.add("UPDATE t SET "
                        + WideTable.list(table.columns() - 1, i -> "c" + i + " = c" + i + " || '+'") + where);
            default -> statements.add(table.insert(100 + random.nextInt(1000)));
        }
        if (random.nextBoolean()) {
            statements.add("UPDATE t SET " + last + " = " + last + " + 5000 WHERE " + last + " = " + (row + 1) % ROWS);
        }
        return statements;
    }

    @ParameterizedTest
    @EnumSource(WideTable.class)
    void aTransactionIsTakenBackAlone(WideTable table) throws Exception {
        Random random = new Random(table.name().hashCode());
        for (String strategy : List.of("full", "incremental")) {
            if (strategy.equals("full")) {
                make(table, strategy);
            }
            for (int round = 0; round < 2; round++) {
                Map<String, Integer> before = WideTable.content(database());
                try (Connection connection = open(strategy);
                        PrtBackup backups = PrtBackup.open(database())) {
                    connection.setAutoCommit(false);
                    List<String> change = change(table, random);
                    Sql.run(connection, change.toArray(String[]::new));
                    connection.commit();
                    Map<String, Integer> changed = WideTable.content(database());
                    long id = backups.getBackupHistory().get(0).backupId();
                    Sql.run(connection, "INSERT INTO other VALUES (1)");
                    connection.commit();
                    if (changed.equals(before)) {
                        continue;
                    }

                    try (UndoOnlyPreview preview = backups.previewUndoOnly(id)) {
                        assertThat(preview.conflicts()).as(change.toString()).isEmpty();
                        assertThat(preview.changes().tables()).hasSize(1);
                    }
                    backups.undoOnly(id);

                    assertThat(WideTable.content(database())).isEqualTo(before);
                    backups.undo();
                    assertThat(WideTable.content(database())).isEqualTo(changed);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(WideTable.class)
    void twoStatesAreCompared(WideTable table) throws Exception {
        List<String> rows = new ArrayList<>();
        rows.add(table.create());
        for (int i = 0; i < ROWS; i++) {
            rows.add(table.insert(i));
        }
        Random random = new Random(table.name().hashCode());
        for (int round = 0; round < 2; round++) {
            Path directory = Files.createDirectory(home.resolve("round" + round));
            Compared compared = Compared.of(directory, rows, change(table, random));
            long different = 0;
            StringBuilder script = new StringBuilder();
            try (DatabaseDiff diff = compared.diff();
                    DatabaseDiff whole = Comparer.compareFiles(compared.before(), compared.after(), true)) {
                assertThat(diff.tables()).isEqualTo(whole.tables());
                for (TableChange change : diff.tables()) {
                    different += change.deleted() + change.updated() + change.inserted();
                }
                diff.writeScript(script);
            }

            assertThat(different > 0)
                    .isEqualTo(!WideTable.content(compared.before()).equals(WideTable.content(compared.after())));
            // SQLite's own limits, which the reader of a script has.
            try (Connection connection = Sql.plain(compared.before())) {
                Sql.run(connection, script.toString());
            }
            assertThat(WideTable.content(compared.before())).isEqualTo(WideTable.content(compared.after()));
        }
    }

    @ParameterizedTest
    @EnumSource(value = WideTable.class, names = "NO_NAME_FOR_THE_ROWID", mode = EnumSource.Mode.EXCLUDE)
    void aRowIsFollowed(WideTable table) throws Exception {
        for (String strategy : List.of("full", "incremental")) {
            if (strategy.equals("full")) {
                make(table, strategy);
            }
            try (Connection connection = open(strategy);
                    PrtBackup backups = PrtBackup.open(database())) {
                boolean isKey = table.name().startsWith("KEY") || table == WideTable.WITHOUT_ROWID;
                int keyed = table == WideTable.KEY_OF_HALF ? table.columns() / 2 : table.columns();
                Object[] key = isKey ? key(connection, keyed) : new Object[] {1L};
                String where = isKey ? "c" + (keyed - 1) + " = 0" : "rowid = 1";
                long start = backups.getBackupHistory().get(0).backupId();
                String free = isKey && keyed == table.columns() ? null : "c" + (table.columns() - 2);
                if (free == null) {
                    Sql.run(connection, "DELETE FROM t WHERE " + where, table.insert(0));
                } else {
                    Sql.run(connection, "UPDATE t SET " + free + " = '" + strategy + "' WHERE " + where);
                }
                Sql.run(connection, "INSERT INTO other VALUES (1)");

                List<RowChange.Kind> kinds = new ArrayList<>();
                try (RowLog log = backups.log("t", RowKey.of(key))) {
                    for (RowVersion version = log.next(); version != null; version = log.next()) {
                        if (version.from().isPresent()
                                && version.from().get().backup().orElseThrow() > start) {
                            kinds.add(version.change().kind());
                        }
                    }
                }
                assertThat(kinds)
                        .isEqualTo(
                                free != null
                                        ? List.of(RowChange.Kind.UPDATED)
                                        : List.of(RowChange.Kind.DELETED, RowChange.Kind.INSERTED));
            }
        }
    }

    private static Object[] key(Connection connection, int columns) throws Exception {
        List<Object> key = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT " + WideTable.list(columns, i -> "c" + i)
                        + " FROM t WHERE c" + (columns - 1) + " = 0")) {
            row.next();
            for (int i = 1; i <= columns; i++) {
                key.add(row.getObject(i));
            }
        }
        return key.toArray();
    }
}
