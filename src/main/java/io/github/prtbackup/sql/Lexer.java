package io.github.prtbackup.sql;

/**
 * A cursor over the tokens of a text, cut exactly where SQLite's own tokenizer ({@code tokenize.c}) cuts them. Where it
 * would refuse a token, SQLite runs nothing from there on, so it only matters that this one goes on to the end.
 *
 * <p>Holds offsets instead of token objects, so that skipping over a statement allocates nothing, and never recurses, so
 * that its time is linear in the text and nothing in the text can exhaust the stack.
 */
final class Lexer {

    /** What the cursor stands on. */
    enum Kind {
        /** A keyword or a bare name: only the place in the statement tells which. */
        WORD,
        /** A name in double quotes, backticks or brackets. */
        QUOTED,
        /** A string in single quotes. SQLite takes it for a name where only a name can stand. */
        STRING,
        /** A number or a blob literal. */
        LITERAL,
        /** {@code ?}, {@code ?1}, {@code :a}, {@code @a}, {@code $a::b(c)}. */
        PARAMETER,
        /** The semicolon. */
        SEMICOLON,
        /** One character of anything else. */
        SYMBOL,
        /** A comment; {@link #next()} passes over it. */
        COMMENT,
        /** Behind the last token. */
        END
    }

    private final String text;
    private final int limit;
    private Kind kind = Kind.END;
    private int start;
    private int end;

    Lexer(String text) {
        this(text, 0, text.length());
    }

    Lexer(String text, int from, int limit) {
        this.text = text;
        this.limit = limit;
        this.start = from;
        this.end = from;
    }

    /** SQLite reads C strings: what follows a NUL does not exist for it. */
    static int lengthUpToNul(String text) {
        int nul = text.indexOf('\0');
        return nul < 0 ? text.length() : nul;
    }

