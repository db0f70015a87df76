package io.github.prtbackup.sql;

import io.github.prtbackup.sql.Lexer.Kind;
import io.github.prtbackup.sql.RowChange.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A trigger, by its text.
 *
 * @param event what calls it
 * @param table what it is on, as it is written
 * @param changes what it does to rows; empty if that is not understood
 */
public record Trigger(Event event, QualifiedName table, Optional<List<RowChange>> changes) {

    /**
     * Reads a definition as {@code sqlite_schema} has it; empty if it is not understood.
     *
     * @param definition from CREATE to END
     */
    public static Optional<Trigger> of(String definition) {
        Lexer lexer = new Lexer(definition);
        // CREATE, TRIGGER, a name that may be any word, and what follows: SQLite leaves out whatever else there was.
        for (int token = 0; token < 4; token++) {
            lexer.next();
        }
        if (lexer.isWord("BEFORE") || lexer.isWord("AFTER")) {
            lexer.next();
        } else if (lexer.isWord("INSTEAD")) {
            lexer.next();
            lexer.next();
        }
        Event event = RowChange.event(lexer);
        while (lexer.kind() != Kind.END && !lexer.isWord("ON")) {
            lexer.next();
        }
        lexer.next();
        QualifiedName table = QualifiedName.read(lexer);
        return event == null || table == null
                ? Optional.empty()
                : Optional.of(new Trigger(event, table, changes(lexer, definition)));
    }

    private static Optional<List<RowChange>> changes(Lexer lexer, String definition) {
        boolean isColumn = false;
        while (lexer.kind() != Kind.END && (isColumn || !lexer.isWord("BEGIN"))) {
            isColumn = lexer.isSymbol('.');
            lexer.next();
        }
        List<RowChange> changes = new ArrayList<>();
        for (SqlStatement statement :
                Classifier.parse(body(definition.substring(lexer.end()))).statements()) {
            if (statement.effect() != Effect.READ) {
                Optional<RowChange> change = statement.rowChange();
                if (change.isEmpty()) {
                    return Optional.empty();
                }
                changes.add(change.get());
            }
        }
        return Optional.of(List.copyOf(changes));
    }

    /** Without the END. */
    private static String body(String text) {
        Lexer lexer = new Lexer(text);
        int end = 0;
        lexer.next();
        while (lexer.kind() != Kind.END) {
            if (lexer.kind() == Kind.SEMICOLON) {
                end = lexer.end();
            }
            lexer.next();
        }
        return text.substring(0, end);
    }
}
