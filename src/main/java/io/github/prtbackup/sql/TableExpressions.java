package io.github.prtbackup.sql;

/** Common table expressions: {@code WITH [RECURSIVE] name [(columns)] AS [[NOT] MATERIALIZED] (query), …}. */
final class TableExpressions {

    private TableExpressions() {}

    /**
     * With the cursor on WITH, moves it to the first token behind the expressions: the statement that they serve. False
     * where they are not well formed.
     */
    static boolean skip(Lexer lexer) {
        lexer.next();
        if (lexer.isWord("RECURSIVE")) {
            lexer.next();
        }
        while (lexer.isName()) {
            lexer.next();
            if (lexer.isSymbol('(')) {
                lexer.skipParentheses();
                lexer.next();
            }
            if (!lexer.isWord("AS") || !beginsQuery(lexer)) {
                return false;
            }
            lexer.skipParentheses();
            lexer.next();
            if (!lexer.isSymbol(',')) {
                return true;
            }
            lexer.next();
        }
        return false;
    }

    /** With the cursor on AS, moves it to the parenthesis that opens the query; false where there is none. */
    static boolean beginsQuery(Lexer lexer) {
        lexer.next();
        if (lexer.isWord("NOT")) {
            lexer.next();
        }
        if (lexer.isWord("MATERIALIZED")) {
            lexer.next();
        }
        return lexer.isSymbol('(');
    }
}
