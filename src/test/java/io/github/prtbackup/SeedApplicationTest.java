package io.github.prtbackup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.testing.Backups;
import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A personal contacts tool, the kind of application that the driver was made for, with all that it does to its database.
 * Each of its operations leaves exactly one automatic backup, which is named after it and holds the state before it.
 */
class SeedApplicationTest {

    private static final List<String> TABLES =
            List.of("contacts", "tags", "notes", "contact_tags", "contact_notes", "relationships");

    @TempDir
    Path directory;

    private Path database;
    private Connection connection;

    /** What one operation does. */
    @FunctionalInterface
    interface Operation {
        void run() throws SQLException;
    }

    @BeforeEach
    void createContacts() throws SQLException {
        database = directory.resolve("prt.db");
        try (Connection plain = Sql.plain(database)) {
            Sql.run(
                    plain,
                    "CREATE TABLE contacts (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT)",
                    "CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
                    "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL UNIQUE, content TEXT)",
                    "CREATE TABLE contact_tags (contact_id INT REFERENCES contacts ON DELETE CASCADE,"
                            + " tag_id INT REFERENCES tags ON DELETE CASCADE, PRIMARY KEY (contact_id, tag_id))"
                            + " WITHOUT ROWID",
                    "CREATE TABLE contact_notes (contact_id INT REFERENCES contacts ON DELETE CASCADE,"
                            + " note_id INT REFERENCES notes ON DELETE CASCADE, PRIMARY KEY (contact_id, note_id))",
                    "CREATE TABLE relationships (id INTEGER PRIMARY KEY, from_id INT REFERENCES contacts,"
                            + " to_id INT REFERENCES contacts, kind TEXT, UNIQUE (from_id, to_id, kind))",
                    "INSERT INTO contacts VALUES (1, 'Ada', 'ada@example.org'), (2, 'Grace', NULL), (3, 'Edsger', NULL)");
        }
        connection = Sql.open(database, "foreign_keys=on", "backup.keep=100");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @Test
    void tags() throws Exception {
        leavesOneBackup("create_tag", () -> update("INSERT INTO tags (name) VALUES (?)", "friend"));
        leavesOneBackup(
                "update_tag", () -> update("UPDATE tags SET name = ? WHERE name = ?", "close friend", "friend"));
        leavesOneBackup(
                "add_tag_to_contact",
                () -> update("INSERT INTO contact_tags SELECT ?, id FROM tags WHERE name = ?", 1, "close friend"));
        leavesOneBackup("remove_tag_from_contact", () -> update("DELETE FROM contact_tags WHERE contact_id = ?", 1));
        leavesOneBackup("delete_tag", () -> update("DELETE FROM tags WHERE name = ?", "close friend"));
    }

    @Test
    void notes() throws Exception {
        leavesOneBackup("create_note", () -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO notes (title, content) VALUES (?, ?)", Statement.RETURN_GENERATED_KEYS)) {
                insert.setString(1, "Met at the conference");
                insert.setString(2, "Talked about compilers");
                insert.executeUpdate();
                try (ResultSet keys = insert.getGeneratedKeys()) {
                    assertThat(keys.next()).isTrue();
                    assertThat(keys.getLong(1)).isOne();
                }
            }
        });
        leavesOneBackup("update_note", () -> update("UPDATE notes SET content = ? WHERE id = ?", "And lunch", 1));
        leavesOneBackup("add_note_to_contact", () -> update("INSERT INTO contact_notes VALUES (?, ?)", 2, 1));
        leavesOneBackup("remove_note_from_contact", () -> update("DELETE FROM contact_notes WHERE note_id = ?", 1));
        leavesOneBackup("delete_note", () -> update("DELETE FROM notes WHERE id = ?", 1));
    }

    @Test
    void relationships() throws Exception {
        leavesOneBackup(
                "create_relationship",
                () -> update("INSERT INTO relationships (from_id, to_id, kind) VALUES (?, ?, ?)", 1, 2, "mentor"));
        leavesOneBackup("delete_relationship", () -> update("DELETE FROM relationships WHERE from_id = ?", 1));
        leavesOneBackup("bulk_create_relationships", () -> {
            connection.setAutoCommit(false);
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO relationships (from_id, to_id, kind) VALUES (?, ?, 'colleague')")) {
                for (int[] pair : new int[][] {{1, 2}, {1, 3}, {2, 3}}) {
                    insert.setInt(1, pair[0]);
                    insert.setInt(2, pair[1]);
                    insert.addBatch();
                }
                assertThat(insert.executeBatch()).containsExactly(1, 1, 1);
                insert.setInt(1, 3);
                insert.setInt(2, 1);
                insert.executeUpdate();
            }
            connection.commit();
            connection.setAutoCommit(true);
        });
        assertThat(Sql.number(database, "SELECT count(*) FROM relationships")).isEqualTo(4);
    }

    @Test
    void rawSql() throws Exception {
        leavesOneBackup(
                "execute_sql", () -> Sql.run(connection, "UPDATE contacts SET email = lower(name) || '@x.org'"));
        leavesOneBackup(
                "execute_sql",
                () -> Sql.run(
                        connection, "DELETE FROM contacts WHERE id = 3; INSERT INTO contacts (name) VALUES ('Alan')"));
        leavesOneBackup(
                "execute_sql", () -> Sql.column(connection, "DELETE FROM contacts WHERE id = 2 RETURNING name"));
    }

    @Test
    void schemaMigration() throws Exception {
        leavesOneBackup("migrate_to_version_2", () -> {
            Sql.run(connection, "BEGIN IMMEDIATE");
            Sql.run(connection, "ALTER TABLE contacts ADD COLUMN phone TEXT");
            Sql.run(
                    connection,
                    "CREATE TABLE contacts_new (id INTEGER PRIMARY KEY, name TEXT, email TEXT, phone TEXT)");
            Sql.run(connection, "INSERT INTO contacts_new SELECT * FROM contacts");
            Sql.run(connection, "CREATE INDEX contacts_by_name ON contacts_new (name)");
            Sql.run(connection, "PRAGMA user_version = 2");
            Sql.run(connection, "COMMIT");
        });
        assertThat(Sql.number(Backups.newest(database).backupPath(), "PRAGMA user_version"))
                .isZero();
    }

    private void leavesOneBackup(String name, Operation operation) throws Exception {
        Map<String, List<String>> before = content(database);
        int count = Backups.count(database);
        connection.setClientInfo("backup.operation", name);
        operation.run();
        assertThat(content(database)).isNotEqualTo(before);
        assertThat(Backups.count(database)).isEqualTo(count + 1);
        BackupInfo backup = Backups.newest(database);
        assertThat(backup.isAuto()).isTrue();
        assertThat(backup.comment()).isEqualTo("Auto-backup before: " + name);
        assertThat(content(backup.backupPath())).isEqualTo(before);
    }

    private void update(String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            assertThat(statement.executeUpdate()).isOne();
        }
    }

    /** All rows of all tables, and the schema. */
    private static Map<String, List<String>> content(Path file) throws SQLException {
        Map<String, List<String>> content = new LinkedHashMap<>();
        try (Connection plain = Sql.plain(file)) {
            content.put("schema", Sql.column(plain, "SELECT sql FROM sqlite_schema ORDER BY name"));
            for (String table : TABLES) {
                content.put(table, rows(plain, table));
            }
        }
        return content;
    }

    private static List<String> rows(Connection connection, String table) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT * FROM " + table + " ORDER BY 1, 2")) {
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getString(i));
                }
                rows.add(row.toString());
            }
        }
        return rows;
    }
}
