package io.github.prtbackup.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Where a string is cut into statements. */
class SplittingTest {

    private static String[] cut(String sql) {
        return Classifier.parse(sql).statements().stream()
                .map(SqlStatement::text)
                .toArray(String[]::new);
    }

    @Test
    void atSemicolonsThatAreNeitherTextNorComment() {
        assertThat(cut("SELECT ';' AS \";\", [;], `;`, $x::y(;) -- ;\n, /* ; */ 2; DELETE FROM note"))
                .containsExactly("SELECT ';' AS \";\", [;], `;`, $x::y(;) -- ;\n, /* ; */ 2", "DELETE FROM note");
    }

    @Test
    void quotesAreDoubledAndBackslashIsNoEscape() {
        assertThat(cut("SELECT 'it''s;'; SELECT 'a\\'; SELECT \"b\"\";\"; SELECT '';SELECT 5"))
                .containsExactly("SELECT 'it''s;'", "SELECT 'a\\'", "SELECT \"b\"\";\"", "SELECT ''", "SELECT 5");
    }

    @Test
    void leavesOutWhatIsEmpty() {
        assertThat(cut("; ;\n/* nothing */; -- nothing\n; SELECT 1 ;;\uFEFF;")).containsExactly("SELECT 1");
        assertThat(cut("")).isEmpty();
        assertThat(cut("-- only a comment")).isEmpty();
        assertThat(Classifier.parse(" ; ").first()).isNull();
        assertThat(Classifier.parse(" ; ").effect()).isEqualTo(Effect.READ);
    }

    @Test
    void keepsTheBodyOfATriggerTogether() {
        String trigger = "CREATE TRIGGER t AFTER UPDATE ON note WHEN CASE WHEN 1 THEN 0 ELSE 1 END BEGIN"
                + " UPDATE tag SET n = CASE n WHEN 1 THEN 2 END; SELECT CASE WHEN 1 THEN 2 END; /* END; */ END";

        assertThat(cut(trigger + "; DELETE FROM tag; SELECT 1"))
                .containsExactly(trigger, "DELETE FROM tag", "SELECT 1");
        assertThat(cut("EXPLAIN QUERY PLAN " + trigger + ";DELETE FROM tag"))
                .containsExactly("EXPLAIN QUERY PLAN " + trigger, "DELETE FROM tag");
        assertThat(cut("CREATE TEMPORARY TRIGGER t DELETE ON x BEGIN SELECT 1;;END;DELETE FROM tag"))
                .containsExactly("CREATE TEMPORARY TRIGGER t DELETE ON x BEGIN SELECT 1;;END", "DELETE FROM tag");
    }

    @Test
    void aTableCalledTriggerIsNoTrigger() {
        assertThat(cut("CREATE TABLE \"trigger\" (x); BEGIN; DELETE FROM tag; END; SELECT 1"))
                .hasSize(5);
    }

    @Test
    void endsAtANulCharacterAsStringsOfCDo() {
        assertThat(cut("SELECT 1\0; DELETE FROM note")).containsExactly("SELECT 1");
        assertThat(cut("\0DELETE FROM note")).isEmpty();
    }

    @Test
    void whatIsNotClosedRunsToTheEnd() {
        assertThat(cut("SELECT 1; SELECT 'a; DELETE")).containsExactly("SELECT 1", "SELECT 'a; DELETE");
        assertThat(cut("SELECT 1 /* ; DELETE FROM note")).hasSize(1);
        assertThat(cut("SELECT [a; DELETE")).hasSize(1);
        assertThat(cut("EXPLAIN QUERY; DELETE FROM note")).hasSize(2);
    }

    @Test
    void aStringDoesWhatTheStrongestOfItsStatementsDoes() {
        assertThat(Classifier.parse("SELECT 1; SELECT 2").effect()).isEqualTo(Effect.READ);
        assertThat(Classifier.parse("BEGIN; SELECT 2; COMMIT").effect()).isEqualTo(Effect.TRANSACTION);
        assertThat(Classifier.parse("BEGIN; SELECT 2; DELETE FROM note; COMMIT").effect())
                .isEqualTo(Effect.WRITE);
    }

    @Test
    void commandsOfTheDriverAreWholeStrings() {
        assertThat(cut("restore from 'a;b.db'")).hasSize(1);
        assertThat(Classifier.parse("restore from 'a;b.db'").first().standsAlone())
                .isTrue();
        assertThat(Classifier.parse("restore from 'a;b.db'").first().schemaName())
                .isEqualTo("main");
        assertThat(Classifier.parse("restore \"aux\" from b").first().schemaName())
                .isEqualTo("aux");
        // With a blank in front sqlite-jdbc sends it to SQLite, which does not know it.
        assertThat(Classifier.parse(" backup to b").effect()).isEqualTo(Effect.WRITE);
    }
}
