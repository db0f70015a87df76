package example.contacts;

import java.util.List;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

public interface ContactRepository extends JpaRepository<Contact, Long> {

    @Query("select c.name from Contact c join c.tags t where t.name = :tag order by c.name")
    List<String> findNamesByTag(String tag);
}
