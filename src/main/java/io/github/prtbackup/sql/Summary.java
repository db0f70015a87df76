package io.github.prtbackup.sql;

import io.github.prtbackup.sql.Lexer.Kind;

/**
 * The kind of a statement and the tables in it, for people to read. Only words of the grammar and names get in, never a
 * value. What is written comes first, from the lexer, which understands every statement; the other tables follow where
 * {@link NamedTables} finds them.
 */
final class Summary {

    private static final int MAX_LENGTH = 80;
    private static final String NAMELESS = "statement";

    private final Lexer lexer;
    private final StringBuilder summary = new StringBuilder();

    private Summary(String statement) {
        this.lexer = new Lexer(statement);
    }

    static String of(String statement) {
        return new Summary(statement).summarize(statement);
    }

    private String summarize(String statement) {
        lexer.next();
        if (lexer.isWord("WITH") && !TableExpressions.skip(lexer)) {
            return "WITH";
        }
        String kind = word();
        switch (kind) {
            case "INSERT", "REPLACE", "DELETE", "UPDATE" -> changeOfRows(kind, statement);
            case "CREATE", "DROP", "ALTER" -> definition(kind);
            case "PRAGMA", "ANALYZE", "REINDEX", "VACUUM" -> {
                summary.append(kind);
                lexer.next();
                if (!lexer.isWord("INTO")) {
                    append(QualifiedName.read(lexer));
                }
            }
            default -> summary.append(kind);
        }
        return shortened();
    }

    private void changeOfRows(String kind, String statement) {
        summary.append(kind);
        String target = append(QualifiedName.ofChangedTable(lexer));
        for (String other : NamedTables.in(statement)) {
            if (!other.equalsIgnoreCase(target)) {
                summary.append(", ").append(other);
            }
        }
    }

    /** {@code CREATE UNIQUE INDEX IF NOT EXISTS name}: everything between the verb and the name is part of the kind. */
    private void definition(String kind) {
        summary.append(kind);
        lexer.next();
        while (!isObject() && lexer.kind() == Kind.WORD && summary.length() < MAX_LENGTH) {
            summary.append(' ').append(word());
            lexer.next();
        }
        if (isObject()) {
            summary.append(' ').append(word());
            lexer.next();
            skipIfExists();
            append(QualifiedName.read(lexer));
        }
    }

    private boolean isObject() {
        return lexer.isWord("TABLE") || lexer.isWord("INDEX") || lexer.isWord("VIEW") || lexer.isWord("TRIGGER");
    }

    private void skipIfExists() {
        if (lexer.isWord("IF")) {
            lexer.next();
            if (lexer.isWord("NOT")) {
                lexer.next();
            }
            lexer.next();
        }
    }

    /** The word at the cursor, if it could be one of the grammar. */
    private String word() {
        boolean grammar = lexer.kind() == Kind.WORD && lexer.end() - lexer.start() <= 20;
        return grammar ? Ascii.upper(lexer.raw()) : NAMELESS;
    }

    private String append(QualifiedName name) {
        if (name == null) {
            return "";
        }
        summary.append(' ').append(name);
        return name.toString();
    }

    private String shortened() {
        String line = summary.toString().replaceAll("\\p{Cntrl}+", " ");
        if (line.length() <= MAX_LENGTH) {
            return line;
        }
        int end = MAX_LENGTH - 1;
        return line.substring(0, Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end) + "…";
    }
}
