package io.github.prtbackup.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Something else in the place of each file of a backup directory. */
class HostileDirectoryTest {
    private static final long HUGE = 8L << 30;

    @TempDir
    Path directory;

    private Path database;
    private Path backups;
    private Path victim;
    private byte[] victimBytes;

    /** What may lie where a file of ours should be. */
    enum Intruder {
        LINK_TO_A_DATABASE,
        LINK_TO_NOTHING,
        LINK_TO_ITS_OWN_CONTENT,
        LINK_TO_A_DIRECTORY,
        LINK_TO_AN_ENDLESS_DEVICE,
        LINK_TO_ITSELF,
        PIPE,
        DIRECTORY,
        FULL_DIRECTORY,
        EMPTY_FILE,
        HUGE_FILE
    }

    @BeforeEach
    void setUp() throws Exception {
        database = directory.resolve("a.db");
        backups = directory.resolve("backups");
        Path outside = Files.createDirectory(directory.resolve("outside"));
        victim = outside.resolve("victim.db");
        try (Connection plain = Sql.plain(victim)) {
            Sql.run(plain, "CREATE TABLE secret(v)", "INSERT INTO secret VALUES (randomblob(20000))");
        }
        victimBytes = Files.readAllBytes(victim);
    }

    @ParameterizedTest
    @EnumSource
    void amongFullBackups(Intruder intruder) throws Exception {
        tryOnAllFiles(intruder, "full");
    }

    @ParameterizedTest
    @EnumSource
    void amongIncrementalBackups(Intruder intruder) throws Exception {
        tryOnAllFiles(intruder, "incremental");
    }

    private void tryOnAllFiles(Intruder intruder, String strategy) throws Exception {
        Path prototype = Files.createDirectory(directory.resolve("prototype"));
        Path first = prototype.resolve("a.db");
        try (Connection connection = Sql.open(first, "backup.strategy=" + strategy)) {
            Sql.run(connection, "CREATE TABLE t(v)", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)");
        }
        List<String> names = Backups.files(prototype.resolve("backups"));
        int number = 0;
        for (String name : names) {
            Path own = Files.createDirectory(directory.resolve("try-" + number++));
            database = own.resolve("a.db");
            backups = own.resolve("backups");
            try (Connection connection = Sql.open(database, "backup.strategy=" + strategy)) {
                Sql.run(connection, "CREATE TABLE t(v)", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)");
            }
            // The names of full backups hold the time.
            Path file = backups.resolve(Backups.files(backups).get(names.indexOf(name)));
            put(intruder, file);
            exercise(name, strategy);
            assertThat(Files.readAllBytes(victim))
                    .as("%s in the place of %s", intruder, name)
                    .isEqualTo(victimBytes);
            assertThat(Backups.files(victim.getParent())).containsExactly("kept.db", "victim.db");
        }
    }

    /** All that can be done; each is refused or done. What is written to the database is in it, and what was refused is not. */
    private void exercise(String name, String strategy) throws Exception {
        long rows = 2;
        for (int i = 0; i < 3; i++) {
            Bounded.Outcome outcome = Bounded.run("a write with " + name, () -> {
                try (Connection connection =
                        Sql.open(database, "backup.strategy=" + strategy, "backup.keep=2", "backup.keep-points=2")) {
                    Sql.run(connection, "INSERT INTO t VALUES (3)");
                }
                return null;
            });
            rows += outcome == Bounded.Outcome.RESULT ? 1 : 0;
            assertThat(Sql.number(database, "SELECT count(*) FROM t")).isEqualTo(rows);
        }
        Bounded.run("the Java API with " + name, () -> {
            try (PrtBackup backup = PrtBackup.open(database, new Properties())) {
                for (BackupInfo info : backup.getBackupHistory()) {
                    useOne(backup, info, !name.equals(".prtbackup.lock"));
                }
                backup.createBackupWithComment("one more");
                backup.cleanupAutoBackups(1);
                for (BackupInfo info : backup.getBackupHistory()) {
                    backup.deleteBackup(info.backupId());
                }
            }
            return null;
        });
    }

    private void useOne(PrtBackup backup, BackupInfo info, boolean withLock) throws Exception {
        Path exported = Files.createTempDirectory(directory, "exported").resolve("e.db");
        boolean good = backup.verifyBackup(info.backupId()).problems().isEmpty();
        Bounded.Outcome export = Bounded.run("export", () -> {
            backup.exportBackup(info.backupId(), exported);
            return null;
        });
        Bounded.Outcome restore = Bounded.run("restore", () -> backup.restoreFromBackup(info.backupId()));
        // Without the lock of the directory a good backup can be refused, too.
        if (!good || withLock) {
            Bounded.Outcome expected = good ? Bounded.Outcome.RESULT : Bounded.Outcome.REFUSED;
            assertThat(export).as("%s", info).isEqualTo(expected);
            assertThat(restore).as("%s", info).isEqualTo(expected);
        }
        assertThat(Sql.number(database, "SELECT count(*) FROM sqlite_schema WHERE name = 'secret'"))
                .isZero();
    }

    private void put(Intruder intruder, Path file) throws Exception {
        Path kept = victim.resolveSibling("kept.db");
        Files.copy(file, kept, StandardCopyOption.REPLACE_EXISTING);
        Files.delete(file);
        switch (intruder) {
            case LINK_TO_A_DATABASE -> Files.createSymbolicLink(file, victim);
            case LINK_TO_NOTHING -> Files.createSymbolicLink(file, victim.resolveSibling("nothing"));
            case LINK_TO_ITS_OWN_CONTENT -> Files.createSymbolicLink(file, kept);
            case LINK_TO_A_DIRECTORY -> Files.createSymbolicLink(file, victim.getParent());
            case LINK_TO_AN_ENDLESS_DEVICE -> Files.createSymbolicLink(file, Path.of("/dev/zero"));
            case LINK_TO_ITSELF -> Files.createSymbolicLink(file, file);
            case PIPE ->
                assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                        .isZero();
            case DIRECTORY -> Files.createDirectory(file);
            case FULL_DIRECTORY -> Files.createFile(Files.createDirectory(file).resolve("something"));
            case EMPTY_FILE -> Files.createFile(file);
            case HUGE_FILE -> {
                try (RandomAccessFile huge = new RandomAccessFile(file.toFile(), "rw")) {
                    huge.setLength(HUGE);
                }
            }
        }
    }
}
