package io.github.prtbackup.sql;

import io.github.prtbackup.sql.Lexer.Kind;
import java.util.Set;

/**
 * The kind of a statement and the tables in it, for people to read. Only words of the grammar and names get in, never a
 * value. What is written comes first, from the lexer, which understands every statement; the other tables follow where
 * {@link NamedTables} finds any.
 */
final class Summary {

    private static final int MAX_LENGTH = 80;
    private static final String NAMELESS = "statement";
    private static final Set<String> MODIFIERS = Set.of("TEMP", "TEMPORARY", "UNIQUE", "VIRTUAL");
    private static final Set<String> OBJECTS = Set.of("TABLE", "INDEX", "VIEW", "TRIGGER");

    /** Statements of which the kind is told and no more. The first word of anything else may be anything. */
    private static final Set<String> OTHERS = Set.of(
            "SELECT",
            "VALUES",
            "EXPLAIN",
            "BEGIN",
            "COMMIT",
            "END",
            "ROLLBACK",
            "SAVEPOINT",
            "RELEASE",
            "ATTACH",
            "DETACH",
            "BACKUP",
            "RESTORE");

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
            default -> summary.append(OTHERS.contains(kind) ? kind : NAMELESS);
        }
        return shortened();
    }

    private void changeOfRows(String kind, String statement) {
        summary.append(kind);
        String target = append(QualifiedName.ofChangedTable(lexer));
        // The parser takes a tenth of a second to load: the usual statement, with its one table, goes without.
        boolean mayNameOthers =
                Ascii.contains(statement, "select") || (kind.equals("UPDATE") && Ascii.contains(statement, "from"));
        if (mayNameOthers) {
            for (String other : NamedTables.in(statement)) {
                if (!other.equalsIgnoreCase(target)) {
                    summary.append(", ").append(other);
                }
            }
        }
    }

    /** {@code CREATE UNIQUE INDEX IF NOT EXISTS name}. */
    private void definition(String kind) {
        summary.append(kind);
        lexer.next();
        while (MODIFIERS.contains(word())) {
            summary.append(' ').append(word());
            lexer.next();
        }
        if (OBJECTS.contains(word())) {
            summary.append(' ').append(word());
            lexer.next();
            skipIfExists();
            append(QualifiedName.read(lexer));
        }
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

    /** The word at the cursor in upper case, empty where there is none or it is longer than any of the grammar. */
    private String word() {
        boolean possible = lexer.kind() == Kind.WORD && lexer.end() - lexer.start() <= 9;
        return possible ? Ascii.upper(lexer.raw()) : "";
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
