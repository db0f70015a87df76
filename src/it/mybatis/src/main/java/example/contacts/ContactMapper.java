package example.contacts;

import java.util.List;
import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Options;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;

/** The statements of contacts. */
public interface ContactMapper {

    @Insert("INSERT INTO contact (name) VALUES (#{name})")
    @Options(useGeneratedKeys = true, keyProperty = "id")
    void add(NewContact contact);

    @Select("SELECT * FROM contact WHERE id = #{id}")
    Contact find(long id);

    @Update("""
            UPDATE contact SET name = #{name}, version = version + 1
            WHERE id = #{contact.id} AND version = #{contact.version}
            """)
    int rename(@Param("contact") Contact contact, @Param("name") String name);

    @Insert("INSERT OR IGNORE INTO tag (name) VALUES (#{tag})")
    void createTag(String tag);

    @Insert("INSERT INTO contact_tag SELECT #{id}, id FROM tag WHERE name = #{tag}")
    void link(@Param("id") long id, @Param("tag") String tag);

    @Delete("DELETE FROM contact WHERE id = #{id}")
    void delete(long id);

    @Select("""
            SELECT contact.name FROM contact JOIN contact_tag ON contact_id = contact.id JOIN tag ON tag_id = tag.id
            WHERE tag.name = #{tag} ORDER BY contact.name
            """)
    List<String> tagged(String tag);

    @Select("SELECT name FROM contact ORDER BY name")
    List<String> names();
}
