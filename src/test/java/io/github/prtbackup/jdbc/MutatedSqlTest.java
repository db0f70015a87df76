package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;

/**
 * Statements that nobody means: mangled by token and by character, never ending, deeply nested, several megabytes long. What
 * comes of them is what plain sqlite-jdbc makes of them, and whatever changes the database has a backup of the state before.
 *
 * <p>{@code -Dprtbackup.hostile.seconds=600 -Dprtbackup.hostile.seed=1} goes on for so long. A failure tells its seed.
 */
@Timeout(3600)
class MutatedSqlTest {
    private static final int SHORT_FORM = 8;
    private static final int STATEMENTS = 60;

    /** What would write to files that are named in the statement, or keep us from looking. */
    private static final Pattern LEFT_OUT = Pattern.compile(
            "attach|vacuum.*into|backup|restore|directory|locking_mode|load_extension|exclusive|key|wal",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private static final List<String> TOKENS = List.of(
            ";",
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
            "END",
            "BEGIN",
            "COMMIT",
            "ROLLBACK",
            "SAVEPOINT s",
            "RELEASE s",
            "CASE",
            "WITH x AS (SELECT 1)",
            "EXPLAIN",
            "SELECT",
            "DELETE FROM t",
            "temp.",
            "main.",
            "x'",
            "OR FAIL",
            "RETURNING *",
            "CREATE",
            "TRIGGER",
            "TO",
            "IF NOT EXISTS",
            "=",
            "1",
            "t",
            "''",
            "INTO",
            "VALUES (1, 2, 3)",
            ",",
            "?",
            "?1",
            ":a",
            "NULL",
            "1e999",
            "-9223372036854775808",
            "0x",
            "%",
            "PRAGMA user_version = 5",
            "ANALYZE");

    private static final List<String> CHARACTERS = List.of(
            "\0",
            "\u0001",
            "\u001a",
            "\n",
            "\r",
            "\t",
            "\f",
            "\u000b",
            "\u0085",
            "\u00a0",
            "\u2028",
            "\u3000",
            "\uFEFF",
            "\uD800",
            "\uDC00",
            "\uD83D\uDE00",
            "\uFFFF",
            "é",
            "'",
            "\"",
            "`",
            "[",
            "]",
            "\\",
            ";",
            "-",
            "/",
            "*",
            "$",
            "@",
            "#",
            "?",
            ":",
            "\u0130",
            "\u017f");

    private static final Pattern TOKEN = Pattern.compile("\\s+|'[^']*'|\"[^\"]*\"|\\w+|.", Pattern.DOTALL);

    @TempDir
    Path directory;

    @Test
    void isAnsweredAsByPlainAndNeverWritesWithoutABackup() throws Exception {
        long end = System.nanoTime()
                + Duration.ofSeconds(Long.getLong("prtbackup.hostile.seconds", 0))
                        .toNanos();
        long first = Long.getLong("prtbackup.hostile.seed", 1);
        int changes = 0;
        for (long seed = first; seed < first + SHORT_FORM || System.nanoTime() < end; seed++) {
            try {
                changes += round(seed, Files.createDirectory(directory.resolve("seed-" + seed)));
            } catch (AssertionError | Exception e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        // Or else there was nothing to find.
        assertThat(changes).isGreaterThan(SHORT_FORM);
    }

    private static int round(long seed, Path folder) throws Exception {
        int[] changes = {0};
        new Differential(folder).requireSameSides(seen -> {
            Mangler mangler = new Mangler(new Random(seed));
            Random way = new Random(~seed);
            boolean ours = seen.side.ours();
            try (Connection connection = ours
                    ? seen.side.connect("backup.strategy=incremental", "backup.keep-points=100000")
                    : seen.side.connect()) {
                Changes watched = ours ? new Changes(seen.side.database()) : null;
                for (int i = 0; i < STATEMENTS; i++) {
                    String sql = mangler.next();
                    int chosen = way.nextInt(5);
                    boolean transaction = way.nextInt(12) == 0;
                    String name = i + " " + chosen + " " + sql.substring(0, Math.min(sql.length(), 300));
                    if (transaction) {
                        seen.attemptVoid("autocommit", () -> connection.setAutoCommit(!connection.getAutoCommit()));
                    }
                    seen.attempt(name, () -> {
                        try {
                            return run(connection, chosen, sql);
                        } catch (SQLException e) {
                            return signature(e);
                        }
                    });
                    if (watched != null && watched.look(name)) {
                        changes[0]++;
                    }
                }
                seen.attemptVoid("end", connection::rollback);
            }
        });
        return changes[0];
    }

    /** Without the text, which says where the parser stopped: what stands in a string of its own ends sooner. */
    private static String signature(SQLException e) {
        String counts = e instanceof BatchUpdateException batch ? Arrays.toString(batch.getUpdateCounts()) : "";
        String cause = e.getCause() instanceof SQLException inner ? " <- " + signature(inner) : "";
        assertThat(e.getMessage()).isNotBlank();
        return e.getClass().getName() + " " + e.getErrorCode() + counts + cause;
    }

    private static Object run(Connection connection, int way, String sql) throws SQLException {
        if (way == 0) {
            try (PreparedStatement prepared = connection.prepareStatement(sql)) {
                return Differential.all(prepared, prepared.execute());
            }
        }
        try (Statement statement = connection.createStatement()) {
            return switch (way) {
                case 1 -> statement.executeUpdate(sql);
                case 2 -> Differential.rows(statement.executeQuery(sql));
                case 3 -> {
                    statement.addBatch("INSERT INTO log VALUES ('before')");
                    statement.addBatch(sql);
                    yield Arrays.toString(statement.executeBatch());
                }
                default -> Differential.all(statement, statement.execute(sql));
            };
        }
    }

    /** Looks from outside what has become of the database, and whether what it was before is kept. */
    private static final class Changes {
        private static final int COUNTER = 24;
        private static final int VERSIONS = 92;

        private final Path database;
        private byte[] content;
        private long newest;

        Changes(Path database) throws Exception {
            this.database = database;
            this.content = read();
        }

        /** Whether it has changed. */
        boolean look(String after) throws Exception {
            byte[] now;
            try {
                now = read();
            } catch (SQLException e) {
                // Somebody is committing, or has locked it.
                return false;
            }
            if (Arrays.equals(now, content)) {
                return false;
            }
            boolean kept = false;
            try (PrtBackup backups = PrtBackup.open(database)) {
                List<Long> ids = backups.getBackupHistory().stream()
                        .map(BackupInfo::backupId)
                        .filter(id -> id > newest)
                        .sorted()
                        .toList();
                for (int i = 0; i < ids.size() && !kept; i++) {
                    Path file = database.resolveSibling("exported.db");
                    backups.exportBackup(ids.get(i), file);
                    kept = Arrays.equals(essential(Files.readAllBytes(file)), content);
                    Files.delete(file);
                }
                newest = ids.isEmpty() ? newest : ids.get(ids.size() - 1);
            }
            assertThat(kept).as("a backup of the state before %s", after).isTrue();
            content = now;
            return true;
        }

        private byte[] read() throws SQLException {
            try (Connection plain = Sql.plain(database, "busy_timeout=0")) {
                return essential(plain.unwrap(SQLiteConnection.class).serialize("main"));
            }
        }

        /** Without what a transaction changes that changes nothing. */
        private static byte[] essential(byte[] bytes) {
            byte[] copy = bytes.clone();
            if (copy.length > VERSIONS + 8) {
                Arrays.fill(copy, COUNTER, COUNTER + 4, (byte) 0);
                Arrays.fill(copy, VERSIONS, VERSIONS + 8, (byte) 0);
            }
            return copy;
        }
    }

    private static final class Mangler {
        private static final int MEGABYTES = 3 << 20;

        private final Random random;
        private final List<String> corpus;

        Mangler(Random random) {
            this.random = random;
            this.corpus = Stream.concat(
                            SameAsPlainTest.statements(),
                            Stream.of(
                                    "CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET c = 1; SELECT 1; END",
                                    "WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 3)"
                                            + " INSERT INTO log SELECT i FROM r",
                                    "INSERT INTO log VALUES (?)",
                                    "UPDATE t SET c = ifnull(c, 0) + 1 WHERE a IN (SELECT a FROM t LIMIT 1)",
                                    "PRAGMA application_id(6)"))
                    .filter(sql -> !LEFT_OUT.matcher(sql).find())
                    .toList();
        }

        String next() {
            String sql;
            do {
                sql = random.nextInt(40) == 0 ? excessive() : mangled();
            } while (LEFT_OUT.matcher(sql).find());
            return sql;
        }

        private String mangled() {
            StringBuilder script = new StringBuilder(changed(any(corpus)));
            for (int i = random.nextInt(6); i > 3; i--) {
                script.append(';').append(changed(any(corpus)));
            }
            for (int i = random.nextInt(8) - 4; i > 0; i--) {
                int at = random.nextInt(script.length() + 1);
                if (random.nextBoolean() && at < script.length()) {
                    script.deleteCharAt(at);
                } else {
                    script.insert(at, any(CHARACTERS));
                }
            }
            return script.toString();
        }

        private String changed(String statement) {
            List<String> tokens = new ArrayList<>();
            TOKEN.matcher(statement).results().forEach(match -> tokens.add(match.group()));
            for (int i = random.nextInt(6) - 3; i > 0 && !tokens.isEmpty(); i--) {
                int at = random.nextInt(tokens.size());
                switch (random.nextInt(4)) {
                    case 0 -> tokens.remove(at);
                    case 1 -> tokens.set(at, any(TOKENS));
                    case 2 -> tokens.add(at, any(TOKENS));
                    default -> tokens.add(at, any(tokens));
                }
            }
            String text = String.join("", tokens);
            return random.nextInt(10) == 0 ? text.toUpperCase(Locale.ROOT) : text;
        }

        private String excessive() {
            int depth = 1 + random.nextInt(3000);
            String insert = "INSERT INTO log VALUES (";
            return switch (random.nextInt(9)) {
                case 0 -> insert + "(".repeat(depth) + "1" + ")".repeat(depth) + ")";
                case 1 -> insert + "length('" + "x".repeat(random.nextInt(MEGABYTES)) + "'))";
                case 2 -> insert + "'never ending" + " ".repeat(random.nextInt(MEGABYTES));
                case 3 -> insert + "1) /* never ending" + "*".repeat(random.nextInt(MEGABYTES));
                case 4 -> "SELECT " + "(SELECT ".repeat(depth) + "1" + ")".repeat(depth);
                case 5 -> ";".repeat(depth * 10) + insert + "2)" + "; ".repeat(depth);
                case 6 -> insert + "1" + " AND 1".repeat(depth) + ")";
                case 7 -> "CASE WHEN ".repeat(depth);
                default -> "-- \n".repeat(depth * 20) + insert + "-".repeat(depth * 2 + 1) + "\n3)";
            };
        }

        private String any(List<String> choices) {
            return choices.get(random.nextInt(choices.size()));
        }
    }
}
