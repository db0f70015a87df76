package example.contacts;

import java.util.List;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
public class ContactService {

    private final ContactRepository contacts;
    private final TagRepository tags;

    public ContactService(ContactRepository contacts, TagRepository tags) {
        this.contacts = contacts;
        this.tags = tags;
    }

    @Transactional
    public long add(String name) {
        return contacts.save(new Contact(name)).getId();
    }

    @Transactional
    public void addAll(List<String> names) {
        contacts.saveAll(names.stream().map(Contact::new).toList());
    }

    @Transactional(readOnly = true)
    public Contact find(long id) {
        return contacts.findById(id).orElseThrow();
    }

    public boolean rename(Contact contact, String name) {
        contact.setName(name);
        try {
            contacts.save(contact);
            return true;
        } catch (OptimisticLockingFailureException e) {
            return false;
        }
    }

    @Transactional
    public void tag(long id, String name) {
        Tag tag = tags.findByName(name).orElseGet(() -> tags.save(new Tag(name)));
        contacts.findById(id).orElseThrow().getTags().add(tag);
    }

    @Transactional
    public void delete(long id) {
        contacts.deleteById(id);
    }

    @Transactional
    public void addAndFail(String name) {
        contacts.save(new Contact(name));
        throw new IllegalStateException("No contact may be named " + name);
    }

    @Transactional(readOnly = true)
    public List<String> tagged(String tag) {
        return contacts.findNamesByTag(tag);
    }

    @Transactional(readOnly = true)
    public List<String> names() {
        return contacts.findAll().stream().map(Contact::getName).sorted().toList();
    }
}
