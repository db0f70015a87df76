package io.github.prtbackup.cli;

import io.github.prtbackup.testing.Sql;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a process may leave behind that dies in the middle of a transaction, or a disk that fails. Made with plain sqlite-jdbc:
 * the files are taken as they are at the moment, and put back when the connection is closed.
 *
 * <p>The database has a table {@code t (i, v)} with 200 rows, wide enough that a transaction over all of them is written
 * before it is committed.
 */
enum CrashState {
    CLEAN("delete", Present.READABLE),
    HOT_JOURNAL("delete", Present.READABLE),
    HOT_PERSISTENT_JOURNAL("persist", Present.READABLE),
    HOT_JOURNAL_OF_SEVERAL_FILES("delete", Present.READABLE),
    STALE_JOURNAL_OF_SEVERAL_FILES("delete", Present.READABLE),
    PERSISTENT_JOURNAL("persist", Present.READABLE),
    TRUNCATED_JOURNAL("truncate", Present.READABLE),
    LOG("wal", Present.READABLE),
    LOG_WITH_SHARED_MEMORY("wal", Present.READABLE),
    UNCOMMITTED_LOG("wal", Present.READABLE),
    MISSING("delete", Present.ABSENT),
    MISSING_BESIDE_JOURNAL("delete", Present.ABSENT),
    MISSING_BESIDE_LOG("wal", Present.ABSENT),
    EMPTY("delete", Present.READABLE),
    CUT_OFF("delete", Present.DAMAGED),
    NO_DATABASE("delete", Present.DAMAGED);

    /** What there is to be read after SQLite has done what it can. */
    enum Present {
        READABLE,
        DAMAGED,
        ABSENT
    }

    private static final String EACH = "UPDATE t SET v = hex(randomblob(400))";
    private static final byte[] JOURNAL_MAGIC = {
        (byte) 0xd9, (byte) 0xd5, 0x05, (byte) 0xf9, 0x20, (byte) 0xa1, 0x63, (byte) 0xd7
    };
    private static final List<String> SUFFIXES = List.of("", "-journal", "-wal", "-shm");

    private final String journalMode;
    private final Present present;

    CrashState(String journalMode, Present present) {
        this.journalMode = journalMode;
        this.present = present;
    }

    Present present() {
        return present;
    }

    String journalMode() {
        return journalMode;
    }

    /** Brings a database into this state. */
    void apply(Path database) throws Exception {
        switch (this) {
            case CLEAN -> {}
            case HOT_JOURNAL, HOT_PERSISTENT_JOURNAL -> crash(database, "", "-journal");
            case HOT_JOURNAL_OF_SEVERAL_FILES -> {
                crash(database, "", "-journal");
                nameSuperJournal(database, true);
            }
            case STALE_JOURNAL_OF_SEVERAL_FILES -> {
                byte[] journal = take(database, EACH, false).get("-journal");
                try (Connection connection = connect(database)) {
                    Sql.run(connection, "UPDATE t SET v = 'c' WHERE i = 7");
                }
                Files.write(beside(database, "-journal"), journal);
                nameSuperJournal(database, false);
            }
            case PERSISTENT_JOURNAL, TRUNCATED_JOURNAL -> {
                try (Connection connection = connect(database)) {
                    Sql.run(connection, "UPDATE t SET v = 'c' WHERE i = 7");
                }
            }
            case LOG, UNCOMMITTED_LOG -> crash(database, "", "-wal");
            case LOG_WITH_SHARED_MEMORY -> crash(database, "", "-wal", "-shm");
            case MISSING -> Files.delete(database);
            case MISSING_BESIDE_JOURNAL -> {
                crash(database, "", "-journal");
                Files.delete(database);
            }
            case MISSING_BESIDE_LOG -> {
                crash(database, "", "-wal");
                Files.delete(database);
            }
            case EMPTY -> Files.write(database, new byte[0]);
            case CUT_OFF -> Files.write(database, Arrays.copyOf(Files.readAllBytes(database), 4096 + 100));
            case NO_DATABASE -> Files.writeString(database, "no database\n".repeat(1000));
        }
    }

    private void crash(Path database, String... suffixes) throws Exception {
        boolean commits = this == LOG || this == LOG_WITH_SHARED_MEMORY;
        Map<String, byte[]> files = take(database, EACH, commits);
        for (String suffix : SUFFIXES) {
            Files.deleteIfExists(beside(database, suffix));
        }
        for (String suffix : suffixes) {
            Files.write(beside(database, suffix), files.get(suffix));
        }
    }

    /** The files in the middle of a transaction. */
    private Map<String, byte[]> take(Path database, String sql, boolean commitsBefore) throws Exception {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (Connection connection = connect(database)) {
            Sql.run(connection, "PRAGMA cache_size = 2");
            if (commitsBefore) {
                Sql.run(connection, "UPDATE t SET v = 'c' WHERE i = 7");
            }
            Sql.run(connection, "BEGIN IMMEDIATE", sql);
            for (String suffix : SUFFIXES) {
                Path file = beside(database, suffix);
                if (Files.exists(file)) {
                    files.put(suffix, Files.readAllBytes(file));
                }
            }
            Sql.run(connection, "ROLLBACK");
        }
        return files;
    }

    private Connection connect(Path database) throws Exception {
        return Sql.plain(database, "journal_mode=" + journalMode);
    }

    /** What SQLite writes at the end of a journal when it commits a transaction over several files. */
    private static void nameSuperJournal(Path database, boolean exists) throws IOException {
        Path journal = beside(database, "-journal");
        Path file = beside(database, "-mj012345967");
        byte[] name = file.toString().getBytes(StandardCharsets.UTF_8);
        int sum = 0;
        for (byte b : name) {
            sum += b;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] before = Files.readAllBytes(journal);
        out.write(before);
        // At the start of a sector, behind a page number that no page has.
        out.write(new byte[(512 - before.length % 512) % 512]);
        out.write(ByteBuffer.allocate(4).putInt((1 << 30) / 4096 + 1).array());
        out.write(name);
        out.write(ByteBuffer.allocate(8).putInt(name.length).putInt(sum).array());
        out.write(JOURNAL_MAGIC);
        Files.write(journal, out.toByteArray());
        if (exists) {
            Files.write(
                    file,
                    (journal + "\0" + beside(database, "-other-journal") + "\0").getBytes(StandardCharsets.UTF_8));
        }
    }

    private static Path beside(Path database, String suffix) {
        return database.resolveSibling(database.getFileName() + suffix);
    }
}
