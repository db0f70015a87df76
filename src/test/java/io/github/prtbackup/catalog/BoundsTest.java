package io.github.prtbackup.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of backups is bounded when it comes in, so that what is written can be read again. */
class BoundsTest {
    private static final int LONGEST = 4096;
    private static final String PREFIX = "Auto-backup before: ";

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void aLongerCommentIsRefusedAndChangesNothing(String strategy) throws Exception {
        try (PrtBackup backups = open(strategy)) {
            String longest = "\u0001\"ä".repeat(LONGEST / 3) + "x";
            long id = backups.createBackupWithComment(longest).backupId();
            assertThatThrownBy(() -> backups.createBackupWithComment(longest + "y"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("A comment may have 4,096 characters, and this one has 4,097");
            assertThatThrownBy(() -> backups.createBackupWithComment("x".repeat(20_000_000)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(backups.getBackup(id).comment()).isEqualTo(longest);
            assertThat(backups.getBackupHistory()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental"})
    void operationsAndTablesAreCut(String strategy) throws Exception {
        try (PrtBackup backups = open(strategy);
                Connection connection = Sql.open(database(), "backup.strategy=" + strategy)) {
            long precious = backups.createBackupWithComment("precious").backupId();
            // The pair of surrogates would be cut in two.
            String pairs = "x" + "\ud83d\ude00".repeat(1_000_000);
            connection.setClientInfo("backup.operation", pairs);
            Sql.run(connection, "INSERT INTO t VALUES (1)");
            BackupInfo cut = backups.getBackupHistory().get(0);
            assertThat(cut.comment()).isEqualTo((PREFIX + pairs).substring(0, LONGEST - 1));
            connection.setClientInfo("backup.operation", null);
            String table = "\"" + "q".repeat(100_000) + "\"";
            Sql.run(connection, "CREATE TABLE " + table + "(a)", "INSERT INTO " + table + " VALUES (1)");
            BackupInfo newest = backups.getBackupHistory().get(0);
            assertThat(newest.comment()).hasSizeLessThanOrEqualTo(LONGEST);
            assertThat(newest.tables()).isEmpty();
            assertThat(backups.autoBackupBeforeOperation("o".repeat(9_000)).comment())
                    .isEqualTo((PREFIX + "o".repeat(9_000)).substring(0, LONGEST));
            assertThat(backups.getBackup(precious).comment()).isEqualTo("precious");
        }
        assertThat(database().resolveSibling("backups"))
                .isDirectoryNotContaining(file -> file.getFileName().toString().contains("unreadable"));
    }

    @Test
    void moreThanCanBeReadIsNotWritten() throws Exception {
        long kept;
        try (PrtBackup backups = open("full")) {
            kept = backups.createBackupWithComment("kept").backupId();
            Path metadata = database().resolveSibling("backups").resolve("backup_metadata.json");
            String text = Files.readString(metadata);
            // Somebody else's field, which is kept. What is read has no more than two million tokens.
            String field = "{\n  \"others\": [" + "1,".repeat(1_999_900) + "1],";
            Files.writeString(metadata, text.replaceFirst("\\{", field));
            assertThat(backups.getBackup(kept).comment()).isEqualTo("kept");
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 10; i++) {
                            backups.createBackupWithComment("one more");
                        }
                    })
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("has no room for more backups");
            List<BackupInfo> history = backups.getBackupHistory();
            assertThat(history)
                    .hasSizeBetween(2, 9)
                    .last()
                    .extracting(BackupInfo::backupId)
                    .isNotNull();
            assertThat(backups.getBackup(kept).comment()).isEqualTo("kept");
        }
    }

    private Path database() {
        return directory.resolve("a.db");
    }

    private PrtBackup open(String strategy) throws Exception {
        try (Connection connection = Sql.open(database(), "backup.strategy=" + strategy)) {
            Sql.run(connection, "CREATE TABLE t(a)");
        }
        Properties properties = new Properties();
        properties.setProperty("backup.strategy", strategy);
        return PrtBackup.open(database(), properties);
    }
}
