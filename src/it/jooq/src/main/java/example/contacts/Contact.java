package example.contacts;

/** A row of contacts, with the version that an update has to find unchanged. */
public record Contact(long id, String name, int version) {}
