package io.github.prtbackup.testing;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.sqlite.Collation;
import org.sqlite.Function;

/** An application with functions and collations of its own: {@code slug()}, {@code REGEXP}, {@code lower()} and {@code de}. */
public final class AppSql {

    /** Schemas that need them, each with a table {@code t(id, s)}; the name says where. */
    public enum Schema {
        PLAIN("CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT)", "CREATE INDEX ti ON t(s)"),
        CHECK("CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT CHECK(s REGEXP '[a-z0-9]*'))"),
        VIRTUAL("CREATE TABLE t(id INTEGER PRIMARY KEY, s, g AS (slug(s)))"),
        VIRTUAL_NOT_NULL("CREATE TABLE t(id INTEGER PRIMARY KEY, s, g AS (slug(s)) NOT NULL)"),
        VIRTUAL_STRICT("CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT, g TEXT AS (slug(s))) STRICT"),
        VIRTUAL_INDEXED(
                "CREATE TABLE t(id INTEGER PRIMARY KEY, s, g TEXT NOT NULL AS (slug(s)))",
                "CREATE INDEX ti ON t(g)",
                "CREATE INDEX tj ON t(s)"),
        STORED("CREATE TABLE t(id INTEGER PRIMARY KEY, s, g AS (slug(s)) STORED NOT NULL UNIQUE)"),
        EXPRESSION_INDEX("CREATE TABLE t(id INTEGER PRIMARY KEY, s)", "CREATE UNIQUE INDEX ti ON t(slug(s))"),
        PARTIAL_INDEX("CREATE TABLE t(id INTEGER PRIMARY KEY, s)", "CREATE INDEX ti ON t(s) WHERE slug(s) > 'xh'"),
        OTHER_LOWER("CREATE TABLE t(id INTEGER PRIMARY KEY, s)", "CREATE INDEX ti ON t(lower(s))"),
        COLLATED_INDEX("CREATE TABLE t(id INTEGER PRIMARY KEY, s COLLATE de)", "CREATE INDEX ti ON t(s)"),
        COLLATED_UNIQUE("CREATE TABLE t(id INTEGER PRIMARY KEY, s COLLATE de UNIQUE)"),
        COLLATED_KEY("CREATE TABLE t(id, s TEXT COLLATE de PRIMARY KEY) WITHOUT ROWID"),
        COLLATED_CHECK("CREATE TABLE t(id INTEGER PRIMARY KEY, s CHECK(s < 'A' COLLATE de))"),
        DEFAULT("CREATE TABLE t(id INTEGER PRIMARY KEY, s, d DEFAULT (slug('d')))"),
        VIEW_AND_TRIGGER(
                "CREATE TABLE t(id INTEGER PRIMARY KEY, s)",
                "CREATE VIEW v AS SELECT slug(s) AS x FROM t",
                "CREATE TABLE heard(x)",
                "CREATE TRIGGER tr AFTER UPDATE ON t BEGIN INSERT INTO heard VALUES(slug(new.s)); END"),
        FULL_TEXT(
                "CREATE TABLE t(id INTEGER PRIMARY KEY, s)",
                "CREATE VIRTUAL TABLE f USING fts4(s, content=t)",
                "CREATE VIRTUAL TABLE f5 USING fts5(s)",
                "INSERT INTO f5 VALUES ('hello')"),
        MISSING_MODULE(
                "CREATE TABLE t(id INTEGER PRIMARY KEY, s)",
                "PRAGMA writable_schema = ON",
                "INSERT INTO sqlite_schema VALUES('table', 'w', 'w', 0, 'CREATE VIRTUAL TABLE w USING ours(a, b)')",
                "PRAGMA writable_schema = OFF"),
        MISSING_TOKENIZER(
                "CREATE TABLE t(id INTEGER PRIMARY KEY, s)",
                "CREATE INDEX ti ON t(slug(s))",
                "CREATE VIRTUAL TABLE f USING fts5(x)",
                "INSERT INTO f VALUES ('word')",
                "PRAGMA writable_schema = ON",
                "UPDATE sqlite_schema SET sql = 'CREATE VIRTUAL TABLE f USING fts5(x, tokenize=ours)' WHERE name = 'f'",
                "PRAGMA writable_schema = OFF");

        private final String script;

        Schema(String... statements) {
            this.script = String.join("; ", statements);
        }

        /** Makes it. */
        public void create(Connection connection) throws SQLException {
            Sql.run(connection, script);
        }
    }

    private AppSql() {}

    /** The same connection, as the application has it. */
    public static Connection with(Connection connection) throws SQLException {
        Function slug = new Function() {
            @Override
            protected void xFunc() throws SQLException {
                String text = value_text(0);
                result("x" + text);
            }
        };
        Function regexp = new Function() {
            @Override
            protected void xFunc() throws SQLException {
                result(value_text(1).matches(value_text(0)) ? 1 : 0);
            }
        };
        Function lower = new Function() {
            @Override
            protected void xFunc() throws SQLException {
                result("l" + value_text(0).toLowerCase(Locale.ROOT));
            }
        };
        Function.create(connection, "slug", slug, 1, Function.FLAG_DETERMINISTIC);
        Function.create(connection, "regexp", regexp, 2, Function.FLAG_DETERMINISTIC);
        Function.create(connection, "lower", lower, 1, Function.FLAG_DETERMINISTIC);
        Collation.create(connection, "de", new Collation() {
            @Override
            protected int xCompare(String left, String right) {
                return right.compareTo(left);
            }
        });
        return connection;
    }

    /** All that a database holds, its text encoding included, as the application reads it. */
    public static String dump(Path database) throws SQLException {
        try (Connection connection = with(Sql.plain(database))) {
            StringBuilder all = new StringBuilder();
            for (String setting : List.of("user_version", "encoding", "auto_vacuum")) {
                append(connection, all, "PRAGMA " + setting);
            }
            append(connection, all, "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name");
            for (String table : Sql.column(
                    connection, "SELECT name FROM sqlite_schema WHERE rootpage > 0 AND type = 'table' ORDER BY name")) {
                append(connection, all.append(table).append('\n'), "SELECT * FROM \"" + table + "\" ORDER BY 1");
            }
            return all.toString();
        }
    }

    private static void append(Connection connection, StringBuilder to, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            ResultSetMetaData columns = rows.getMetaData();
            while (rows.next()) {
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    Object value = rows.getObject(i);
                    to.append(value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : value)
                            .append('|');
                }
                to.append('\n');
            }
        }
    }
}
