package io.github.prtbackup.sql;

import java.util.Optional;

/** The table that a statement says it changes. What triggers and foreign keys change beside it is not in its text. */
final class ChangedTable {

    private ChangedTable() {}

    /** The table or view of an INSERT, REPLACE, UPDATE or DELETE; empty for others. */
    static Optional<QualifiedName> ofRowChange(String statement) {
        Lexer lexer = new Lexer(statement);
        lexer.next();
        if (lexer.isWord("WITH") && !TableExpressions.skip(lexer)) {
            return Optional.empty();
        }
        return RowChange.event(lexer) == null
                ? Optional.empty()
                : Optional.ofNullable(QualifiedName.ofChangedTable(lexer));
    }

    /** The name as it is written, without quotes and schema; empty where none is, or it is in {@code temp}. */
    static Optional<String> of(String statement) {
        Lexer lexer = new Lexer(statement);
        lexer.next();
        if (lexer.isWord("WITH") && !TableExpressions.skip(lexer)) {
            return Optional.empty();
        }
        return Optional.ofNullable(read(lexer)).filter(name -> !name.isTemp()).map(QualifiedName::name);
    }

    /** The table of a DROP TABLE, as it is written; empty for others. */
    static Optional<QualifiedName> ofRemoval(String statement) {
        Lexer lexer = new Lexer(statement);
        lexer.next();
        if (!lexer.isWord("DROP")) {
            return Optional.empty();
        }
        lexer.next();
        if (!lexer.isWord("TABLE")) {
            return Optional.empty();
        }
        lexer.next();
        skipIfExists(lexer);
        return Optional.ofNullable(QualifiedName.read(lexer));
    }

    private static QualifiedName read(Lexer lexer) {
        if (RowChange.event(lexer) != null) {
            return QualifiedName.ofChangedTable(lexer);
        }
        if (!lexer.isWord("CREATE") && !lexer.isWord("ALTER") && !lexer.isWord("DROP")) {
            return null;
        }
        lexer.next();
        while (lexer.isWord("UNIQUE") || lexer.isWord("VIRTUAL")) {
            lexer.next();
        }
        boolean isIndex = lexer.isWord("INDEX");
        if (!isIndex && !lexer.isWord("TABLE")) {
            return null;
        }
        lexer.next();
        skipIfExists(lexer);
        QualifiedName name = QualifiedName.read(lexer);
        if (!isIndex) {
            return name;
        }
        if (name == null || !lexer.isWord("ON")) {
            // DROP INDEX does not say whose it is.
            return null;
        }
        lexer.next();
        return QualifiedName.read(lexer);
    }

    private static void skipIfExists(Lexer lexer) {
        if (lexer.isWord("IF")) {
            lexer.next();
            if (lexer.isWord("NOT")) {
                lexer.next();
            }
            lexer.next();
        }
    }
}
