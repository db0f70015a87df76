package io.github.prtbackup.sql;

import io.github.prtbackup.sql.Lexer.Kind;

/**
 * Cuts a text into statements where {@code sqlite3_prepare} would: at each semicolon outside of strings, names, comments
 * and trigger bodies. A cut too few is the error that harms: it would hide a write behind a read.
 */
final class StatementSplitter {

    private final Lexer lexer;
    private int start;
    private int end;

    StatementSplitter(String text, int limit) {
        this.lexer = new Lexer(text, 0, limit);
    }

    /** Moves to the next statement that is not empty; false where there is none. */
    boolean next() {
        int from;
        do {
            from = lexer.end();
            lexer.next();
        } while (lexer.kind() == Kind.SEMICOLON);
        start = from;
        if (lexer.kind() == Kind.END) {
            end = lexer.end();
            return false;
        }
        if (createsTrigger()) {
            skipTriggerBody();
        }
        while (lexer.kind() != Kind.SEMICOLON && lexer.kind() != Kind.END) {
            lexer.next();
        }
        end = lexer.start();
        return true;
    }

    /** Where the statement begins, comments in front of it included; where there is none, where the rest begins. */
    int start() {
        return start;
    }

    /** Where the statement ends, without its semicolon. */
    int end() {
        return end;
    }

    /** {@code [EXPLAIN [QUERY PLAN]] CREATE [TEMP|TEMPORARY] TRIGGER}; leaves the cursor behind what it recognised. */
    private boolean createsTrigger() {
        if (lexer.isWord("EXPLAIN")) {
            lexer.next();
            if (lexer.isWord("QUERY")) {
                lexer.next();
            }
            if (lexer.isWord("PLAN")) {
                lexer.next();
            }
        }
        if (!lexer.isWord("CREATE")) {
            return false;
        }
        lexer.next();
        if (lexer.isWord("TEMP") || lexer.isWord("TEMPORARY")) {
            lexer.next();
        }
        return lexer.isWord("TRIGGER");
    }

    /**
     * The statements of a trigger each end in a semicolon, and its END follows the last of them. The END of a CASE can't
     * be taken for it: no semicolon stands in an expression.
     */
    private void skipTriggerBody() {
        boolean behindSemicolon = false;
        while (lexer.kind() != Kind.END && !(behindSemicolon && lexer.isWord("END"))) {
            behindSemicolon = lexer.kind() == Kind.SEMICOLON;
            lexer.next();
        }
    }
}
