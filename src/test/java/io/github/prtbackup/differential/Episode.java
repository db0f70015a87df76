package io.github.prtbackup.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.testing.Neighbour;
import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.sqlite.SQLiteErrorCode;

/**
 * The random history of one database, told by a seed: our connections and processes and those of others write in turn, are
 * killed, restore and clean up, and after each transaction the backup that it left is compared with the copy taken before.
 */
final class Episode implements AutoCloseable {

    private static final int TOO_BIG = 1_500_000;
    private static final int REMEMBERED = 25;
    private static final List<String> ROLLBACK_MODES = List.of("DELETE", "TRUNCATE", "PERSIST");

    /** The processes that an episode uses, and leaves for the next. */
    static final class Processes implements AutoCloseable {
        final Neighbour neighbour;
        private WritingProcess writer;

        Processes() throws Exception {
            neighbour = Neighbour.start();
        }

        WritingProcess writer() throws Exception {
            if (writer == null) {
                writer = new WritingProcess();
            }
            return writer;
        }

        void writerIsDead() {
            writer = null;
        }

        @Override
        public void close() {
            neighbour.close();
            if (writer != null) {
                writer.close();
            }
        }
    }

    /** A connection of ours. */
    private static final class Ours {
        final Connection connection;
        String mode = "";
        boolean exclusive;
        boolean attached;

        Ours(Connection connection) {
            this.connection = connection;
        }

        boolean careful() {
            return mode.equals("OFF");
        }
    }

    private final long seed;
    private final Random random;
    private final Path directory;
    private final Path database;
    private final Path second;
    private final Processes processes;
    private final Others others;
    private final Map<Path, Model> models = new LinkedHashMap<>();
    private final List<Ours> ours = new ArrayList<>();
    private final Deque<String> story = new ArrayDeque<>();
    private final String parameters;

    private int transactions;
    private int kills;
    private int restores;
    private boolean writerIsOpen;
    private int step;

    Episode(long seed, Path directory, Processes processes) throws Exception {
        this.seed = seed;
        this.random = new Random(seed);
        this.directory = directory;
        this.database = directory.resolve("prt.db").toAbsolutePath();
        this.second = directory.resolve("second.db").toAbsolutePath();
        this.processes = processes;
        this.others = new Others(database, random, processes.neighbour);
        for (Path file : List.of(database, second)) {
            models.put(file, new Model(file, directory));
        }
        int keepPoints = random.nextInt(4) == 0 ? 60 + random.nextInt(60) : 100_000;
        models.values().forEach(model -> model.keep(keepPoints));
        parameters = "backup.strategy=incremental&backup.keep=100000&busy_timeout=10000&backup.keep-points="
                + keepPoints + (random.nextInt(8) == 0 ? "&backup.durability=sync" : "");
        create(database);
        create(second);
    }

    int transactions() {
        return transactions;
    }

    long compared() {
        return models.values().stream().mapToLong(Model::compared).sum();
    }

    @Override
    public String toString() {
        return "seed " + seed + ": " + transactions + " transactions, " + compared() + " backups compared, " + kills
                + " kills, " + restores + " restores";
    }

    private void create(Path file) throws Exception {
        if (random.nextInt(12) == 0) {
            return;
        }
        try (Connection plain = Sql.plain(file)) {
            Sql.run(
                    plain,
                    "PRAGMA page_size = " + (512 << random.nextInt(8)),
                    "PRAGMA auto_vacuum = " + Math.max(0, random.nextInt(6) - 3));
            if (random.nextBoolean()) {
                Sql.column(plain, "PRAGMA journal_mode = WAL");
            }
            Sql.run(plain, RandomStatement.SCHEMA.toArray(String[]::new));
        }
    }

