package io.github.prtbackup.sql;

import io.github.prtbackup.sql.Lexer.Kind;

/** The statements between BEGIN and END of a trigger. */
public final class TriggerBody {

    private TriggerBody() {}

    /**
     * The statements of a trigger, without its END.
     *
     * @param trigger its definition, as {@code sqlite_schema} has it
     */
    public static Script of(String trigger) {
        Lexer lexer = new Lexer(trigger);
        boolean isColumn = false;
        lexer.next();
        while (lexer.kind() != Kind.END && (isColumn || !lexer.isWord("BEGIN"))) {
            isColumn = lexer.isSymbol('.');
            lexer.next();
        }
        return Classifier.parse(body(trigger.substring(lexer.end())));
    }

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
