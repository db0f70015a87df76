package io.github.prtbackup.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackupNameTest {
    private static final LocalDateTime TIME = LocalDateTime.of(2025, 1, 2, 15, 30, 45);

    @Test
    void formatsAsInTheContract() {
        assertThat(new BackupName("prt.db", TIME, 1, true).format()).isEqualTo("prt.db.backup_20250102_153045_auto.db");
        assertThat(new BackupName("prt.db", TIME, 2, true).format())
                .isEqualTo("prt.db.backup_20250102_153045_2_auto.db");
        assertThat(new BackupName("prt.db", TIME, 1, false).format()).isEqualTo("prt.db.backup_20250102_153045.db");
        assertThat(new BackupName("prt.db", TIME, 12, false).format()).isEqualTo("prt.db.backup_20250102_153045_12.db");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "prt.db",
                "prt",
                " ",
                "new\nline",
                "pr\u00fcf \ud83d\ude00.sqlite",
                "back\\slash",
                "x.backup_20250102_153045_auto.db",
                "x.backup_20250102_153045",
                "_2_auto.db"
            })
    void understandsWhatItFormats(String database) {
        for (int counter : new int[] {1, 2, 999_999_999}) {
            for (boolean auto : new boolean[] {true, false}) {
                BackupName name = new BackupName(database, TIME, counter, auto);
                assertThat(BackupName.parse(name.format())).contains(name);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "prt.db",
                ".backup_20250102_153045.db",
                "prt.db.backup_20250102_153045.db.damaged",
                "prt.db.backup_20250102_153045_auto.db-journal",
                "prt.db.backup_20250102_153045_1.db",
                "prt.db.backup_20250102_153045_0.db",
                "prt.db.backup_20250102_153045_02.db",
                "prt.db.backup_20250102_153045_9999999999.db",
                "prt.db.backup_20251302_153045.db",
                "prt.db.backup_20250230_153045.db",
                "prt.db.backup_20250102_240000.db",
                "prt.db.backup_20250102_153060.db",
                "prt.db.backup_20250102_153045_AUTO.db",
                "prt.db.backup_20250102_153045_auto_auto.db",
                "../prt.db.backup_20250102_153045.db",
                "a/prt.db.backup_20250102_153045.db",
                "a\0.backup_20250102_153045.db",
                "prt.db.backup_\u0662\u0660250102_153045.db"
            })
    void refusesWhatIsNoBackup(String fileName) {
        assertThat(BackupName.parse(fileName)).isEmpty();
    }
}
