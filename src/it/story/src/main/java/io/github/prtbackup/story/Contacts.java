package io.github.prtbackup.story;

import java.util.List;
import java.util.concurrent.Callable;

/**
 * The operations of a contacts application. Each of them is one transaction.
 *
 * @param <C> what the application makes of a row of contacts
 * @param add adds a contact and returns the key that the database has given it
 * @param addAll adds contacts by one batch
 * @param find reads a contact by its key
 * @param rename gives a contact another name and returns true, or false if somebody has changed it since it was read
 * @param tag gives the contact with a key a tag, which is created first if there is none of that name
 * @param delete deletes the contact with a key, and its tags
 * @param addAndFail adds a contact and then throws an exception that names it, in the same transaction
 * @param tagged the names of the contacts that have a tag, in the order of the alphabet
 * @param names the names of all contacts
 * @param stop ends the application
 */
public record Contacts<C>(
        Function<String, Long> add,
        Consumer<List<String>> addAll,
        Function<Long, C> find,
        BiFunction<C, String, Boolean> rename,
        BiConsumer<Long, String> tag,
        Consumer<Long> delete,
        Consumer<String> addAndFail,
        Function<String, List<String>> tagged,
        Callable<List<String>> names,
        Callable<?> stop) {

    /** As in the JDK, but that it may throw anything. */
    @FunctionalInterface
    public interface Function<A, R> {
        R apply(A argument) throws Exception;
    }

    /** As in the JDK, but that it may throw anything. */
    @FunctionalInterface
    public interface BiFunction<A, B, R> {
        R apply(A first, B second) throws Exception;
    }

    /** As in the JDK, but that it may throw anything. */
    @FunctionalInterface
    public interface Consumer<A> {
        void accept(A argument) throws Exception;
    }

    /** As in the JDK, but that it may throw anything. */
    @FunctionalInterface
    public interface BiConsumer<A, B> {
        void accept(A first, B second) throws Exception;
    }

    /** Ends an application by closing what it has opened. */
    public static Callable<?> closing(AutoCloseable resource) {
        return () -> {
            resource.close();
            return null;
        };
    }
}
