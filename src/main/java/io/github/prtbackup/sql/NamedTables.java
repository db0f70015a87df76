package io.github.prtbackup.sql;

import java.util.ArrayList;
import java.util.List;
import net.sf.jsqlparser.parser.CCJSqlParser;
import net.sf.jsqlparser.parser.CCJSqlParserUtil;
import net.sf.jsqlparser.parser.ParseException;
import net.sf.jsqlparser.statement.Statement;
import net.sf.jsqlparser.util.TablesNamesFinder;

/**
 * The tables that JSqlParser finds in a statement. It understands three of four statements that SQLite does, so this only
 * ever adds to a description and decides nothing. Nested deeply it takes seconds or the whole stack, and its convenience
 * methods start a thread for each call: so it gets short, flat statements only, and is called directly.
 */
final class NamedTables {

    private static final int MAX_LENGTH = 2_000;
    private static final int MAX_NESTING = 12;

    private NamedTables() {}

    /** The names without quotes, in no particular order; empty where the parser is not asked or does not understand. */
    static List<String> in(String statement) {
        if (statement.length() > MAX_LENGTH || nesting(statement) > MAX_NESTING) {
            return List.of();
        }
        try {
            CCJSqlParser parser = CCJSqlParserUtil.newParser(statement).withAllowComplexParsing(false);
            Statement parsed = parser.Statement();
            List<String> names = new ArrayList<>();
            for (String name : new TablesNamesFinder<Void>().getTables(parsed)) {
                names.add(unquoted(name));
            }
            names.sort(null);
            return names;
        } catch (ParseException | RuntimeException | StackOverflowError | LinkageError notUnderstood) {
            return List.of();
        }
    }

    /** Strings may hold parentheses too: counting them errs to the side of not asking. */
    private static int nesting(String statement) {
        int depth = 0;
        int deepest = 0;
        for (int i = 0; i < statement.length(); i++) {
            char c = statement.charAt(i);
            if (c == '(') {
                depth++;
                deepest = Math.max(deepest, depth);
            } else if (c == ')') {
                depth--;
            }
        }
        return deepest;
    }

    private static String unquoted(String qualified) {
        Lexer lexer = new Lexer(qualified);
        StringBuilder name = new StringBuilder();
        while (lexer.next() != Lexer.Kind.END) {
            name.append(lexer.value());
        }
        return name.toString();
    }
}
