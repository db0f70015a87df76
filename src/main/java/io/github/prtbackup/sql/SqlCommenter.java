package io.github.prtbackup.sql;

import io.github.prtbackup.sql.Lexer.Kind;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the {@code action} that tools write into a comment of the statement, as the sqlcommenter specification lays
 * down: {@code /*key='value',key='value'*}{@code /}, keys and values URL-encoded, quotes in them escaped by a backslash.
 */
final class SqlCommenter {

    private static final Pattern ACTION = Pattern.compile("(?:^|,)\\s*action\\s*=\\s*'((?:[^'\\\\]|\\\\.)*+)'");

    /** Comments that are longer were not written by a tool that names its actions. */
    private static final int MAX_COMMENT = 10_000;

    private SqlCommenter() {}

    /** The action named in a comment of the text, or null. Comments inside of strings are data. */
    static String action(String text) {
        if (!text.contains("action")) {
            return null;
        }
        Lexer lexer = new Lexer(text);
        while (lexer.nextOrComment() != Kind.END) {
            if (lexer.kind() == Kind.COMMENT && text.startsWith("/*", lexer.start())) {
                String action = actionIn(text, lexer.start() + 2, lexer.end());
                if (action != null) {
                    return action;
                }
            }
        }
        return null;
    }

    private static String actionIn(String text, int start, int end) {
        int close = text.startsWith("*/", end - 2) && end - 2 >= start ? end - 2 : end;
        if (close - start > MAX_COMMENT) {
            return null;
        }
        Matcher matcher = ACTION.matcher(text.substring(start, close).strip());
        return matcher.find() ? decode(matcher.group(1)) : null;
    }

    private static String decode(String value) {
        String unescaped = value.replace("\\'", "'");
        try {
            // In an URL's path, unlike in a form, a plus sign is a plus sign.
            String action = URLDecoder.decode(unescaped.replace("+", "%2B"), StandardCharsets.UTF_8);
            return action.isBlank() ? null : action;
        } catch (IllegalArgumentException notEncoded) {
            return unescaped;
        }
    }
}
