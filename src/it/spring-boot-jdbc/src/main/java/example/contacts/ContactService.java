package example.contacts;

import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.List;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.jdbc.support.KeyHolder;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
public class ContactService {

    private final JdbcTemplate jdbc;

    public ContactService(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    @Transactional
    public long add(String name) {
        KeyHolder key = new GeneratedKeyHolder();
        jdbc.update(
                connection -> {
                    PreparedStatement insert = connection.prepareStatement(
                            "INSERT INTO contact (name) VALUES (?)", Statement.RETURN_GENERATED_KEYS);
                    insert.setString(1, name);
                    return insert;
                },
                key);
        return key.getKey().longValue();
    }

    /** Without a transaction, as one batch is one. */
    public void addAll(List<String> names) {
        jdbc.batchUpdate(
                "INSERT INTO contact (name) VALUES (?)",
                names.stream().map(name -> new Object[] {name}).toList());
    }

    public Contact find(long id) {
        return jdbc.queryForObject(
                "SELECT * FROM contact WHERE id = ?", DataClassRowMapper.newInstance(Contact.class), id);
    }

    public boolean rename(Contact contact, String name) {
        return jdbc.update(
                        "UPDATE contact SET name = ?, version = version + 1 WHERE id = ? AND version = ?",
                        name,
                        contact.id(),
                        contact.version())
                == 1;
    }

    @Transactional
    public void tag(long id, String tag) {
        jdbc.update("INSERT OR IGNORE INTO tag (name) VALUES (?)", tag);
        jdbc.update("INSERT INTO contact_tag SELECT ?, id FROM tag WHERE name = ?", id, tag);
    }

    @Transactional
    public void delete(long id) {
        jdbc.update("DELETE FROM contact WHERE id = ?", id);
    }

    @Transactional
    public void addAndFail(String name) {
        jdbc.update("INSERT INTO contact (name) VALUES (?)", name);
        throw new IllegalStateException("No contact may be named " + name);
    }

    @Transactional
    public List<String> tagged(String tag) {
        return jdbc.queryForList("""
                SELECT contact.name FROM contact
                JOIN contact_tag ON contact_id = contact.id JOIN tag ON tag_id = tag.id
                WHERE tag.name = ? ORDER BY contact.name
                """, String.class, tag);
    }

    @Transactional
    public List<String> names() {
        return jdbc.queryForList("SELECT name FROM contact ORDER BY name", String.class);
    }
}
