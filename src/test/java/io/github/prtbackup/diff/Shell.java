package io.github.prtbackup.diff;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Runs programs that the system may have. */
final class Shell {

    private Shell() {}

    static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    /** What a program prints, which has to succeed. */
    static String run(Object... command) throws Exception {
        Ended ended = runAnyhow(command);
        assertThat(ended.status()).as(ended.printed()).isZero();
        return ended.printed();
    }

    /** What became of a program. */
    record Ended(int status, String printed) {}

    static Ended runAnyhow(Object... command) throws Exception {
        Process process = new ProcessBuilder(
                        Stream.of(command).map(Object::toString).toList())
                .redirectErrorStream(true)
                .start();
        try (InputStream output = process.getInputStream()) {
            String printed = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), printed);
        }
    }
}
