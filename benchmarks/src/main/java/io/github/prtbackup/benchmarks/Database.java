package io.github.prtbackup.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A database to be measured, alone in a directory of its own that goes when it is closed. It is a copy of one that is
 * generated once per size and kept: contacts of which four fill a page of 4 KiB.
 */
record Database(Path file, long rows) implements Closing.Resource {

    private static final Path ROOT = Path.of(System.getProperty("benchmarks.directory", "target/databases"));
    private static final int BYTES_PER_ROW = 1024;
    private static final int BYTES_OF_NOTE = 960;

    /**
     * Makes a database.
     *
     * @param size such as {@code 10MB} or {@code 1GB}
     */
    static Database create(String size, Journal journal) throws IOException, SQLException {
        Path template = template(size);
        Path directory = Files.createTempDirectory(ROOT, "run-");
        Database database = new Database(Files.copy(template, directory.resolve("contacts.db")), rows(size));
        database.settle(journal);
        return database;
    }

    /** The size in bytes that {@code 10MB} or {@code 1GB} stands for. */
    static long bytes(String size) {
        int shift = switch (size.substring(size.length() - 2).toUpperCase(Locale.ROOT)) {
            case "KB" -> 10;
            case "MB" -> 20;
            case "GB" -> 30;
            default -> throw new IllegalArgumentException("Not a size: " + size + "; write 10MB or 1GB");
        };
        return Long.parseLong(size.substring(0, size.length() - 2)) << shift;
    }

    Path backups() {
        return file.resolveSibling("backups");
    }

    private static long rows(String size) {
        return bytes(size) / BYTES_PER_ROW;
    }

    /** The generated database of a size; nobody ever writes it, or has it open in SQLite. */
    static Path template(String size) throws IOException, SQLException {
        Path template = ROOT.resolve("contacts-" + size + ".db");
        if (Files.exists(template)) {
            return template;
        }
        Files.createDirectories(ROOT);
        Path unfinished = Files.createTempFile(ROOT, "unfinished-", ".db");
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + unfinished + "?journal_mode=OFF&synchronous=OFF");
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE contacts (id INTEGER PRIMARY KEY, visits INTEGER, note BLOB)");
            statement.executeUpdate("INSERT INTO contacts WITH RECURSIVE ids(id) AS (VALUES (1) UNION ALL"
                    + " SELECT id + 1 FROM ids WHERE id < " + rows(size) + ") SELECT id, 0, randomblob(" + BYTES_OF_NOTE
                    + ") FROM ids");
        }
        return Files.move(unfinished, template);
    }

    /** Sets the journal mode, and waits until the copy is on the disk: writing it later would disturb the measuring. */
    private void settle(Journal journal) throws IOException, SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = " + journal.mode());
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        delete(file.getParent());
    }

    /** Again if something came to it meanwhile: old points may be folded away in the background for a moment longer. */
    static void delete(Path directory) throws IOException {
        while (Files.exists(directory)) {
            try {
                deleteOnce(directory);
            } catch (DirectoryNotEmptyException | NoSuchFileException | UncheckedIOException e) {
                Thread.onSpinWait();
            }
        }
    }

    private static void deleteOnce(Path directory) throws IOException {
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(directory)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }
}
