package io.github.prtbackup.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.prtbackup.files.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes publish to one directory at once. */
class ManyProcessesTest {
    private static final int PROCESSES = 4;
    private static final int THREADS = 2;
    private static final int COUNT = 15;

    @TempDir
    Path root;

    private Path directory;
    private Path database;

    @BeforeEach
    void setUp() throws IOException {
        root = root.toRealPath();
        directory = root.resolve("backups");
        database = Files.writeString(root.resolve("prt.db"), "live");
    }

    @Test
    void loseNothingAndGiveNoIdTwice() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            Future<Long> reader = executor.submit(() -> readUntil(done));
            List<Long> ids = publish(1000);
            done.set(true);
            assertThat(reader.get()).isPositive();
            int all = PROCESSES * THREADS * COUNT;
            assertThat(ids)
                    .containsExactlyInAnyOrderElementsOf(
                            LongStream.rangeClosed(1, all).boxed().toList());
            Catalog catalog = Catalog.open(directory, CrashTest::isComplete);
            assertThat(catalog.history(database)).extracting(Entry::id).containsExactlyInAnyOrderElementsOf(ids);
            assertThat(files(".db")).isEqualTo(all);
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void cleanUpTogether() throws Exception {
        int all = PROCESSES * THREADS * COUNT;
        assertThat(publish(3)).hasSize(all);
        Catalog catalog = Catalog.open(directory, CrashTest::isComplete);
        assertThat(catalog.history(database)).extracting(Entry::id).containsExactly(all - 0L, all - 1L, all - 2L);
        assertThat(files(".db")).isEqualTo(3);
    }

    private List<Long> publish(int keep) throws Exception {
        List<ChildJvm> children = new ArrayList<>();
        try {
            for (int i = 0; i < PROCESSES; i++) {
                children.add(ChildJvm.start(CatalogChild.class, directory, database, COUNT, keep));
            }
            List<Long> ids = new ArrayList<>();
            for (ChildJvm child : children) {
                child.readToEnd().forEach(id -> ids.add(Long.parseLong(id)));
                assertThat(child.join()).isZero();
            }
            return ids;
        } finally {
            children.forEach(ChildJvm::close);
        }
    }

    /** Reads without the lock; the file must be whole each time, and its ids only rise. */
    private long readUntil(AtomicBoolean done) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        Path metadata = directory.resolve(MetadataFile.NAME);
        long reads = 0;
        long highest = 0;
        while (!done.get()) {
            try {
                JsonNode json = mapper.readTree(Files.readAllBytes(metadata));
                long next = json.path("next_id").longValue();
                assertThat(next).isGreaterThanOrEqualTo(highest);
                for (JsonNode record : json.path("backups")) {
                    assertThat(Path.of(record.path("backup_path").textValue())).exists();
                }
                highest = next;
                reads++;
            } catch (NoSuchFileException e) {
                // Only before there is a first one.
                assertThat(highest).isZero();
            }
        }
        return reads;
    }

    private long files(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().endsWith(suffix))
                    .count();
        }
    }
}
