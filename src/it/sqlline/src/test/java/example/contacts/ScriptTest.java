package example.contacts;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptTest {

    @TempDir
    Path directory;

    @Test
    void theScriptRunsAndEachTransactionHasItsBackup() throws Exception {
        String libraries = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(path -> path.contains("sqlline") || path.contains("jline"))
                .filter(path -> path.endsWith(".jar"))
                .collect(Collectors.joining(File.pathSeparator));
        Process sqlline = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("allInOne") + File.pathSeparator + libraries,
                        "-Dfile.encoding=UTF-8",
                        "sqlline.SqlLine",
                        // What it does not ask a terminal for.
                        "--outputFormat=csv",
                        "--run=" + Path.of("classes", "contacts.sql").toAbsolutePath())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        sqlline.getOutputStream().close();
        String said = new String(sqlline.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(sqlline.waitFor()).as(said).isZero();
        assertThat(said)
                .contains("2 rows affected", "'contact','TABLE'", "'1','Augusta Ada King'", "'2','Alan Turing'")
                .contains("Rollback complete", "Commit complete")
                .containsPattern("'contacts'\\R'3'")
                .doesNotContain("Error:", "SLF4J");
        try (PrtBackup backups = PrtBackup.open(directory.resolve("contacts.db"))) {
            List<String> operations =
                    backups.getBackupHistory().stream().map(BackupInfo::comment).toList();
            // That of the insert which is rolled back has given way to that of the next.
            assertThat(operations)
                    .containsExactly(
                            "Auto-backup before: SQL: INSERT contact",
                            "Auto-backup before: SQL: UPDATE contact",
                            "Auto-backup before: SQL: INSERT contact",
                            "Auto-backup before: SQL: CREATE TABLE contact");
        }
    }
}
