package example.contacts;

/** A contact to add; MyBatis puts the generated key into it. */
public final class NewContact {

    private final String name;
    private long id;

    public NewContact(String name) {
        this.name = name;
    }

    public String getName() {
        return name;
    }

    public long getId() {
        return id;
    }

    public void setId(long id) {
        this.id = id;
    }
}
