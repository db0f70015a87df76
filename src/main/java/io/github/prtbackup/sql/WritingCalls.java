package io.github.prtbackup.sql;

import io.github.prtbackup.sql.Lexer.Kind;

/**
 * The two names through which a SELECT can write: the function {@code optimize(table)} of FTS3 and FTS4, and the table
 * {@code pragma_optimize}. EXPLAIN does not see either. A view that hides one of them from the text is the one
 * write that is missed: to find it, every read would have to be explained.
 */
final class WritingCalls {

    private static final String FUNCTION = "optimize";
    private static final String TABLE = "pragma_optimize";

    private WritingCalls() {}

    /** Whether the statement names one of them where it would be called. */
    static boolean in(String statement) {
        // Nearly no statement has the letters at all, and looking for them is cheaper than cutting tokens.
        return Ascii.contains(statement, FUNCTION) && hasCall(statement);
    }

    private static boolean hasCall(String statement) {
        Lexer lexer = new Lexer(statement);
        boolean behindFrom = false;
        while (lexer.next() != Kind.END) {
            if (isNamed(lexer, TABLE) && (lexer.kind() != Kind.STRING || behindFrom)) {
                return true;
            }
            if (isNamed(lexer, FUNCTION) && lexer.kind() != Kind.STRING && isCall(statement, lexer.end())) {
                return true;
            }
            behindFrom = lexer.isWord("FROM")
                    || lexer.isWord("JOIN")
                    || lexer.isSymbol(',')
                    || lexer.isSymbol('.')
                    || lexer.isSymbol('(');
        }
        return false;
    }

    private static boolean isNamed(Lexer lexer, String name) {
        // The length first: a huge string literal is not copied to be compared.
        return lexer.isName()
                && lexer.end() - lexer.start() <= name.length() + 2
                && Ascii.lower(lexer.value()).equals(name);
    }

    /** Arguments follow, and not {@code (columns) AS (query)}, which names a common table expression. */
    private static boolean isCall(String statement, int behindName) {
        Lexer lexer = new Lexer(statement, behindName, statement.length());
        lexer.next();
        if (!lexer.isSymbol('(')) {
            return false;
        }
        do {
            lexer.next();
        } while (lexer.isName() || lexer.isSymbol(','));
        if (!lexer.isSymbol(')')) {
            return true;
        }
        lexer.next();
        return !(lexer.isWord("AS") && TableExpressions.beginsQuery(lexer));
    }
}
