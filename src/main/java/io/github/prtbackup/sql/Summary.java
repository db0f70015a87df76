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
                    appendName(name());
                }
            }
            default -> summary.append(kind);
        }
        return shortened();
    }

    /** {@code INSERT [OR IGNORE] INTO name}, {@code UPDATE [OR FAIL] name}, {@code DELETE FROM name}. */
    private void changeOfRows(String kind, String statement) {
        summary.append(kind);
        lexer.next();
        if (lexer.isWord("OR")) {
            lexer.next();
            lexer.next();
        }
        if (lexer.isWord("INTO") || lexer.isWord("FROM")) {
            lexer.next();
        }
        String target = name();
        appendName(target);
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
            appendName(name());
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

    /** {@code [schema.]name} at the cursor, without quotes; empty where there is none. */
    private String name() {
        if (!lexer.isName()) {
            return "";
        }
        String name = lexer.value();
        lexer.next();
        if (lexer.isSymbol('.')) {
            lexer.next();
            if (lexer.isName()) {
                return name + "." + lexer.value();
            }
        }
        return name;
    }

    private void appendName(String name) {
        if (!name.isEmpty()) {
            summary.append(' ').append(name);
        }
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
