package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Terminal terminal =
            new Terminal(InputStream.nullInputStream(), out, err, StandardCharsets.UTF_8, true, () -> 80);
    private long now;

    @Test
    void appearsAfterASecondAndLeavesNoTrace() {
        try (ProgressBar bar = new ProgressBar(terminal, "pages", () -> now)) {
            at(999);
            bar.progress(1, 4);
            assertThat(shown()).isEmpty();

            at(1000);
            bar.progress(2, 4);
            assertThat(shown()).isEqualTo("\r" + ProgressBar.bar(2, 4, "pages"));

            at(1050);
            bar.progress(3, 4);
            assertThat(shown()).as("ten times a second at most").isEqualTo("\r" + ProgressBar.bar(2, 4, "pages"));

            at(1100);
            bar.progress(4, 4);
            assertThat(shown()).endsWith("\r" + ProgressBar.bar(4, 4, "pages"));
        }
        String blank = " ".repeat(ProgressBar.bar(4, 4, "pages").length());
        assertThat(shown()).endsWith("\r" + blank + "\r");
        assertThat(out.size()).isZero();
    }

    @Test
    void aShortCopyHasNone() {
        try (ProgressBar bar = new ProgressBar(terminal, "pages", () -> now)) {
            bar.progress(4, 4);
        }
        assertThat(shown()).isEmpty();
    }

    @Test
    void grows() {
        assertThat(ProgressBar.bar(0, 200, "pages")).isEqualTo("[" + " ".repeat(30) + "]   0 %  0 of 200 pages");
        assertThat(ProgressBar.bar(100, 200, "pages")).startsWith("[" + "#".repeat(15) + " ".repeat(15) + "]  50 %");
        assertThat(ProgressBar.bar(200, 200, "pages")).startsWith("[" + "#".repeat(30) + "] 100 %");
        assertThat(ProgressBar.bar(0, 0, "pages")).contains("  0 %");
    }

    private void at(long millis) {
        now = Duration.ofMillis(millis).toNanos();
    }

    private String shown() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
