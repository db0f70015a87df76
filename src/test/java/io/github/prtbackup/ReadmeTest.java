package io.github.prtbackup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.config.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keeps the README true where it repeats what the code says. */
class ReadmeTest {
    private static final Path README = Path.of("README.md");
    private static final Path CI = Path.of(".ci/run");

    @Test
    void theTableOfSettingsIsTheDeclaration() throws IOException {
        List<String> rows = Files.readAllLines(README).stream()
                .filter(line -> line.startsWith("| `" + Setting.PREFIX))
                .toList();

        assertThat(rows)
                .containsExactlyElementsOf(
                        Arrays.stream(Setting.values()).map(ReadmeTest::row).toList());
    }

    @Test
    void ciRunsTheTestCommand() throws IOException {
        String command = "mvn -B verify";

        assertThat(Files.readAllLines(README)).containsOnlyOnce(command);
        assertThat(Files.readString(CI)).endsWith("exec " + command + "\n");
    }

    private static String row(Setting setting) {
        String value = setting.defaultValue() == null ? "–" : "`" + setting.defaultValue() + "`";
        return "| `" + setting.key() + "` | " + value + " | " + setting.description() + " |";
    }
}