    /** Runs it; what fails says where. */
    void run(int steps) {
        try {
            for (step = 0; step < steps; step++) {
                step();
            }
            finish();
        } catch (Exception | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + ", step " + step + " with " + parameters + "\n  " + String.join("\n  ", story)
                            + "\n" + e.getMessage(),
                    e);
        }
    }

    private void step() throws Exception {
        boolean exclusive = ours.stream().anyMatch(one -> one.exclusive);
        int what = random.nextInt(100);
        if (what < 55) {
            write();
        } else if (what < 58) {
            closeOne();
        } else if (what < 61) {
            maintain();
        } else if (what < 63) {
            checkpoint();
        } else if (exclusive) {
            if (random.nextInt(4) == 0) {
                closeOne();
            }
        } else if (what < 85) {
            tell(others.act());
        } else if (what < 91) {
            inAnotherProcess(false);
        } else if (what < 93) {
            inAnotherProcess(true);
        } else if (what < 95) {
            restore();
        } else if (what < 96) {
            changeJournalMode();
        } else if (what < 97) {
            becomeExclusive();
        } else if (what < 98) {
            rebuild();
        } else {
            tell("everybody leaves");
            closeAll();
        }
    }

    private void tell(String event) {
        story.add(step + ": " + (event.length() > 600 ? event.substring(0, 600) + "…" : event));
        if (story.size() > REMEMBERED) {
            story.remove();
        }
    }

    // Our own connections

    private Ours open() throws SQLException {
        Ours opened = new Ours(Sql.open(database, parameters));
        ours.add(opened);
        Connection connection = opened.connection;
        Sql.run(
                connection,
                "PRAGMA synchronous = " + (random.nextInt(6) == 0 ? "NORMAL" : "OFF"),
                "PRAGMA cache_size = " + (random.nextBoolean() ? 2 + random.nextInt(8) : 500));
        Sql.run(connection, "PRAGMA wal_autocheckpoint = " + (random.nextBoolean() ? 3 + random.nextInt(90) : 1000));
        if (!isWal(connection)) {
            List<String> modes = new ArrayList<>(ROLLBACK_MODES);
            modes.addAll(List.of("DELETE", "PERSIST", "MEMORY", "OFF"));
            opened.mode = modes.get(random.nextInt(modes.size()));
            Sql.column(connection, "PRAGMA journal_mode = " + opened.mode);
        }
        if (random.nextInt(4) == 0) {
            Sql.run(connection, "ATTACH '" + second + "' AS second");
            opened.attached = true;
        }
        tell("open " + opened.mode + (opened.attached ? ", second attached" : ""));
        return opened;
    }

    private static boolean isWal(Connection connection) throws SQLException {
        return Sql.column(connection, "PRAGMA main.journal_mode").contains("wal");
    }

    private Ours some() throws SQLException {
        boolean exclusive = ours.stream().anyMatch(one -> one.exclusive);
        return ours.isEmpty() || (!exclusive && ours.size() < 3 && random.nextInt(15) == 0)
                ? open()
                : ours.get(random.nextInt(ours.size()));
    }

    private void closeOne() throws SQLException {
        if (!ours.isEmpty()) {
            tell("close");
            ours.remove(random.nextInt(ours.size())).connection.close();
        }
    }

    private void closeAll() throws Exception {
        for (Ours one : ours) {
            one.connection.close();
        }
        ours.clear();
        others.leave();
        closeWriter();
    }

    private void write() throws Exception {
        Ours one = some();
        String schema = one.attached && random.nextInt(3) == 0 ? "second." : "";
        RandomTransaction transaction =
                new RandomTransaction(one.connection, new Random(random.nextLong()), one.careful(), schema);
        record(one, () -> {
            transaction.run();
            return transaction.toString();
        });
        for (Path file : models.keySet()) {
            if (Files.exists(file) && Files.size(file) > TOO_BIG) {
                shrink(file);
            }
        }
    }

    private void shrink(Path file) throws Exception {
        boolean exclusive = ours.stream().anyMatch(one -> one.exclusive);
        for (int i = 0; i < 5 && !exclusive; i++) {
            String sql = RandomStatement.shrink(i);
            tell("shrink " + file.getFileName() + ": " + sql);
            try (Connection plain = Sql.plain(file, "busy_timeout=10000")) {
                Sql.run(plain, sql);
            } catch (SQLException e) {
                RandomTransaction.requireOrdinary(e);
            }
        }
        if (exclusive) {
            closeAll();
        }
    }

    /** Something that writes in one transaction, and says what. */
    @FunctionalInterface
    private interface Writing {
        String run() throws Exception;
    }

    private void record(Ours one, Writing writing) throws Exception {
        Map<Path, byte[]> before = images(one);
        String text;
        try {
            text = writing.run();
        } catch (Exception e) {
            tell("failed: " + e);
            throw e;
        }
        tell(ours.indexOf(one) + " " + (one.mode.isEmpty() ? "WAL" : one.mode) + " " + text);
        Map<Path, byte[]> after = images(one);
        transactions++;
        for (Map.Entry<Path, byte[]> file : before.entrySet()) {
            models.get(file.getKey()).ended(step + ": " + text, file.getValue(), after.get(file.getKey()));
        }
    }

    private Map<Path, byte[]> images(Ours one) throws Exception {
        Map<Path, byte[]> images = new LinkedHashMap<>();
        images.put(database, models.get(database).remember(image(one)));
        if (one.attached) {
            images.put(second, models.get(second).remember(Image.of(second)));
        }
        return images;
    }

    /** Nobody else can read what is locked exclusively. */
    private byte[] image(Ours one) throws Exception {
        return one.exclusive ? Image.withoutUnusedPages(Image.of(one.connection, "main")) : Image.of(database);
    }

    private void checkpoint() throws SQLException {
        if (!ours.isEmpty()) {
            String mode = List.of("PASSIVE", "FULL", "RESTART", "TRUNCATE").get(random.nextInt(4));
            tell("checkpoint " + mode);
            try {
                Sql.column(some().connection, "PRAGMA wal_checkpoint(" + mode + ")");
            } catch (SQLException e) {
                // SQLite's own, the first time after a VACUUM and a change to WAL with another database attached.
                if (e.getErrorCode() != SQLiteErrorCode.SQLITE_LOCKED.code) {
                    throw e;
                }
                tell(e.getMessage());
            }
        }
    }

    private void becomeExclusive() throws Exception {
        closeAll();
        Ours one = open();
        if (one.attached) {
            return;
        }
        one.exclusive = true;
        tell("locking_mode = EXCLUSIVE");
        Sql.column(one.connection, "PRAGMA locking_mode = EXCLUSIVE");
        if (random.nextBoolean()) {
            Sql.column(one.connection, "SELECT count(*) FROM sqlite_schema");
        }
    }

    private void changeJournalMode() throws Exception {
        closeAll();
        Ours one = open();
        String mode = isWal(one.connection) ? ROLLBACK_MODES.get(random.nextInt(3)) : "WAL";
        record(one, () -> {
            Sql.column(one.connection, "PRAGMA main.journal_mode = " + mode);
            return "journal_mode = " + mode;
        });
        one.mode = isWal(one.connection) ? "" : mode;
    }

    /** Another page size and another kind of auto-vacuum. */
    private void rebuild() throws Exception {
        closeAll();
        Ours one = open();
        boolean wal = isWal(one.connection);
        if (wal && random.nextBoolean()) {
            record(one, () -> {
                Sql.column(one.connection, "PRAGMA main.journal_mode = DELETE");
                return "journal_mode = DELETE";
            });
        }
        for (String sql : List.of(
                "PRAGMA page_size = " + (512 << random.nextInt(8)),
                "PRAGMA auto_vacuum = " + random.nextInt(3),
                "VACUUM")) {
            record(one, () -> {
                Sql.run(one.connection, sql);
                return sql;
            });
        }
        if (wal) {
            record(one, () -> {
                Sql.column(one.connection, "PRAGMA main.journal_mode = WAL");
                return "journal_mode = WAL";
            });
        }
    }

    // Other processes

    private void closeWriter() throws Exception {
        if (writerIsOpen) {
            processes.writer().closeConnection();
            assertThat(processes.writer().answer()).isEqualTo("closed");
            writerIsOpen = false;
        }
    }

    private void inAnotherProcess(boolean killed) throws Exception {
        if (!Files.exists(database) || Files.size(database) == 0) {
            return;
        }
        WritingProcess writer = processes.writer();
        if (!writerIsOpen) {
            boolean wal;
            try (Connection plain = Sql.plain(database, "busy_timeout=10000")) {
                wal = isWal(plain);
            }
            String mode = wal ? "WAL" : ROLLBACK_MODES.get(random.nextInt(3));
            writer.open(database, parameters, random.nextBoolean() ? 3 : 500, mode);
            assertThat(writer.answer()).isEqualTo("opened");
            tell("another process opens " + mode);
            writerIsOpen = true;
        }
        int count = killed ? 40 : 1 + random.nextInt(4);
        List<Path> copies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            copies.add(directory.resolve("before-" + i + ".db"));
            writer.transaction(random.nextLong(), copies.get(i));
        }
        List<String> answers = new ArrayList<>();
        if (killed) {
            Thread.sleep(random.nextInt(150));
            writer.kill();
            processes.writerIsDead();
            writerIsOpen = false;
            kills++;
            for (String answer = writer.answer(); answer != null; answer = writer.answer()) {
                answers.add(answer);
            }
        } else {
            for (int i = 0; i < 2 * count; i++) {
                answers.add(writer.answer());
            }
        }
        requireAll(answers, killed);
        for (Path copy : copies) {
            Files.deleteIfExists(copy);
        }
        if (!killed && random.nextBoolean()) {
            foldInAnotherProcess(writer);
        }
    }

    private void foldInAnotherProcess(WritingProcess writer) throws Exception {
        int keep = 1 + random.nextInt(20);
        models.get(database).keep(keep);
        writer.keep(keep);
        if (random.nextBoolean()) {
            assertThat(writer.answer()).isEqualTo("kept");
            tell("other process keeps " + keep);
        } else {
            Thread.sleep(random.nextInt(20));
            writer.kill();
            processes.writerIsDead();
            writerIsOpen = false;
            kills++;
            tell("other process is killed while it lets all go but " + keep);
        }
    }

    private void requireAll(List<String> answers, boolean killed) throws Exception {
        tell((killed ? "killed process: " : "other process: ")
                + String.join("\n    ", answers.subList(Math.max(0, answers.size() - 6), answers.size())));
        byte[] now = Image.of(database);
        List<byte[]> states = new ArrayList<>();
        List<String> did = new ArrayList<>();
        for (String answer : answers) {
            if (answer.startsWith("begin ")) {
                states.add(Files.readAllBytes(Path.of(answer.substring("begin ".length()))));
            } else {
                assertThat(answer).startsWith("done well");
                did.add(answer);
            }
        }
        Model model = models.get(database);
        List<Model.Expected> expected = new ArrayList<>();
        for (int i = 0; i < states.size(); i++) {
            byte[] next = i + 1 < states.size() ? states.get(i + 1) : now;
            boolean done = i < did.size();
            boolean required = done && Model.isChange(states.get(i), next);
            String text = step + ": process: " + (done ? did.get(i) : "killed");
            expected.add(new Model.Expected(text, model.remember(states.get(i)), required));
        }
        transactions += did.size();
        requireWhole();
        if (!expected.isEmpty()) {
            model.ended(expected);
        }
    }

    /** No half of a transaction is there. */
    private void requireWhole() throws SQLException {
        try (Connection plain = Sql.plain(database, "busy_timeout=10000")) {
            assertThat(Sql.column(plain, "PRAGMA integrity_check")).containsExactly("ok");
            // A database that began empty has none.
            if (!Sql.column(plain, "SELECT 1 FROM sqlite_schema WHERE name = 'stamp'")
                    .isEmpty()) {
                assertThat(Sql.column(plain, "SELECT a IS b FROM stamp")).containsExactly("1");
            }
        }
    }

    // Backups

    private void maintain() throws Exception {
        Model model = models.get(database);
        switch (random.nextInt(3)) {
            case 0 -> {
                int keep = 1 + random.nextInt(30);
                if (random.nextInt(4) == 0) {
                    tell("keep " + keep);
                    model.keep(keep);
                    try (PrtBackup backups = model.open()) {
                        backups.cleanupAutoBackups(keep);
                    }
                }
            }
            case 1 -> {
                try (PrtBackup backups = model.open()) {
                    List<BackupInfo> present = Model.automatic(backups);
                    if (!present.isEmpty()) {
                        BackupInfo one = present.get(random.nextInt(present.size()));
                        tell("verify " + one.backupId());
                        model.requireExact(backups, one);
                        assertThat(backups.verifyBackup(one.backupId()).problems())
                                .isEmpty();
                    }
                }
            }
            default -> {
                boolean exclusive = ours.stream().anyMatch(one -> one.exclusive);
                if (random.nextInt(4) == 0 && !exclusive) {
                    manual(model);
                }
            }
        }
    }

    private void manual(Model model) throws Exception {
        if (!Files.exists(database)) {
            return;
        }
        tell("manual backup");
        byte[] before = Image.of(database);
        try (PrtBackup backups = model.open()) {
            BackupInfo made = backups.createBackupWithComment("step " + step);
            assertThat(Image.difference(before, Files.readAllBytes(made.backupPath())))
                    .isEqualTo(Image.difference(before, before));
            backups.deleteBackup(made.backupId());
        }
    }

    private void restore() throws Exception {
        Model model = models.get(database);
        try (PrtBackup backups = model.open()) {
            List<BackupInfo> points =
                    Model.automatic(backups).stream().filter(Model::isPoint).toList();
            if (points.isEmpty()) {
                return;
            }
            if (random.nextBoolean()) {
                closeAll();
            }
            BackupInfo one = points.get(random.nextInt(points.size()));
            tell("restore " + one.backupId());
            backups.restoreFromBackup(one.backupId());
            Path copy = directory.resolve("restored.db");
            Files.deleteIfExists(copy);
            backups.exportBackup(one.backupId(), copy);
            assertThat(Image.content(database)).isEqualTo(Image.content(copy));
            Files.deleteIfExists(copy);
            requireWhole();
            restores++;
        }
    }

    private void finish() throws Exception {
        tell("finish");
        closeAll();
        for (Model model : models.values()) {
            model.check(true);
            model.checkByCommandLine(random);
        }
    }

    @Override
    public void close() throws SQLException, IOException {
        for (Ours one : ours) {
            one.connection.close();
        }
        others.close();
    }
}
