package io.github.prtbackup.sql;

import io.github.prtbackup.sql.Lexer.Kind;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What an INSERT, REPLACE, UPDATE or DELETE does, by its text.
 *
 * @param table the table or view, as it is written
 * @param events which triggers of it may be called; with {@code recursive_triggers} those of deletions as well
 */
public record RowChange(QualifiedName table, Set<Event> events) {

    /** What calls a trigger. */
    public enum Event {
        /** A new row. */
        INSERT,
        /** Other values in a row. */
        UPDATE,
        /** A row less. */
        DELETE
    }

    /** Reads a statement; empty where it is none of these. */
    static Optional<RowChange> of(String statement) {
        Lexer lexer = new Lexer(statement);
        lexer.next();
        if (lexer.isWord("WITH") && !TableExpressions.skip(lexer)) {
            return Optional.empty();
        }
        Event event = event(lexer);
        QualifiedName table = event == null ? null : QualifiedName.ofChangedTable(lexer);
        if (table == null) {
            return Optional.empty();
        }
        Set<Event> events = EnumSet.of(event);
        boolean isDo = false;
        while (lexer.kind() != Kind.END) {
            if (isDo && lexer.isWord("UPDATE")) {
                events.add(Event.UPDATE);
            }
            isDo = lexer.isWord("DO");
            lexer.next();
        }
        return Optional.of(new RowChange(table, Set.copyOf(events)));
    }

    /** What the word at the cursor does; null if it is none of these. */
    static Event event(Lexer lexer) {
        if (lexer.isWord("INSERT") || lexer.isWord("REPLACE")) {
            return Event.INSERT;
        }
        if (lexer.isWord("UPDATE")) {
            return Event.UPDATE;
        }
        return lexer.isWord("DELETE") ? Event.DELETE : null;
    }
}
