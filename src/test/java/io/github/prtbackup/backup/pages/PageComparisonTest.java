package io.github.prtbackup.backup.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageComparisonTest {

    @TempDir
    private Path directory;

    private Path database;

    @BeforeEach
    void create() throws Exception {
        database = directory.resolve("x.db");
        try (Connection connection = Sql.plain(database)) {
            Sql.run(connection, "PRAGMA page_size = 65536", "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");
        }
    }

    @Test
    void findsWhatDiffersAndNothingElse() throws Exception {
        PageHashes hashes = new PageHashes(65536);
        assertThat(differences(hashes)).containsExactly(1, 2);
        assertThat(differences(hashes)).isEmpty();
        try (Connection connection = Sql.plain(database)) {
            Sql.run(connection, "UPDATE t SET a = 2");
            assertThat(differences(hashes)).containsExactly(1, 2);
            Sql.run(connection, "CREATE TABLE u(a)");
            assertThat(differences(hashes)).containsExactly(1, 3);
            Sql.run(connection, "DROP TABLE u", "VACUUM");
            assertThat(differences(hashes)).contains(1).doesNotContain(3);
            assertThat(hashes.pages()).isEqualTo(2);
        }
    }

    /** A file with a hole, past 1 GiB. */
    @Test
    void leavesOutThePageOfTheLockBytes() throws Exception {
        int lockPage = (1 << 30) / 65536 + 1;
        try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
            file.seek(28);
            file.writeInt(lockPage + 2);
            file.setLength((lockPage + 2) * 65536L);
        }
        assertThat(differences(new PageHashes(65536)))
                .hasSize(lockPage + 1)
                .contains(lockPage - 1, lockPage + 1, lockPage + 2)
                .doesNotContain(lockPage);
    }

    @Test
    void afterAFailureTheHashesAreGoodForNothing() throws Exception {
        PageHashes hashes = new PageHashes(65536);
        CurrentPages now = FilePages.now(DatabaseFile.of(database), false);
        assertThatThrownBy(() -> PageComparison.run(now, hashes, (page, content, offset) -> {
                    throw new IOException("disk full");
                }))
                .isInstanceOf(IOException.class);
        assertThat(hashes.isValid()).isFalse();
        assertThatThrownBy(() -> differences(hashes)).isInstanceOf(IllegalArgumentException.class);
    }

    private List<Integer> differences(PageHashes hashes) throws IOException {
        List<Integer> pages = new ArrayList<>();
        PageComparison.run(
                FilePages.now(DatabaseFile.of(database), false), hashes, (page, content, offset) -> pages.add(page));
        return pages;
    }
}
