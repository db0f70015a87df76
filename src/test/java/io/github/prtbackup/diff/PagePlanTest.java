package io.github.prtbackup.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left out, and when nothing may be. */
class PagePlanTest {
    private static final String ROWS = "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
            + " WHERE i < 20000) SELECT i, 'row ' || i, zeroblob(30) FROM n";

    @TempDir
    Path home;

    private static Optional<PagePlan> plan(Compared compared) throws Exception {
        try (FilePages before = FilePages.open(compared.before());
                FilePages after = FilePages.open(compared.after());
                State stateBefore = State.open(compared.before());
                State stateAfter = State.open(compared.after())) {
            return PagePlan.of(before, stateBefore.schema(), after, stateAfter.schema(), before.differencesTo(after));
        }
    }

    @Test
    void readsTheLeavesThatDiffer() throws Exception {
        Compared compared = Compared.of(
                home,
                List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE, b)", "CREATE TABLE u (a)", ROWS),
                List.of("UPDATE t SET a = 'x' WHERE id = 10000", "DELETE FROM t WHERE id = 19999"));
        PagePlan plan = plan(compared).orElseThrow();

        assertThat(plan.scope("u")).isEqualTo(Scope.NOTHING);
        Scope.Ranges ranges = (Scope.Ranges) plan.scope("t");
        assertThat(ranges.before()).hasSize(2).isEqualTo(ranges.after());
        assertThat(ranges.before().get(0).first()).isLessThanOrEqualTo(10000).isGreaterThan(9000);
        assertThat(ranges.before().get(0).last()).isGreaterThanOrEqualTo(10000).isLessThan(11000);
        assertThat(ranges.before().get(1).last()).isEqualTo(Long.MAX_VALUE);
        assertThat(plan.neededBefore().cardinality()).isLessThan(15);
        assertThat(compared.tables()).containsExactly("t +0 ~1 -1 [a]");
    }

    @Test
    void findsNoPlanWhereOnlyTheOverflowOfARowDiffers() throws Exception {
        // SQLite writes the new bytes over the old ones, and the leaf stays as it was.
        Compared compared = Compared.of(
                home,
                List.of(
                        "CREATE TABLE t (id INTEGER PRIMARY KEY, b)",
                        "INSERT INTO t VALUES (1, zeroblob(50000)), (2, 2)"),
                List.of(
                        "UPDATE t SET b = CAST(substr(b, 1, 40000) || x'01' || substr(b, 40002) AS BLOB) WHERE id = 1"));
        try (FilePages before = FilePages.open(compared.before());
                FilePages after = FilePages.open(compared.after())) {
            BitSet different = before.differencesTo(after);
            // Page 1 has the change counter, page 2 is the leaf.
            assertThat(different.get(2)).isFalse();
            assertThat(different.cardinality()).isEqualTo(2);
        }
        assertThat(plan(compared)).isEmpty();
        assertThat(compared.tables()).containsExactly("t +0 ~1 -0 [b]");
        compared.script();
    }

    @Test
    void aPageThatIsMissingIsNotTakenForAnEmptyOne() throws Exception {
        Compared compared = Compared.of(
                home, List.of("CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE, b)", ROWS), List.of("SELECT 1"));
        byte[] content = Files.readAllBytes(compared.after());
        int leaf;
        try (FilePages pages = FilePages.open(compared.after())) {
            leaf = Tree.of(pages, Sql.number(compared.before(), "SELECT rootpage FROM sqlite_schema WHERE name = 't'"))
                    .leaf(7);
            Arrays.fill(content, (leaf - 1) * pages.size(), leaf * pages.size(), (byte) 0);
        }
        Files.write(compared.after(), content);

        assertThatThrownBy(() -> Comparer.compareFiles(compared.before(), compared.after(), true))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("malformed");
    }
}
