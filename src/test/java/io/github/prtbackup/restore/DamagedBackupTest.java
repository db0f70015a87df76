package io.github.prtbackup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be restored is refused with a clear word, and the database stays as it is, to the byte. */
class DamagedBackupTest {

    @TempDir
    Path directory;

    private Path database;
    private PrtBackup backups;
    private BackupInfo backup;
    private byte[] before;

    @BeforeEach
    void create() throws Exception {
        database = directory.resolve("prt.db");
        try (Connection connection = Sql.open(database)) {
            Sql.run(connection, "CREATE TABLE t (v)", "INSERT INTO t VALUES ('first')", "DELETE FROM t");
        }
        backups = PrtBackup.open(database);
        backup = backups.getBackupHistory().get(0);
        before = Files.readAllBytes(database);
    }

    @AfterEach
    void databaseIsUntouched() {
        assertThat(database).hasBinaryContent(before);
        backups.close();
    }

    @Test
    void aFileThatWasDeletedByHand() throws Exception {
        Files.delete(backup.backupPath());

        assertThatThrownBy(() -> backups.restoreFromBackup(backup.backupId()))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(backup.backupPath().toString());
        assertThatThrownBy(() -> backups.exportBackup(backup.backupId(), directory.resolve("out.db")))
                .isInstanceOf(NoSuchFileException.class);
        assertThat(backups.getBackupHistory()).hasSize(2).doesNotContain(backup);
        assertThat(directory.resolve("out.db")).doesNotExist();
    }

    @Test
    void aTruncatedFile() throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(backup.backupPath().toFile(), "rw")) {
            file.setLength(file.length() - 1);
        }
        assertRefused("bytes instead of");
    }

    @Test
    void aFileWithOneByteFlipped() throws Exception {
        byte[] bytes = Files.readAllBytes(backup.backupPath());
        bytes[bytes.length - 1] ^= 1;
        Files.write(backup.backupPath(), bytes);
        assertRefused("SHA-256");
    }

    /** Metadata of another tool may say nothing of the content. */
    @Test
    void aDamagedFileOfWhichNoSumIsKnown() throws Exception {
        Path metadata = backup.backupPath().resolveSibling("backup_metadata.json");
        Files.writeString(metadata, Files.readString(metadata).replaceAll(",\\s*\"sha256\"\\s*:\\s*\"[^\"]*\"", ""));
        byte[] bytes = Files.readAllBytes(backup.backupPath());
        bytes[100] = 77;
        Files.write(backup.backupPath(), bytes);
        assertRefused("malformed");
    }

    @Test
    void anUnknownId() {
        assertThatThrownBy(() -> backups.restoreFromBackup(77))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("#77")
                .hasMessageContaining("[1, 2, 3]");
        assertThatThrownBy(() -> backups.verifyBackup(77)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> backups.deleteBackup(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "[]",
                "\u0000\u0001",
                "{\"backups\": null}",
                "{\"backups\": {}, \"next_id\": 4}",
                "{\"backups\": [null, 1, \"x\", [], {}], \"next_id\": \"four\"}",
                "{\"backups\": [{\"backup_id\": 1, \"backup_path\": \"../../prt.db\"}], \"next_id\": 2}",
                "{\"backups\": [], \"next_id\": -5}",
                "{\"backups\": [], \"next_id\": 99999999999999999999999}"
            })
    void metadataThatCannotBeUsed(String metadata) throws Exception {
        Files.writeString(backup.backupPath().resolveSibling("backup_metadata.json"), metadata);

        try (PrtBackup again = PrtBackup.open(database)) {
            assertThat(again.getBackupHistory())
                    .extracting(BackupInfo::backupPath)
                    .contains(backup.backupPath());
            assertThat(again.getBackupHistory())
                    .hasSize(3)
                    .allSatisfy(info -> assertThat(
                                    again.verifyBackup(info.backupId()).problems())
                            .isEmpty());
            assertThat(again.createBackupWithComment("next").backupId()).isGreaterThanOrEqualTo(4);
        }
    }

    private void assertRefused(String reason) throws IOException {
        long id = backup.backupId();
        assertThatThrownBy(() -> backups.restoreFromBackup(id))
                .isInstanceOf(DamagedBackupException.class)
                .hasMessageContaining(backup.backupPath().toString())
                .hasMessageContaining(reason);
        assertThatThrownBy(() -> backups.exportBackup(id, directory.resolve("out.db")))
                .isInstanceOf(DamagedBackupException.class);
        assertThat(backups.verifyBackup(id).problems())
                .singleElement()
                .asString()
                .contains(reason);
        assertThat(backups.getBackupHistory()).hasSize(3);
    }
}
