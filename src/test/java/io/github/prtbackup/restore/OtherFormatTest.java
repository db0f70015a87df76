package io.github.prtbackup.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.AppSql;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The database has been made anew, in another text encoding or journal mode than its backup. */
class OtherFormatTest {
    private static final List<String> ENCODINGS = List.of("UTF-8", "UTF-16", "UTF-16le", "UTF-16be");

    @TempDir
    Path directory;

    static List<Arguments> all() {
        List<Arguments> all = new ArrayList<>();
        for (String before : ENCODINGS) {
            for (String now : ENCODINGS) {
                for (String mode : List.of("delete", "wal")) {
                    for (boolean isOpen : List.of(false, true)) {
                        all.add(Arguments.of(before, now, mode, isOpen));
                    }
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("all")
    void isReplacedAndComesBack(String encoding, String present, String mode, boolean isOpen) throws Exception {
        Path database = directory.resolve("prt.db");
        try (Connection connection = Sql.plain(database)) {
            Sql.run(connection, "PRAGMA encoding = '" + encoding + "'", "CREATE TABLE t (v)");
        }
        String backedUp = AppSql.dump(database);
        try (Connection connection = Sql.open(database, "backup.strategy=incremental")) {
            Sql.run(connection, "INSERT INTO t VALUES ('äöü')");
        }
        Files.delete(database);
        try (Connection connection = Sql.plain(database, "journal_mode=" + mode)) {
            Sql.run(connection, "PRAGMA encoding = '" + present + "'", "CREATE TABLE t (v)");
            Sql.run(connection, "INSERT INTO t VALUES ('now')");
        }
        String now = AppSql.dump(database);

        try (Connection other = isOpen ? Sql.open(database) : null;
                PrtBackup backups = PrtBackup.open(database)) {
            if (isOpen) {
                assertThat(Sql.column(other, "SELECT v FROM t")).containsExactly("now");
            }
            long id = backups.getBackupHistory().get(0).backupId();
            backups.restoreFromBackup(id);
            assertThat(AppSql.dump(database)).isEqualTo(backedUp);
            backups.redo();
            assertThat(AppSql.dump(database)).isEqualTo(now);
            backups.restoreFromBackup(id);
            assertThat(AppSql.dump(database)).isEqualTo(backedUp);
        }
    }

    @ParameterizedTest
    @CsvSource({"delete, false", "delete, true", "wal, false", "wal, true"})
    void nothingIsLeftBesideTheDatabase(String mode, boolean isEmptied) throws Exception {
        Path database = directory.resolve("prt.db");
        try (Connection connection = Sql.plain(database, "journal_mode=" + mode)) {
            Sql.run(connection, "CREATE TABLE t (v)", "INSERT INTO t VALUES ('one')");
        }
        try (Connection connection = Sql.open(database)) {
            Sql.run(connection, "UPDATE t SET v = 'two'");
        }
        if (isEmptied) {
            Files.write(database, new byte[0]);
        } else {
            try (Connection connection = Sql.plain(database)) {
                Sql.run(connection, "PRAGMA journal_mode = DELETE", "PRAGMA page_size = 512", "VACUUM");
                Sql.run(connection, "PRAGMA journal_mode = " + mode);
            }
        }
        try (PrtBackup backups = PrtBackup.open(database)) {
            backups.restoreFromBackup(1);
        }
        assertThat(Sql.column(database, "SELECT v FROM t")).containsExactly("one");
        assertThat(Sql.column(database, "PRAGMA journal_mode")).containsExactly(mode);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString()).toList())
                    .containsExactlyInAnyOrder("prt.db", "backups");
        }
    }

    static List<Arguments> modes() {
        List<Arguments> all = new ArrayList<>();
        for (String before : List.of("delete", "wal")) {
            for (String now : List.of("delete", "wal")) {
                for (String encoding : List.of("UTF-8", "UTF-16le")) {
                    for (int pageSize : List.of(1024, 4096)) {
                        all.add(Arguments.of(before, now, encoding, pageSize));
                    }
                }
            }
        }
        return all;
    }

    /** A database in WAL mode stays in it, another gets the mode of the backup, whatever else comes with it. */
    @ParameterizedTest
    @MethodSource("modes")
    void theModeIsAsIfNothingElseDiffered(String before, String now, String encoding, int pageSize) throws Exception {
        Path database = directory.resolve("prt.db");
        try (Connection connection = Sql.plain(database)) {
            Sql.run(connection, "CREATE TABLE t (v)", "INSERT INTO t VALUES ('äöü')");
            Sql.column(connection, "PRAGMA journal_mode = " + before);
        }
        try (PrtBackup backups = PrtBackup.open(database)) {
            backups.createBackupWithComment("mine");
        }
        Files.delete(database);
        try (Connection connection = Sql.plain(database)) {
            Sql.run(connection, "PRAGMA encoding = '" + encoding + "'", "PRAGMA page_size = " + pageSize);
            Sql.column(connection, "PRAGMA journal_mode = " + now);
            Sql.run(connection, "CREATE TABLE t (v)", "INSERT INTO t VALUES ('now')");
        }
        try (PrtBackup backups = PrtBackup.open(database)) {
            backups.restoreFromBackup(1);
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString()).toList())
                    .containsExactlyInAnyOrder("prt.db", "backups");
        }
        assertThat(Sql.column(database, "PRAGMA journal_mode")).containsExactly(now.equals("wal") ? "wal" : before);
        assertThat(Sql.column(database, "PRAGMA encoding")).containsExactly("UTF-8");
        assertThat(Sql.column(database, "PRAGMA page_size")).containsExactly("4096");
        assertThat(Sql.column(database, "SELECT v FROM t")).containsExactly("äöü");
        try (PrtBackup backups = PrtBackup.open(database)) {
            backups.redo();
        }
        assertThat(Sql.column(database, "SELECT v FROM t")).containsExactly("now");
        assertThat(Sql.column(database, "PRAGMA page_size")).containsExactly(String.valueOf(pageSize));
        assertThat(Sql.column(database, "PRAGMA encoding")).containsExactly(encoding);
    }

    /** Each restore would add to it. */
    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16le"})
    void theLogIsCheckpointedBesideOthers(String encoding) throws Exception {
        Path database = directory.resolve("prt.db");
        try (Connection connection = Sql.plain(database)) {
            Sql.run(connection, "CREATE TABLE t (v)", "INSERT INTO t VALUES ('before')");
        }
        try (PrtBackup backups = PrtBackup.open(database)) {
            backups.createBackupWithComment("mine");
        }
        Files.delete(database);
        try (Connection other = Sql.plain(database)) {
            Sql.run(other, "PRAGMA encoding = '" + encoding + "'", "CREATE TABLE t (v)");
            assertThat(Sql.column(other, "PRAGMA journal_mode = WAL")).containsExactly("wal");
            Sql.run(other, "INSERT INTO t VALUES ('now')");
            assertThat(Sql.column(database, "PRAGMA encoding")).containsExactly(encoding);
            try (PrtBackup backups = PrtBackup.open(database)) {
                backups.restoreFromBackup(1);
            }
            try (Connection fresh = Sql.plain(database)) {
                assertThat(Sql.column(fresh, "SELECT v FROM t")).containsExactly("before");
                try (Statement statement = fresh.createStatement();
                        ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(NOOP)")) {
                    assertThat(row.getInt(2)).as("frames in the log").isGreaterThan(1);
                    assertThat(row.getInt(3)).as("of which in the database").isEqualTo(row.getInt(2));
                }
            }
        }
    }
}
