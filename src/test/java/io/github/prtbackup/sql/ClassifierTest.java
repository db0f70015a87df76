package io.github.prtbackup.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The classifier as a whole: what it remembers, and that no text can hurt it. */
class ClassifierTest {

    private final Classifier classifier = new Classifier();

    @Test
    void remembersWhatComesAgain() {
        Script first = classifier.script("SELECT 1");

        assertThat(classifier.script("SELECT 1")).isSameAs(first);
        assertThat(classifier.script(new String("SELECT 1"))).isSameAs(first);
        assertThat(classifier.first("SELECT 1")).isSameAs(first.first());
    }

    @Test
    void statementsWithLiteralsDoNotPushOutTheOthers() {
        classifier.script("SELECT ?");
        Script often = classifier.script("SELECT ?");
        for (int i = 0; i < 5000; i++) {
            classifier.script("SELECT " + i);
        }

        assertThat(classifier.script("SELECT ?")).isSameAs(often);
    }

    @Test
    void doesNotKeepLongStrings() {
        String text = "SELECT '" + "x".repeat(5000) + "'; DELETE FROM t";

        assertThat(classifier.script(text)).isNotSameAs(classifier.script(text));
        assertThat(classifier.first(text).effect()).isEqualTo(Effect.READ);
        assertThat(classifier.script(text).effect()).isEqualTo(Effect.WRITE);
    }

    @Test
    void firstIsWhatPreparingSees() {
        assertThat(classifier.first("SELECT 1; DELETE FROM t").effect()).isEqualTo(Effect.READ);
        assertThat(classifier.first("-- nothing")).isNull();
    }

    static Stream<String> hostile() {
        return Stream.of(
                "INSERT INTO t VALUES ('" + "x".repeat(50_000_000) + "')",
                "SELECT " + "(".repeat(100_000) + "1" + ")".repeat(100_000),
                "DELETE FROM t WHERE " + "(".repeat(100_000) + "1" + ")".repeat(100_000),
                "DELETE FROM t WHERE a = 1" + " AND a = 1".repeat(10_000),
                "UPDATE t SET a = " + "f(".repeat(60) + "1" + ")".repeat(60),
                "UPDATE t SET a = " + "CASE a WHEN 1 THEN ".repeat(60) + "1" + " ELSE 2 END".repeat(60),
                "SELECT " + "optimize(".repeat(500_000),
                "WITH " + "optimize(a) AS (".repeat(200_000) + ")".repeat(200_000),
                "/* x */".repeat(1_000_000) + "DELETE FROM t",
                "/*".repeat(2_000_000),
                "SELECT $" + "a::(".repeat(1_000_000),
                "\"".repeat(2_000_001),
                "backup" + " ".repeat(9_000) + "x",
                "restore" + " 'a' from".repeat(1_000),
                "DELETE FROM t /*action='" + "\\'".repeat(4_000) + "*/");
    }

    @ParameterizedTest(name = "[{index}]")
    @MethodSource("hostile")
    @Timeout(value = 5, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SAME_THREAD)
    void noTextTakesLong(String text) {
        SqlStatement statement = Classifier.parse(text).first();

        assertThat(statement.summary()).hasSizeLessThanOrEqualTo(80);
        assertThat(statement.action()).isNull();
    }

    @Test
    void neverThrowsAndStartsNoThread() {
        int threads = Thread.activeCount();
        Random random = new Random(42);
        List<String> pieces = List.of(
                "SELECT",
                "INSERT INTO",
                "DELETE FROM",
                "WITH",
                "AS",
                "(",
                ")",
                "'",
                "\"",
                "[",
                "]",
                "`",
                "--",
                "/*",
                "*/",
                ";",
                "\n",
                " ",
                "x'",
                "$a::",
                "?",
                "PRAGMA",
                "=",
                ".",
                "CREATE",
                "TEMP",
                "TRIGGER",
                "BEGIN",
                "END",
                "optimize",
                "pragma_optimize",
                "RETURNING",
                "restore",
                "from",
                "backup to",
                "EXPLAIN",
                "QUERY",
                "ROLLBACK",
                "TO",
                "SAVEPOINT",
                "VACUUM",
                "INTO",
                "UPDATE",
                "SET",
                "t",
                "1",
                "1.5e",
                "\uFEFF",
                "\0",
                "\uD800",
                "/*action='",
                "%2",
                "journal_mode",
                "IF",
                "NOT",
                "EXISTS",
                "ALTER TABLE",
                "DROP",
                "ANALYZE");
        for (int i = 0; i < 20_000; i++) {
            StringBuilder sql = new StringBuilder();
            for (int n = random.nextInt(12); n >= 0; n--) {
                sql.append(
                        random.nextInt(8) == 0
                                ? (char) random.nextInt(0x10000)
                                : pieces.get(random.nextInt(pieces.size())));
                sql.append(random.nextBoolean() ? " " : "");
            }
            for (SqlStatement statement : Classifier.parse(sql.toString()).statements()) {
                assertThat(statement.effect()).isNotNull();
                assertThat(statement.control() != null).isEqualTo(statement.effect() == Effect.TRANSACTION);
                if (i % 4 == 0) {
                    assertThat(statement.summary()).isNotEmpty().hasSizeLessThanOrEqualTo(80);
                    statement.action();
                }
            }
        }
        assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads);
    }
}
