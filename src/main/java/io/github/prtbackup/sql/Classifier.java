package io.github.prtbackup.sql;

import java.util.ArrayList;
import java.util.List;

/** From a string of SQL to its statements, with a bounded memory of those that come again. Safe for use by any thread. */
public final class Classifier {

    private static final Script NOTHING = new Script(List.of());

    private final RecentScripts recent = new RecentScripts();

    /** Creates a classifier that remembers nothing yet. */
    public Classifier() {}

    /** {@return all statements of the string, none of null} Never throws, whatever the string. */
    public Script script(String sql) {
        if (sql == null) {
            return NOTHING;
        }
        Script known = recent.get(sql);
        if (known != null) {
            return known;
        }
        Script script = parse(sql);
        recent.put(sql, script);
        return script;
    }

    /** {@return the first statement of the string, the only one that {@code sqlite3_prepare} sees; null if there is none} */
    public SqlStatement first(String sql) {
        if (sql != null && !RecentScripts.remembers(sql)) {
            List<SqlStatement> statements = statements(sql, 1);
            return statements.isEmpty() ? null : statements.get(0);
        }
        return script(sql).first();
    }

    /** {@return all statements of the string, none of null, worked out anew} */
    public static Script parse(String sql) {
        return sql == null ? NOTHING : new Script(statements(sql, Integer.MAX_VALUE));
    }

    private static List<SqlStatement> statements(String sql, int atMost) {
        int length = Lexer.lengthUpToNul(sql);
        ExtendedCommand command = ExtendedCommand.parse(sql);
        if (command != null) {
            Verdict verdict = command.restores() ? Verdict.restore(command.schema()) : Verdict.copyOf(command.schema());
            return List.of(new SqlStatement(sql, sql, "", verdict));
        }
        List<SqlStatement> statements = new ArrayList<>();
        StatementSplitter splitter = new StatementSplitter(sql, length);
        boolean more = splitter.next();
        while (more && statements.size() < atMost) {
            String text = Lexer.trimmed(sql, splitter.start(), splitter.end());
            // One character more is the semicolon, where there is one.
            String source = sql.substring(splitter.start(), Math.min(splitter.end() + 1, length));
            more = splitter.next();
            String trailer = more ? "" : sql.substring(splitter.start(), splitter.end());
            statements.add(new SqlStatement(text, source, trailer, StatementReader.read(text)));
        }
        return statements;
    }
}
