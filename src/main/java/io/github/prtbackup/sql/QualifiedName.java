package io.github.prtbackup.sql;

/**
 * A name as it stands in a statement, without quotes.
 *
 * @param schema null where none is written
 * @param name the name
 */
public record QualifiedName(String schema, String name) {

    /** Reads {@code [schema.]name} at the cursor and moves behind it; null where no name stands there. */
    static QualifiedName read(Lexer lexer) {
        if (!lexer.isName()) {
            return null;
        }
        String first = lexer.value();
        lexer.next();
        if (!lexer.isSymbol('.')) {
            return new QualifiedName(null, first);
        }
        lexer.next();
        if (!lexer.isName()) {
            return new QualifiedName(null, first);
        }
        QualifiedName qualified = new QualifiedName(first, lexer.value());
        lexer.next();
        return qualified;
    }

    /**
     * The table whose rows change, with the cursor on the verb: {@code INSERT [OR IGNORE] INTO name}, {@code UPDATE [OR FAIL]
     * name}, {@code DELETE FROM name}. Null where none is found.
     */
    static QualifiedName ofChangedTable(Lexer lexer) {
        lexer.next();
        if (lexer.isWord("OR")) {
            lexer.next();
            lexer.next();
        }
        if (lexer.isWord("INTO") || lexer.isWord("FROM")) {
            lexer.next();
        }
        return read(lexer);
    }

    /** Whether it says that it is in {@code temp}, which no file holds and no attached database may be called. */
    public boolean isTemp() {
        return schema != null && Ascii.lower(schema).equals("temp");
    }

    /** The name as it can stand in a statement. */
    public String quoted() {
        String quoted = '"' + name.replace("\"", "\"\"") + '"';
        return schema == null ? quoted : '"' + schema.replace("\"", "\"\"") + "\"." + quoted;
    }

    /** The name as it is written, without quotes. */
    @Override
    public String toString() {
        return schema == null ? name : schema + "." + name;
    }
}
