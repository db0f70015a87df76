package io.github.prtbackup.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EachTest {

    @Test
    void goesOnAndLosesNoException() {
        List<Integer> done = new ArrayList<>();
        IOException first = new IOException("2");
        RuntimeException second = new IllegalStateException("3");
        assertThatThrownBy(() -> Each.of(List.of(1, 2, 3, 4), one -> {
                    done.add(one);
                    if (one == 2) {
                        throw first;
                    }
                    if (one == 3) {
                        throw second;
                    }
                }))
                .isSameAs(first)
                .hasSuppressedException(second);
        assertThat(done).containsExactly(1, 2, 3, 4);
    }
}
