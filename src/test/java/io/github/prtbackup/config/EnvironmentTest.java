package io.github.prtbackup.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.jdbc.BackupDriver;
import io.github.prtbackup.testing.Jvm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverPropertyInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is set outside of the program. */
class EnvironmentTest {
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "PRTBACKUP_KEEP",
            "3",
            "PRTBACKUP_KEEP_POINTS",
            "4",
            "PRTBACKUP_STRATEGY",
            "full",
            "PRTBACKUP_ON_FAILURE",
            "warn");

    @TempDir
    private Path directory;

    @Test
    void countsMoreThanTheDefaultAndLessThanASystemProperty() throws Exception {
        assertThat(settings(List.of("-Dprtbackup.keep-points=5")))
                .containsEntry("backup.keep", "3")
                .containsEntry("backup.keep-points", "5")
                .containsEntry("backup.strategy", "full")
                .containsEntry("backup.on-failure", "warn")
                .containsEntry("backup.durability", "buffered");
    }

    @Test
    void aBadValueNamesTheKey() throws Exception {
        ProcessBuilder child = Jvm.command(Main.class, List.of(), directory.resolve("t.db"));
        child.environment().put("PRTBACKUP_KEEP", "many");
        Process process = child.start();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("java.sql.SQLException: Bad value backup.keep=many; allowed: a whole number");
    }

    private Map<String, String> settings(List<String> arguments) throws Exception {
        ProcessBuilder child = Jvm.command(Main.class, arguments, directory.resolve("t.db"));
        child.environment().putAll(ENVIRONMENT);
        Process process = child.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines()
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    /** Prints the settings that hold. */
    static final class Main {
        private Main() {}

        public static void main(String[] args) throws Exception {
            String url = "jdbc:prtbackup:sqlite:" + args[0];
            BackupDriver driver = new BackupDriver();
            driver.connect(url, new Properties()).close();
            Arrays.stream(driver.getPropertyInfo(url, new Properties()))
                    .filter(info -> info.name.startsWith("backup."))
                    .map((DriverPropertyInfo info) -> info.name + "=" + info.value)
                    .forEach(System.out::println);
        }
    }
}
