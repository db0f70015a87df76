package io.github.prtbackup.backup;

import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.sqlite.Collation;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;

/**
 * Functions and collations that only the application has, with something in their place, so that SQLite compiles what calls
 * them. What is computed with them means nothing. Not thread-safe.
 */
final class StandIns implements AutoCloseable {
    private static final int ANY_NUMBER = -1;
    private static final Pattern FUNCTION =
            Pattern.compile("(?:no such function: |unknown function: )(.+?)(?:\\(\\))?\\)?$", Pattern.DOTALL);
    private static final Pattern ARGUMENTS =
            Pattern.compile("wrong number of arguments to function (.+?)\\(\\)", Pattern.DOTALL);
    private static final Pattern COLLATION = Pattern.compile("no such collation sequence: (.+?)\\)?$", Pattern.DOTALL);

    private final SQLiteConnection own;
    private final Set<String> functions = new TreeSet<>();
    private final Set<String> collations = new TreeSet<>();

    /** Compares anything; good enough where no order is checked. */
    private static final class AnyOrder extends Collation {
        @Override
        protected int xCompare(String left, String right) {
            return left.compareTo(right);
        }
    }

    /** A text that fits any numeric column as well. */
    private static final class AnyValue extends Function {
        @Override
        protected void xFunc() throws SQLException {
            result("0");
        }
    }

    /** @param own a connection of ours, that gets them */
    StandIns(SQLiteConnection own) {
        this.own = own;
    }

    /**
     * Puts something in the place of what SQLite did not know.
     *
     * @return false if the failure is about something else, or was not mended by that
     */
    boolean add(SQLException failure) throws SQLException {
        String message = String.valueOf(failure.getMessage());
        Matcher collation = COLLATION.matcher(message);
        if (collation.find()) {
            String name = collation.group(1);
            Collation.create(own, name, new AnyOrder());
            return collations.add(name);
        }
        Matcher arguments = ARGUMENTS.matcher(message);
        Matcher function = arguments.find() ? arguments : FUNCTION.matcher(message);
        if (function == arguments || function.find()) {
            String name = function.group(1);
            Function.create(own, name, new AnyValue(), ANY_NUMBER, Function.FLAG_DETERMINISTIC);
            return functions.add(name);
        }
        return false;
    }

    /** {@return what it is that SQLite did not know, in words; empty if the failure is about something else} */
    static Optional<String> unknownName(SQLException failure) {
        String message = String.valueOf(failure.getMessage());
        return Stream.of(COLLATION, ARGUMENTS, FUNCTION)
                .map(pattern -> pattern.matcher(message))
                .filter(Matcher::find)
                .findFirst()
                .map(found -> (found.pattern() == COLLATION ? "collation " : "function ") + found.group(1));
    }

    boolean isEmpty() {
        return functions.isEmpty() && collations.isEmpty();
    }

    Set<String> functions() {
        return Set.copyOf(functions);
    }

    Set<String> collations() {
        return Set.copyOf(collations);
    }

    /** Takes them away again. */
    @Override
    public void close() throws SQLException {
        for (String name : functions) {
            Function.destroy(own, name, ANY_NUMBER);
        }
        for (String name : collations) {
            Collation.destroy(own, name);
        }
    }
}
