package io.github.prtbackup.sql;

import io.github.prtbackup.sql.Lexer.Kind;

/**
 * Reads of one statement what decides its {@link Verdict}: the first keyword and, where that is not enough, the few
 * tokens behind it. Whatever does not look as it should ends as {@link Verdict#UNKNOWN}, a write.
 */
final class StatementReader {

    private final String text;
    private final Lexer lexer;

    private StatementReader(String text) {
        this.text = text;
        this.lexer = new Lexer(text);
    }

    static Verdict read(String statement) {
        StatementReader reader = new StatementReader(statement);
        reader.lexer.next();
        if (reader.lexer.isWord("EXPLAIN")) {
            return reader.explained();
        }
        Verdict verdict = reader.verdict();
        return verdict.takesExpressions() && WritingCalls.in(statement) ? Verdict.UNKNOWN : verdict;
    }

    /** {@code EXPLAIN [QUERY PLAN] statement}. Of a write SQLite counts it as a write, as long as it is on a row. */
    private Verdict explained() {
        lexer.next();
        if (lexer.isWord("QUERY")) {
            lexer.next();
            lexer.next();
        }
        return lexer.isWord("SELECT") || lexer.isWord("VALUES") ? Verdict.QUERY : Verdict.EXPLAINED;
    }

    private Verdict verdict() {
        String keyword = keyword();
        if (keyword.equals("WITH")) {
            return TableExpressions.skip(lexer) ? query(keyword()) : Verdict.UNKNOWN;
        }
        return switch (keyword) {
            case "BEGIN" -> Verdict.transaction(TransactionControl.BEGIN, null);
            case "COMMIT", "END" -> Verdict.transaction(TransactionControl.COMMIT, null);
            case "ROLLBACK" -> rollback();
            case "SAVEPOINT" -> savepoint(TransactionControl.SAVEPOINT);
            case "RELEASE" -> savepoint(TransactionControl.RELEASE);
            case "PRAGMA" -> pragma();
            case "CREATE" -> create();
            case "DROP", "ALTER" -> {
                lexer.next();
                yield definition(keyword.equals("DROP") ? Verdict.REMOVAL : Verdict.DEFINITION);
            }
            case "ANALYZE" -> analyze();
            case "REINDEX" -> {
                lexer.next();
                yield isTempName() ? Verdict.TEMP_MAINTENANCE : Verdict.MAINTENANCE;
            }
            case "ATTACH" -> Verdict.ATTACH;
            case "DETACH" -> Verdict.DETACH;
            case "VACUUM" -> vacuum();
            default -> query(keyword);
        };
    }

    /** The statements that can stand behind common table expressions. */
    private Verdict query(String keyword) {
        return switch (keyword) {
            case "SELECT", "VALUES" -> Verdict.QUERY;
            // Also on a table of temp, though its text says so: a trigger of temp may reach any database.
            case "INSERT", "REPLACE", "UPDATE", "DELETE" ->
                returnsRows() ? Verdict.RETURNING_ROW_CHANGE : Verdict.ROW_CHANGE;
            default -> Verdict.UNKNOWN;
        };
    }

    private boolean returnsRows() {
        if (!Ascii.contains(text, "returning")) {
            return false;
        }
        Lexer all = new Lexer(text);
        while (all.next() != Kind.END) {
            if (all.isWord("RETURNING")) {
                return true;
            }
        }
        return false;
    }

    /** {@code ROLLBACK [TRANSACTION [name]] [TO [SAVEPOINT] name]}. */
    private Verdict rollback() {
        while (lexer.next() != Kind.END) {
            if (lexer.isWord("TO")) {
                return savepoint(TransactionControl.ROLLBACK_TO);
            }
        }
        return Verdict.transaction(TransactionControl.ROLLBACK, null);
    }

    /** {@code SAVEPOINT name}, {@code RELEASE [SAVEPOINT] name}, {@code … TO [SAVEPOINT] name}. */
    private Verdict savepoint(TransactionControl control) {
        lexer.next();
        if (control != TransactionControl.SAVEPOINT && lexer.isWord("SAVEPOINT")) {
            lexer.next();
        }
        return Verdict.transaction(control, lexer.isName() ? lexer.value() : null);
    }

    /** {@code PRAGMA [schema.]name [= value | (value)]}. */
    private Verdict pragma() {
        lexer.next();
        QualifiedName name = QualifiedName.read(lexer);
        if (name == null) {
            return Verdict.UNKNOWN;
        }
        String value = null;
        if (lexer.isSymbol('=') || lexer.isSymbol('(')) {
            value = pragmaValue();
        } else if (lexer.kind() != Kind.END) {
            return Verdict.UNKNOWN;
        }
        return Verdict.pragma(name.schema(), Ascii.lower(name.name()), value);
    }

    /** The value behind {@code =}, which may also be written {@code ==}, or {@code (}. */
    private String pragmaValue() {
        boolean assigned = lexer.isSymbol('=');
        lexer.next();
        if (assigned && lexer.isSymbol('=')) {
            lexer.next();
        }
        String sign = "";
        if (lexer.isSymbol('-') || lexer.isSymbol('+')) {
            sign = lexer.raw();
            lexer.next();
        }
        return sign + lexer.value();
    }

    private Verdict create() {
        lexer.next();
        if (lexer.isWord("TEMP") || lexer.isWord("TEMPORARY")) {
            return Verdict.TEMP_DEFINITION;
        }
        if (lexer.isWord("UNIQUE") || lexer.isWord("VIRTUAL")) {
            lexer.next();
        }
        return definition(Verdict.DEFINITION);
    }

    /** With the cursor on TABLE, INDEX, VIEW or TRIGGER. What is defined in temp is in no file. */
    private Verdict definition(Verdict inFile) {
        lexer.next();
        if (lexer.isWord("IF")) {
            lexer.next();
            if (lexer.isWord("NOT")) {
                lexer.next();
            }
            lexer.next();
        }
        return isTempName() ? Verdict.TEMP_DEFINITION : inFile;
    }

    /** {@code ANALYZE temp}, {@code ANALYZE temp.table}. */
    private Verdict analyze() {
        lexer.next();
        boolean temp = lexer.isName() && Ascii.lower(lexer.value()).equals("temp");
        return temp ? Verdict.TEMP_MAINTENANCE : Verdict.MAINTENANCE;
    }

    private Verdict vacuum() {
        lexer.next();
        String schema = "main";
        if (lexer.isName() && !lexer.isWord("INTO")) {
            schema = lexer.value();
            lexer.next();
        }
        return lexer.isWord("INTO") ? Verdict.copyOf(schema) : Verdict.vacuum(schema);
    }

    private boolean isTempName() {
        QualifiedName name = QualifiedName.read(lexer);
        return name != null && name.isTemp();
    }

    /** The word at the cursor in upper case, empty where there is none or it is longer than any keyword. */
    private String keyword() {
        boolean possible = lexer.end() - lexer.start() <= "SAVEPOINT".length();
        return lexer.kind() == Kind.WORD && possible ? Ascii.upper(lexer.raw()) : "";
    }
}
