package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1, 1 B",
        "1023, 1023 B",
        "1024, 1.0 KB",
        "1536, 1.5 KB",
        "1048524, 1023.9 KB",
        "1048525, 1.0 MB",
        "1048576, 1.0 MB",
        "1073741823, 1.0 GB",
        "9223372036854775807, 8.0 EB"
    })
    void sizesAreShort(long bytes, String shown) {
        assertThat(Text.size(bytes)).isEqualTo(shown);
    }

    @Test
    void whatDisturbsATerminalIsWrittenOut() {
        assertThat(Text.visible("plain, ümläut, 漢字, 👩‍💻")).isEqualTo("plain, ümläut, 漢字, 👩‍💻");
        assertThat(Text.visible("\u0000\t\n\u001b\u007f\u0085\u2028\u202e\u2066\ud800"))
                .isEqualTo("\\u0000\\u0009\\u000a\\u001b\\u007f\\u0085\\u2028\\u202e\\u2066\\ud800");
    }

    @Test
    void messagesHaveOneLine() {
        assertThat(Text.oneLine(" disk\n   is\r\nfull\n")).isEqualTo("disk is full");
    }

    @Test
    void cuttingLeavesWholeCharacters() {
        assertThat(Text.cut("short", 5)).isEqualTo("short");
        assertThat(Text.cut("longer", 5)).isEqualTo("long…");
        assertThat(Text.cut("👩👩👩", 2)).isEqualTo("👩…");
    }

    @Test
    void timesAreRounded() {
        assertThat(Text.duration(0.4)).isEqualTo("0 s");
        assertThat(Text.duration(59.4)).isEqualTo("59 s");
        assertThat(Text.duration(89)).isEqualTo("1 min");
        assertThat(Text.duration(3599)).isEqualTo("1 h 0 min");
        assertThat(Text.duration(7_800)).isEqualTo("2 h 10 min");
    }
}
