package io.github.prtbackup.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmountsTest {

    @ParameterizedTest
    @CsvSource({
        "0, PT0S",
        "500ms, PT0.5S",
        "30s, PT30S",
        "5m, PT5M",
        "1h30m, PT1H30M",
        "2w, P14D",
        "1D 2H, P1DT2H",
        "PT30S, PT30S",
        "p1d, P1D"
    })
    void readsDurations(String text, Duration duration) {
        assertThat(Amounts.duration(text)).contains(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "-5s", "PT-5S", "5 years", "h", "1h30", "1.5h"})
    void refusesOtherDurations(String text) {
        assertThat(Amounts.duration(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "17, 17",
        "1k, 1024",
        "4MB, 4194304",
        "64MiB, 67108864",
        "2 GB, 2147483648",
        "1tb, 1099511627776"
    })
    void readsSizes(String text, long bytes) {
        assertThat(Amounts.size(text)).contains(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "MB", "-1", "1.5MB", "4XB", "999999999999999TB"})
    void refusesOtherSizes(String text) {
        assertThat(Amounts.size(text)).isEmpty();
    }

    @Test
    void writesDurationsAsTheyAreRead() {
        for (String text : new String[] {"0", "5ms", "1h30m", "2w", "30d", "8d", "1d2h3m4s5ms"}) {
            assertThat(Amounts.inWords(Amounts.duration(text).orElseThrow())).isEqualTo(text);
        }
    }
}
