package io.github.prtbackup.cli;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The application of the demo: a small address book that knows JDBC and nothing of backups but the operation's name. */
final class Contacts {
    private static final List<String> TABLES =
            List.of("contacts", "tags", "notes", "contact_tags", "contact_notes", "relationships");

    private static final String[] SCHEMA = {
        "CREATE TABLE contacts (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT)",
        "CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL, content TEXT)",
        "CREATE TABLE contact_tags (contact_id INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,"
                + " tag_id INTEGER NOT NULL REFERENCES tags ON DELETE CASCADE, PRIMARY KEY (contact_id, tag_id))",
        "CREATE TABLE contact_notes (contact_id INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,"
                + " note_id INTEGER NOT NULL REFERENCES notes ON DELETE CASCADE, PRIMARY KEY (contact_id, note_id))",
        "CREATE TABLE relationships (id INTEGER PRIMARY KEY,"
                + " from_contact INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,"
                + " to_contact INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE, kind TEXT NOT NULL)",
    };

    private final Connection connection;

    Contacts(Connection connection) {
        this.connection = connection;
    }

    /** One transaction of the application, under the name that its backup will carry. */
    void perform(String operation, Work work) throws SQLException {
        connection.setClientInfo("backup.operation", operation);
        connection.setAutoCommit(false);
        try {
            work.run();
            connection.commit();
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** The statements of one transaction. */
    interface Work {
        void run() throws SQLException;
    }

    void createSchema() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String table : SCHEMA) {
                statement.executeUpdate(table);
            }
        }
    }

    /** Adds contacts in one batch. */
    void addContacts(String[][] namesAndAddresses) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO contacts (name, email) VALUES (?, ?)")) {
            for (String[] contact : namesAndAddresses) {
                insert.setString(1, contact[0]);
                insert.setString(2, contact[1]);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    void addTag(String name, String... contacts) throws SQLException {
        update("INSERT INTO tags (name) VALUES (?)", name);
        for (String contact : contacts) {
            update(
                    "INSERT INTO contact_tags SELECT c.id, t.id FROM contacts c, tags t WHERE c.name = ? AND t.name = ?",
                    contact,
                    name);
        }
    }

    void addNote(String title, String content, String contact) throws SQLException {
        update("INSERT INTO notes (title, content) VALUES (?, ?)", title, content);
        update(
                "INSERT INTO contact_notes SELECT c.id, n.id FROM contacts c, notes n WHERE c.name = ? AND n.title = ?",
                contact,
                title);
    }

    void relate(String from, String to, String kind) throws SQLException {
        update(
                "INSERT INTO relationships (from_contact, to_contact, kind)"
                        + " SELECT a.id, b.id, ? FROM contacts a, contacts b WHERE a.name = ? AND b.name = ?",
                kind,
                from,
                to);
    }

    void changeAddress(String name, String address) throws SQLException {
        update("UPDATE contacts SET email = ? WHERE name = ?", address, name);
    }

    List<String> names() throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT name FROM contacts ORDER BY id")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    /** Every row of every table, in order. */
    Map<String, List<List<String>>> everything() throws SQLException {
        Map<String, List<List<String>>> everything = new LinkedHashMap<>();
        for (String table : TABLES) {
            everything.put(table, rows(table));
        }
        return everything;
    }

    private List<List<String>> rows(String table) throws SQLException {
        List<List<String>> all = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT * FROM " + table + " ORDER BY 1, 2")) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    row.add(rows.getString(column));
                }
                all.add(row);
            }
        }
        return all;
    }

    private void update(String sql, String... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}
