package example.contacts;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Contacts in tables, by plain JDBC. */
public final class ContactRepository {

    private final DataSource dataSource;

    public ContactRepository(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Work on a connection. */
    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    public void createTables() throws SQLException, IOException {
        try (InputStream schema = ContactRepository.class.getResourceAsStream("/schema.sql");
                Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate(new String(schema.readAllBytes(), StandardCharsets.UTF_8));
            connection.commit();
        }
    }

    public long add(String name) throws SQLException {
        return inTransaction(connection -> insert(connection, name));
    }

    public void addAll(List<String> names) throws SQLException {
        inTransaction(connection -> {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO contact (name) VALUES (?)")) {
                for (String name : names) {
                    insert.setString(1, name);
                    insert.addBatch();
                }
                return insert.executeBatch();
            }
        });
    }

    public Contact find(long id) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement("SELECT * FROM contact WHERE id = ?")) {
            select.setLong(1, id);
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                return new Contact(rows.getLong("id"), rows.getString("name"), rows.getInt("version"));
            }
        }
    }

    public boolean rename(Contact contact, String name) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement update = connection.prepareStatement(
                        "UPDATE contact SET name = ?, version = version + 1 WHERE id = ? AND version = ?")) {
            update.setString(1, name);
            update.setLong(2, contact.id());
            update.setInt(3, contact.version());
            return update.executeUpdate() == 1;
        }
    }

    public void tag(long id, String tag) throws SQLException {
        inTransaction(connection -> {
            try (PreparedStatement create = connection.prepareStatement("INSERT OR IGNORE INTO tag (name) VALUES (?)");
                    PreparedStatement link = connection.prepareStatement(
                            "INSERT INTO contact_tag SELECT ?, id FROM tag WHERE name = ?")) {
                create.setString(1, tag);
                create.executeUpdate();
                link.setLong(1, id);
                link.setString(2, tag);
                return link.executeUpdate();
            }
        });
    }

    public void delete(long id) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement delete = connection.prepareStatement("DELETE FROM contact WHERE id = ?")) {
            delete.setLong(1, id);
            delete.executeUpdate();
        }
    }

    public void addAndFail(String name) throws SQLException {
        inTransaction(connection -> {
            insert(connection, name);
            throw new IllegalStateException("No contact may be named " + name);
        });
    }

    public List<String> tagged(String tag) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement("""
                        SELECT contact.name FROM contact
                        JOIN contact_tag ON contact_id = contact.id JOIN tag ON tag_id = tag.id
                        WHERE tag.name = ? ORDER BY contact.name
                        """)) {
            select.setString(1, tag);
            return names(select);
        }
    }

    public List<String> names() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement("SELECT name FROM contact ORDER BY name")) {
            return names(select);
        }
    }

    private static long insert(Connection connection, String name) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO contact (name) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
            insert.setString(1, name);
            insert.executeUpdate();
            try (ResultSet keys = insert.getGeneratedKeys()) {
                keys.next();
                return keys.getLong(1);
            }
        }
    }

    private static List<String> names(PreparedStatement select) throws SQLException {
        List<String> names = new ArrayList<>();
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    private <T> T inTransaction(Work<T> work) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try {
                T result = work.on(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
        }
    }
}
