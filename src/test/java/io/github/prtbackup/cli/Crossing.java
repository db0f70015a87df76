package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.AppSql;
import io.github.prtbackup.testing.AppSql.Schema;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * One database of an application with functions of its own, replaced by one of another format while its backups stay, and
 * commands that know nothing of the application: what each says against what is in the file afterwards. All follows from the
 * seed.
 */
final class Crossing {
    private static final List<String> ENCODINGS = List.of("UTF-8", "UTF-16le", "UTF-16be");
    private static final List<String> MODES = List.of("delete", "truncate", "persist", "memory", "wal");
    private static final List<Integer> PAGE_SIZES = List.of(512, 1024, 4096, 65536);
    private static final int COMMANDS = 6;

    /** The state of a file that SQLite cannot open. Its backup is as it is, so it is told that it is none that can be used. */
    private static final String NO_DATABASE = "no database";

    private final Random random;
    private final Path database;
    private final String strategy;
    private final StringBuilder story = new StringBuilder();

    /** What each backup holds; nothing for a database without content. */
    private final Map<Long, String> states = new TreeMap<>();

    private Schema schema;

    /** Whether somebody has it open, so that SQLite cannot change the page size under a log, nor remove it. */
    private Connection idle;

    Crossing(long seed, Path directory) {
        this.random = new Random(seed);
        this.database = directory.resolve("app.db");
        this.strategy = "backup.strategy=" + pick(List.of("full", "incremental", "auto"));
        story.append("seed ").append(seed).append(", ").append(strategy);
    }

    void run() throws Exception {
        write();
        for (int change = random.nextInt(3); change > 0; change--) {
            disturb();
        }
        try {
            if (random.nextInt(3) == 0 && isReadable()) {
                idle = AppSql.with(Sql.open(database, strategy));
                List<String> unused = Sql.column(idle, "SELECT count(*) FROM sqlite_schema");
                story.append("\n  somebody has it open");
            }
            for (int i = 0; i < COMMANDS; i++) {
                command();
            }
        } finally {
            if (idle != null) {
                idle.close();
            }
        }
    }