    /** The part of the text without the blanks around it: those of SQLite, which are fewer than Java's. */
    static String trimmed(String text, int from, int to) {
        int start = from;
        int end = to;
        while (start < end && isAsciiSpace(text.charAt(start))) {
            start++;
        }
        while (start < end && isAsciiSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    Kind kind() {
        return kind;
    }

    /** Offset of the token's first character. */
    int start() {
        return start;
    }

    /** Offset behind the token's last character. */
    int end() {
        return end;
    }

    /** Moves to the next token that is not a comment. */
    Kind next() {
        do {
            nextOrComment();
        } while (kind == Kind.COMMENT);
        return kind;
    }

    /** Moves to the next token or comment. */
    Kind nextOrComment() {
        int i = end;
        while (i < limit && isSpace(text.charAt(i))) {
            i++;
        }
        start = i;
        if (i == limit) {
            end = i;
            kind = Kind.END;
            return kind;
        }
        char c = text.charAt(i);
        switch (c) {
            case ';' -> token(Kind.SEMICOLON, i + 1);
            case '\'' -> token(Kind.STRING, behindQuoted(i, c));
            case '"', '`' -> token(Kind.QUOTED, behindQuoted(i, c));
            case '[' -> token(Kind.QUOTED, behindNext(']', i + 1));
            case '-' -> {
                if (at(i + 1) == '-') {
                    token(Kind.COMMENT, behindNext('\n', i + 2));
                } else {
                    token(Kind.SYMBOL, i + 1);
                }
            }
            case '/' -> {
                if (at(i + 1) == '*' && i + 2 < limit) {
                    token(Kind.COMMENT, behindComment(i + 2));
                } else {
                    token(Kind.SYMBOL, i + 1);
                }
            }
            case '?' -> token(Kind.PARAMETER, behindName(i + 1));
            case '$', '@', '#', ':' -> token(Kind.PARAMETER, behindParameter(i));
            case 'x', 'X' -> {
                if (at(i + 1) == '\'') {
                    token(Kind.LITERAL, behindNext('\'', i + 2));
                } else {
                    token(Kind.WORD, behindName(i + 1));
                }
            }
            default -> {
                if (isDigit(c) || (c == '.' && isDigit(at(i + 1)))) {
                    token(Kind.LITERAL, behindNumber(i + 1));
                } else if (isNamePart(c)) {
                    token(Kind.WORD, behindName(i + 1));
                } else {
                    token(Kind.SYMBOL, i + 1);
                }
            }
        }
        return kind;
    }

    /** Whether the token is this bare word; {@code word} in upper case. */
    boolean isWord(String word) {
        return kind == Kind.WORD && matches(start, end, word);
    }

    /** Whether the token is this one character. */
    boolean isSymbol(char symbol) {
        return kind == Kind.SYMBOL && text.charAt(start) == symbol;
    }

    /** Whether the token can be a name: SQLite also takes a string for one where only a name can stand. */
    boolean isName() {
        return kind == Kind.WORD || kind == Kind.QUOTED || kind == Kind.STRING;
    }

    /** The token as it is written. */
    String raw() {
        return text.substring(start, end);
    }

    /** The token without its quotes, doubled quotes made single. */
    String value() {
        if (kind != Kind.QUOTED && kind != Kind.STRING) {
            return raw();
        }
        char open = text.charAt(start);
        char close = open == '[' ? ']' : open;
        boolean closed = end - start > 1 && text.charAt(end - 1) == close;
        String inner = text.substring(start + 1, closed ? end - 1 : end);
        return open == '[' || inner.indexOf(close) < 0
                ? inner
                : inner.replace(String.valueOf(close).repeat(2), String.valueOf(close));
    }

    /**
     * With the cursor on an opening parenthesis, moves it to the matching closing one, or to the end where there is none.
     */
    void skipParentheses() {
        int depth = 0;
        do {
            if (isSymbol('(')) {
                depth++;
            } else if (isSymbol(')')) {
                depth--;
            }
        } while (depth > 0 && next() != Kind.END);
    }

    private void token(Kind newKind, int newEnd) {
        kind = newKind;
        end = newEnd;
    }

    /** A string or name in quotes. Backslash is no escape in SQL; a doubled quote is one quote. */
    private int behindQuoted(int open, char quote) {
        int i = open + 1;
        while (true) {
            int close = behindNext(quote, i);
            if (at(close) != quote || close == limit) {
                return close;
            }
            i = close + 1;
        }
    }

    private int behindNext(char wanted, int from) {
        int found = from < limit ? text.indexOf(wanted, from) : -1;
        return found < 0 || found >= limit ? limit : found + 1;
    }

    /** A block comment that is not closed runs to the end. */
    private int behindComment(int from) {
        int close = text.indexOf("*/", from);
        return close < 0 || close + 2 > limit ? limit : close + 2;
    }

    private int behindName(int from) {
        int i = from;
        while (i < limit && isNamePart(text.charAt(i))) {
            i++;
        }
        return i;
    }

    /** Reads a letter behind the digits as part of the number: SQLite refuses it there. */
    private int behindNumber(int from) {
        int i = from;
        while (i < limit && (isNamePart(text.charAt(i)) || text.charAt(i) == '.')) {
            i++;
        }
        return i;
    }

    /** {@code $name::space(anything but a blank)}, as Tcl writes its variables. */
    private int behindParameter(int sigil) {
        int i = sigil + 1;
        boolean named = false;
        while (i < limit) {
            char c = text.charAt(i);
            if (isNamePart(c)) {
                named = true;
                i++;
            } else if (c == '(' && named) {
                do {
                    i++;
                } while (i < limit && !isAsciiSpace(text.charAt(i)) && text.charAt(i) != ')');
                return i < limit && text.charAt(i) == ')' ? i + 1 : i;
            } else if (c == ':' && at(i + 1) == ':') {
                i += 2;
            } else {
                break;
            }
        }
        return i;
    }

    private char at(int i) {
        return i < limit ? text.charAt(i) : '\0';
    }

    private boolean matches(int from, int to, String word) {
        if (to - from != word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (Ascii.upper(text.charAt(from + i)) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** A byte order mark is a blank wherever a token may begin, and a letter inside a name. */
    private static boolean isSpace(char c) {
        return isAsciiSpace(c) || c == '\uFEFF';
    }

    private static boolean isAsciiSpace(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** Every character beyond ASCII is a letter to SQLite, also the no-break space. */
    private static boolean isNamePart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c) || c == '_' || c == '$' || c >= 0x80;
    }
}
