package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteVersionTest {

    @ParameterizedTest
    @ValueSource(strings = {"3.51.3", "3.52.0", "3.54.1", "4.0.0", "3.51.3.1"})
    void newEnough(String version) {
        assertThatCode(() -> SqliteVersion.require(version)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.51.2", "3.9.1", "3.46.1", "2.99.0"})
    void tooOld(String version) {
        assertThatThrownBy(() -> SqliteVersion.require(version))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining(version)
                .hasMessageContaining("3.51.3.0");
    }
}