    String story() {
        return story.toString();
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    /** Transactions of the application, each with a backup before it. */
    private void write() throws Exception {
        schema = pick(List.of(Schema.values()));
        String mode = pick(MODES);
        String format = "PRAGMA encoding = '" + pick(ENCODINGS) + "'; PRAGMA page_size = " + pick(PAGE_SIZES)
                + "; PRAGMA auto_vacuum = " + random.nextInt(3) + "; PRAGMA journal_mode = " + mode;
        story.append("\n  ").append(schema).append(", ").append(format);
        try (Connection connection = AppSql.with(Sql.plain(database, "journal_mode=" + mode))) {
            Sql.run(connection, format, "PRAGMA user_version = " + random.nextInt(1000));
            schema.create(connection);
            insert(connection, 1 + random.nextInt(300));
        }
        try (Connection connection = AppSql.with(Sql.open(database, strategy, "journal_mode=" + mode))) {
            for (int i = 0; i < 3; i++) {
                String before = AppSql.dump(database);
                connection.setAutoCommit(false);
                insert(connection, 1 + random.nextInt(5));
                Sql.run(connection, "UPDATE t SET s = s || 'u' WHERE id % 7 = " + random.nextInt(7));
                connection.commit();
                connection.setAutoCommit(true);
                states.put(newest(), before);
            }
        }
    }

    private void insert(Connection connection, int rows) throws SQLException {
        boolean begins = connection.getAutoCommit();
        if (begins) {
            connection.setAutoCommit(false);
        }
        long id = Sql.number(connection, "SELECT coalesce(max(id), 0) FROM t");
        for (int i = 0; i < rows; i++) {
            id++;
            Sql.run(connection, "INSERT INTO t(id, s) VALUES (" + id + ", 'v" + id + "')");
        }
        if (begins) {
            connection.setAutoCommit(true);
        }
    }

    private long newest() throws Exception {
        try (PrtBackup backups = PrtBackup.open(database)) {
            return backups.getBackupHistory().get(0).backupId();
        }
    }

    /** What happens to a database when its backups are needed. */
    private void disturb() throws Exception {
        switch (random.nextInt(4)) {
            case 0 -> {
                remove();
                write();
            }
            case 1 -> {
                remove();
                story.append("\n  it is gone");
            }
            case 2 -> {
                remove();
                Files.write(database, new byte[0]);
                story.append("\n  it is empty");
            }
            default -> {
                remove();
                Files.writeString(database, "This is no database, and never was one.".repeat(30));
                story.append("\n  it is overwritten");
            }
        }
    }

    private void remove() throws Exception {
        for (String suffix : List.of("", "-journal", "-wal", "-shm")) {
            Files.deleteIfExists(database.resolveSibling(database.getFileName() + suffix));
        }
    }

    private Optional<String> present() {
        try {
            return Files.exists(database) ? Optional.of(AppSql.dump(database)) : Optional.empty();
        } catch (SQLException e) {
            return Optional.of(NO_DATABASE);
        }
    }

    private void command() throws Exception {
        try (PrtBackup backups = PrtBackup.open(database)) {
            List<BackupInfo> history = backups.getBackupHistory();
            List<Long> usable = history.stream()
                    .map(BackupInfo::backupId)
                    .filter(each -> !NO_DATABASE.equals(states.get(each)))
                    .toList();
            boolean allAreUsable = usable.size() == history.size();
            long id = pick(usable);
            switch (random.nextInt(8)) {
                case 0 -> replaces(id, "restore", database, id, "--yes");
                case 1 -> {
                    List<BackupInfo> undoable = backups.undoable();
                    if (!undoable.isEmpty()) {
                        replaces(undoable.get(0).backupId(), "undo", database, "--yes");
                    }
                }
                case 2 -> {
                    List<BackupInfo> redoable = backups.redoable();
                    if (!redoable.isEmpty() && usable.contains(redoable.get(0).backupId())) {
                        replaces(redoable.get(0).backupId(), "redo", database, "--yes");
                    }
                }
                case 3 -> export(id);
                case 4 -> changesNothing(allAreUsable, "verify", database);
                case 5 -> undoOnly(id);
                case 6 -> changesNothing(isReadable(), "diff", database, id, "now", "--rows");
                default -> {
                    changesNothing(true, "preview", database, id);
                    changesNothing(
                            allAreUsable && isReadable(),
                            "log",
                            database,
                            "t",
                            schema == Schema.COLLATED_KEY ? "v1" : "1");
                }
            }
        }
    }

    private boolean isReadable() {
        return present().filter(state -> !NO_DATABASE.equals(state)).isPresent();
    }

    private Cli.Result cli(Object... arguments) {
        story.append("\n  ").append(List.of(arguments));
        Cli.Result result = Cli.run(arguments);
        story.append(" -> ").append(result.status()).append(' ').append(result.err());
        return result;
    }

    private void changesNothing(boolean succeeds, Object... command) {
        Optional<String> before = present();
        Cli.Result result = cli(command);
        assertThat(present()).isEqualTo(before);
        if (succeeds) {
            assertThat(result.err()).isEmpty();
            assertThat(result.status()).isZero();
        } else {
            assertThat(result.status() == 0 || result.err().startsWith("prtbackup: "))
                    .isTrue();
        }
    }

    private void replaces(long backup, Object... command) throws Exception {
        Optional<String> before = present();
        Cli.Result result = cli(command);
        Optional<String> after = present();
        if (result.status() == 0) {
            assertThat(after).contains(states.get(backup));
            assertThat(result.err()).isEmpty();
            if (before.isPresent()) {
                states.put(newest(), before.get());
            }
            assertNothingIsLeft();
        } else {
            assertThat(after).isEqualTo(before);
            assertThat(result.err()).startsWith("prtbackup: ");
            assertThat(command[0]).as("%s", result.err()).isEqualTo("redo");
            assertThat(result.err()).contains("has been changed without a backup");
        }
    }

    private void assertNothingIsLeft() {
        if (idle == null) {
            for (String suffix : List.of("-journal", "-wal", "-shm")) {
                Path file = database.resolveSibling(database.getFileName() + suffix);
                boolean isOnlyTruncated =
                        suffix.equals("-journal") && file.toFile().length() == 0;
                assertThat(Files.exists(file) && !isOnlyTruncated).as(suffix).isFalse();
            }
        }
    }

    private void export(long id) throws Exception {
        Path file = database.resolveSibling("exported-" + random.nextInt(Integer.MAX_VALUE) + ".db");
        changesNothing(true, "export", database, id, file);
        assertThat(AppSql.dump(file)).isEqualTo(states.get(id));
    }

    /** It may be refused; then nothing has happened. */
    private void undoOnly(long id) throws Exception {
        Optional<String> before = present();
        Cli.Result result = cli("undo", database, "--only", id, "--yes");
        if (result.status() == 0) {
            states.put(newest(), before.orElseThrow());
        } else {
            assertThat(present()).isEqualTo(before);
            assertThat(result.err()).startsWith("prtbackup: ").doesNotContain("\tat ");
        }
    }
}
