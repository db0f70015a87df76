package io.github.prtbackup.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** A database that an application uses, seen from outside: what is in it, and which backups an operation leaves. */
public final class WatchedDatabase {

    private static final int CHANGE_COUNTER_OFFSET = 24;

    private final Path file;

    /** Watches a database that is not there yet; what an earlier run has left of it is deleted. */
    public WatchedDatabase(Path file) throws IOException {
        this.file = file;
        Files.deleteIfExists(file);
        Path backups = file.resolveSibling("backups");
        if (Files.exists(backups)) {
            try (Stream<Path> files = Files.list(backups)) {
                for (Path backup : files.toList()) {
                    Files.delete(backup);
                }
            }
        }
    }

    /** Runs an operation that is one transaction, and checks that its one backup holds exactly the state before. */
    public <T> T leavesOneBackup(Callable<T> operation) throws Exception {
        Map<String, List<String>> before = content(file);
        T result = leavesOneBackupOf(before, operation);
        assertThat(content(file)).isNotEqualTo(before);
        return result;
    }

    /** Runs an operation of one transaction that changes nothing in the end, which has its backup as well. */
    public void leavesOneBackupAndNoChange(Callable<?> operation) throws Exception {
        Map<String, List<String>> before = content(file);
        leavesOneBackupOf(before, operation);
        assertThat(content(file)).isEqualTo(before);
    }

    /** Runs an operation that only reads. */
    public <T> T leavesNoBackup(Callable<T> operation) throws Exception {
        Map<String, List<String>> before = content(file);
        long last = lastId();
        T result = operation.call();
        assertThat(backupsAfter(last)).isEmpty();
        assertThat(content(file)).isEqualTo(before);
        return result;
    }

    /**
     * Runs an operation of several transactions that all write, and checks that there is one backup of each state that
     * the database was in before the last of them. That there are no fewer is told by SQLite, which counts transactions
     * in the file.
     */
    public void leavesOneBackupForEachTransaction(Callable<?> operation) throws Exception {
        Map<String, List<String>> before = content(file);
        int transactions = changeCounter(file);
        long last = lastId();
        operation.call();
        List<BackupInfo> backups = backupsAfter(last);
        assertThat(backups).hasSize(changeCounter(file) - transactions);
        assertThat(content(backups.get(0).backupPath())).isEqualTo(before);
        List<Map<String, List<String>>> states = new ArrayList<>();
        for (BackupInfo backup : backups) {
            states.add(content(backup.backupPath()));
        }
        assertThat(states).doesNotHaveDuplicates().doesNotContain(content(file));
    }

    /** The first column of the rows of a query, read by plain sqlite-jdbc. */
    public List<String> column(String query) throws SQLException {
        try (Connection connection = plain(file);
                Statement statement = connection.createStatement()) {
            return column(statement, query);
        }
    }

    /** The first value that a query finds in each backup, oldest backup first. */
    public List<String> inEachBackup(String query) throws Exception {
        List<String> values = new ArrayList<>();
        for (BackupInfo backup : history()) {
            try (Connection connection = plain(backup.backupPath());
                    Statement statement = connection.createStatement()) {
                values.add(column(statement, query).get(0));
            }
        }
        return values;
    }

    private <T> T leavesOneBackupOf(Map<String, List<String>> before, Callable<T> operation) throws Exception {
        long last = lastId();
        T result = operation.call();
        List<BackupInfo> backups = backupsAfter(last);
        assertThat(backups).hasSize(1);
        assertThat(backups.get(0).isAuto()).isTrue();
        assertThat(content(backups.get(0).backupPath())).isEqualTo(before);
        return result;
    }

    private List<BackupInfo> backupsAfter(long id) throws Exception {
        return history().stream().filter(backup -> backup.backupId() > id).toList();
    }

    /** Ids and not numbers of backups are compared: the driver deletes old ones. */
    private long lastId() throws Exception {
        return history().stream().mapToLong(BackupInfo::backupId).max().orElse(0);
    }

    /** Oldest first. */
    private List<BackupInfo> history() throws Exception {
        try (PrtBackup backups = PrtBackup.open(file)) {
            List<BackupInfo> history = new ArrayList<>(backups.getBackupHistory());
            Collections.reverse(history);
            return history;
        }
    }

    /** The schema, its version, and all rows of all tables. */
    private static Map<String, List<String>> content(Path database) throws SQLException {
        Map<String, List<String>> content = new TreeMap<>();
        if (!Files.exists(database)) {
            // What SQLite takes for an empty database.
            content.put("schema", List.of());
            content.put("version", List.of("0"));
            return content;
        }
        try (Connection connection = plain(database);
                Statement statement = connection.createStatement()) {
            content.put("schema", column(statement, "SELECT type || ' ' || name || ' ' || sql FROM sqlite_schema"));
            content.put("version", column(statement, "PRAGMA user_version"));
            for (String table : column(statement, "SELECT name FROM sqlite_schema WHERE type = 'table'")) {
                content.put("rows of " + table, rows(statement, table));
            }
        }
        return content;
    }

    private static List<String> column(Statement statement, String query) throws SQLException {
        List<String> values = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                values.add(String.valueOf(rows.getString(1)));
            }
        }
        return values;
    }

    private static List<String> rows(Statement statement, String table) throws SQLException {
        List<String> values = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("SELECT * FROM \"" + table + "\"")) {
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(rows.getString(i));
                }
                values.add(row.toString());
            }
        }
        return values;
    }

    private static Connection plain(Path database) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + database);
    }

    /** The number in the file's header that rises by one with every transaction that has written; 0 of a new file. */
    private static int changeCounter(Path database) throws IOException {
        if (!Files.exists(database) || Files.size(database) == 0) {
            return 0;
        }
        try (DataInputStream header = new DataInputStream(Files.newInputStream(database))) {
            header.skipNBytes(CHANGE_COUNTER_OFFSET);
            return header.readInt();
        }
    }
}
