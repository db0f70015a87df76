package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyBarTest {
    private static final long MB = 1 << 20;

    @TempDir
    Path directory;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Terminal terminal = new Terminal(
            InputStream.nullInputStream(), new ByteArrayOutputStream(), err, StandardCharsets.UTF_8, true, () -> 80);
    private long now = 1;

    @Test
    void tellsTheRateAndTheTimeLeft() {
        VerifyBar bar = new VerifyBar(terminal, () -> now);
        bar.reading(10 * MB, 1000 * MB);
        assertThat(shown()).isEmpty();

        now += Duration.ofSeconds(2).toNanos();
        bar.reading(250 * MB, 1000 * MB);
        assertThat(shown()).endsWith("]  25 %  250.0 MB of 1000.0 MB, 125 MB/s, 6 s left");

        bar.close();
        assertThat(shown()).endsWith(" \r");
    }

    @Test
    void tellsWhatSqliteIsAt() throws Exception {
        Path database = directory.resolve("prt.db");
        try (Connection ours = Sql.open(database)) {
            Sql.run(ours, "CREATE TABLE t (a)");
        }
        BackupInfo backup = Backups.newest(database);
        VerifyBar bar = new VerifyBar(terminal, () -> now);
        bar.checking(backup, 0, 1);
        now += Duration.ofSeconds(70).toNanos();
        bar.checking(backup, 0, 1);
        assertThat(shown()).endsWith("\rintegrity_check of #1, 1 min");

        now += Duration.ofSeconds(50).toNanos();
        bar.checking(backup, 20, 1000);
        assertThat(shown()).endsWith("]   2 %  integrity_check of #1, 21 of 1000, 1 h 38 min left");
    }

    private String shown() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
