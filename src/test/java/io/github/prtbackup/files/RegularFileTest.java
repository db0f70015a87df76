package io.github.prtbackup.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegularFileTest {
    private static final int TIMES = 5_000;

    @TempDir
    Path directory;

    /** As a backup that others clean up while it is about to be restored. */
    @Test
    void aFileThatIsDeletedMeanwhileIsNotThere() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            for (int i = 0; i < TIMES; i++) {
                Path file = Files.createFile(directory.resolve("backup-" + i));
                Future<Boolean> deleted = other.submit(() -> Files.deleteIfExists(file));
                try {
                    assertThat(Sha256.of(file)).hasSize(64);
                } catch (NoSuchFileException e) {
                    assertThat(e.getFile()).isEqualTo(file.toString());
                }
                assertThat(deleted.get()).isTrue();
            }
        } finally {
            other.shutdown();
        }
    }
}
