package io.github.prtbackup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.UndoRefusedException;
import io.github.prtbackup.VerifyResult;
import io.github.prtbackup.diff.DatabaseDiff;
import io.github.prtbackup.diff.TableChange;
import io.github.prtbackup.diff.Version;
import io.github.prtbackup.testing.AppSql;
import io.github.prtbackup.testing.AppSql.Schema;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A database whose schema calls functions, collations and modules of an application that is not there. */
class ApplicationFunctionsTest {
    @TempDir
    Path directory;

    private Path database;

    /** The last backup has two rows, of which one was updated then. */
    private long create(Schema schema, String strategy) throws Exception {
        database = directory.resolve("app.db");
        try (Connection connection = AppSql.with(Sql.open(database, "backup.strategy=" + strategy))) {
            schema.create(connection);
            Sql.run(connection, "INSERT INTO t(id, s) VALUES (1, 'a'), (2, 'b')", "UPDATE t SET s = 'c' WHERE id = 1");
        }
        try (PrtBackup backups = PrtBackup.open(database)) {
            return backups.getBackupHistory().get(0).backupId();
        }
    }

    static List<Arguments> all() {
        List<Arguments> all = new ArrayList<>();
        for (Schema schema : Schema.values()) {
            all.add(Arguments.of(schema, "full"));
            all.add(Arguments.of(schema, "incremental"));
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("all")
    void nothingStandsInTheWayOfTheData(Schema schema, String strategy) throws Exception {
        long id = create(schema, strategy);
        String after = AppSql.dump(database);
        try (PrtBackup backups = PrtBackup.open(database)) {
            assertThat(backups.verifyBackup(id).problems()).isEmpty();
            try (DatabaseDiff diff = backups.diff(Version.of(id), Version.NOW)) {
                assertThat(diff.tables()).extracting(TableChange::name).contains("t");
            }
            backups.previewRestore(id).close();
            backups.exportBackup(id, directory.resolve("exported.db"));

            backups.undo();
            String before = AppSql.dump(database);
            assertThat(before).isNotEqualTo(after).isEqualTo(AppSql.dump(directory.resolve("exported.db")));
            backups.redo();
            assertThat(AppSql.dump(database)).isEqualTo(after);
            backups.restoreFromBackup(id);
            assertThat(AppSql.dump(database)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource(Schema.class)
    void verifyingSaysWhatWasLeftOut(Schema schema) throws Exception {
        long id = create(schema, "full");
        try (PrtBackup backups = PrtBackup.open(database)) {
            List<String> leftOut = backups.verifyBackup(id).leftOut();
            switch (schema) {
                case PLAIN, VIRTUAL, STORED, DEFAULT, VIEW_AND_TRIGGER ->
                    assertThat(leftOut).isEmpty();
                case CHECK ->
                    assertThat(leftOut)
                            .containsExactly(
                                    "CHECKs and generated columns of table t: only the application has the function REGEXP");
                case VIRTUAL_NOT_NULL, VIRTUAL_STRICT ->
                    assertThat(leftOut)
                            .containsExactly(
                                    "CHECKs and generated columns of table t: only the application has the function slug");
                case VIRTUAL_INDEXED ->
                    assertThat(leftOut)
                            .containsExactly(
                                    "CHECKs and generated columns of table t: only the application has the function slug",
                                    "index ti: only the application has the function slug");
                case EXPRESSION_INDEX, PARTIAL_INDEX ->
                    assertThat(leftOut).containsExactly("index ti: only the application has the function slug");
                case OTHER_LOWER ->
                    assertThat(leftOut)
                            .containsExactly(
                                    "index ti: it does not agree with the rows as they are now computed here; the"
                                            + " application may have functions or collations of its own");
                case COLLATED_INDEX ->
                    assertThat(leftOut).containsExactly("index ti: only the application has the collation de");
                case COLLATED_UNIQUE ->
                    assertThat(leftOut)
                            .containsExactly("index sqlite_autoindex_t_1: only the application has the collation de");
                case COLLATED_KEY ->
                    assertThat(leftOut).containsExactly("order of table t: only the application has the collation de");
                case COLLATED_CHECK ->
                    assertThat(leftOut)
                            .containsExactly(
                                    "CHECKs and generated columns of table t: only the application has the collation de");
                case FULL_TEXT -> assertThat(leftOut).singleElement().asString().startsWith("full-text index f: ");
                case MISSING_MODULE ->
                    assertThat(leftOut)
                            .singleElement()
                            .asString()
                            .startsWith("virtual table w: ")
                            .contains("no such module: ours");
                case MISSING_TOKENIZER ->
                    assertThat(leftOut)
                            .anySatisfy(what -> assertThat(what).startsWith("pages that belong to no table"))
                            .anySatisfy(what -> assertThat(what).startsWith("table f: "))
                            .contains("index ti: only the application has the function slug");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"?1", "?2", "it's ?2", "?1 of ?2"})
    void namesAreTakenToTheLetter(String name) throws Exception {
        database = directory.resolve("app.db");
        try (Connection connection = AppSql.with(Sql.open(database))) {
            Sql.run(
                    connection,
                    "CREATE TABLE \"" + name + "\" (id, s TEXT COLLATE de PRIMARY KEY) WITHOUT ROWID",
                    "CREATE INDEX \"" + name + " i\" ON \"" + name + "\" (lower(id))",
                    "INSERT INTO \"" + name + "\" VALUES ('A', 'a'), ('B', 'b'), ('C', 'c')",
                    "DELETE FROM \"" + name + "\" WHERE id = 'A'");
        }
        try (PrtBackup backups = PrtBackup.open(database)) {
            VerifyResult result =
                    backups.verifyBackup(backups.getBackupHistory().get(0).backupId());
            assertThat(result.problems()).isEmpty();
            assertThat(result.leftOut())
                    .anySatisfy(what -> assertThat(what).startsWith("order of table " + name + ": "))
                    .anySatisfy(what -> assertThat(what).startsWith("index " + name + " i: "));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Schema.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"FULL_TEXT", "MISSING_MODULE", "MISSING_TOKENIZER"})
    void theConnectionOfTheApplicationLeavesNothingOut(Schema schema) throws Exception {
        long id = create(schema, "incremental");
        try (Connection connection = AppSql.with(Sql.open(database));
                PrtBackup backups = PrtBackup.of(connection)) {
            VerifyResult result = backups.verifyBackup(id);
            assertThat(result.problems()).isEmpty();
            assertThat(result.leftOut()).isEmpty();
            assertThat(Sql.column(connection, "SELECT name FROM pragma_database_list"))
                    .containsExactly("main");
        }
    }

    @Test
    void aConnectionThatIsBusyIsLeftAlone() throws Exception {
        long id = create(Schema.CHECK, "full");
        try (Connection connection = AppSql.with(Sql.open(database));
                PrtBackup backups = PrtBackup.of(connection);
                Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery("SELECT id FROM t ORDER BY id")) {
                assertThat(rows.next()).isTrue();
                assertThat(backups.verifyBackup(id).leftOut()).hasSize(1);
                assertThat(rows.next()).isTrue();
            }
            connection.setAutoCommit(false);
            Sql.run(connection, "DELETE FROM t");
            assertThat(backups.verifyBackup(id).leftOut()).hasSize(1);
            connection.rollback();
            connection.setAutoCommit(true);
            assertThat(Sql.column(connection, "SELECT count(*) FROM t")).containsExactly("2");
            assertThat(Sql.column(connection, "SELECT name FROM pragma_database_list"))
                    .containsExactly("main");
            assertThat(backups.verifyBackup(id).leftOut()).isEmpty();
        }
    }

    @Test
    void aConnectionThatIsClosedIsNotMissed() throws Exception {
        long id = create(Schema.CHECK, "full");
        PrtBackup outlives;
        try (Connection connection = AppSql.with(Sql.open(database))) {
            outlives = PrtBackup.of(connection);
        }
        try (outlives) {
            assertThat(outlives.verifyBackup(id).leftOut()).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Schema.class)
    void undoingOneAloneIsDoneOrSaysWhyNot(Schema schema) throws Exception {
        long id = create(schema, "full");
        String after = AppSql.dump(database);
        try (PrtBackup backups = PrtBackup.open(database)) {
            if (Set.of(Schema.PLAIN, Schema.DEFAULT, Schema.VIEW_AND_TRIGGER, Schema.MISSING_MODULE)
                    .contains(schema)) {
                backups.undoOnly(id);
                assertThat(Sql.column(database, "SELECT s FROM t WHERE id = 1")).containsExactly("a");
            } else if (!Set.of(Schema.OTHER_LOWER, Schema.FULL_TEXT).contains(schema)) {
                List<BackupInfo> history = backups.getBackupHistory();
                assertThatThrownBy(() -> backups.undoOnly(id))
                        .isInstanceOf(UndoRefusedException.class)
                        .hasMessageContaining("only the application has");
                assertThat(AppSql.dump(database)).isEqualTo(after);
                assertThat(backups.getBackupHistory()).isEqualTo(history);
            }
        }
    }
}
