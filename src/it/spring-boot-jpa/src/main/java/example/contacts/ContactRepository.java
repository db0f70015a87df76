package example.contacts;

import java.util.List;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.transaction.annotation.Transactional;

public interface ContactRepository extends JpaRepository<Contact, Long> {

    @Query("select c.name from Contact c join c.tags t where t.name = :tag order by c.name")
    List<String> findNamesByTag(String tag);

    // What only SQLite says. Where JSqlParser is on the class path Spring Data parses these with it, and does not
    // start.

    @Query(value = "SELECT name FROM contact WHERE name GLOB :pattern ORDER BY name", nativeQuery = true)
    List<String> findNamesLike(String pattern);

    @Query(value = "SELECT count(*) FROM contact NOT INDEXED WHERE name == :name", nativeQuery = true)
    long countNamed(String name);

    @Query(value = "SELECT count(*) FROM contact WHERE name IS :name", nativeQuery = true)
    long countThatAre(String name);

    @Modifying
    @Transactional
    @Query(value = "INSERT OR IGNORE INTO tag (id, name) VALUES (:id, :name)", nativeQuery = true)
    int addTagUnlessThere(long id, String name);
}
