package io.github.prtbackup.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.prtbackup.files.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is there after a death between any two steps: a copy of the directory at each of them is what a process that died
 * there would have left. All of them are put right.
 */
class CrashTest {
    @TempDir
    Path root;

    private Path directory;
    private Path database;
    private final List<Path> snapshots = new ArrayList<>();
    private final Set<Step> seen = EnumSet.noneOf(Step.class);
    private boolean watching;

    @BeforeEach
    void setUp() throws IOException {
        root = root.toRealPath();
        Path project = Files.createDirectories(root.resolve("project"));
        directory = project.resolve("backups");
        database = Files.writeString(project.resolve("prt.db"), "live");
    }

    static boolean isComplete(Path file) throws IOException {
        return Files.readString(file).equals("complete end");
    }

    @Test
    void publishLeavesNothingWrongAtAnyStep() throws IOException {
        Catalog catalog = watched();
        for (int i = 0; i < 3; i++) {
            CatalogChild.publish(catalog, database, 3);
        }
        watching = true;
        // Expires two at once.
        CatalogChild.publish(catalog, database, 2);
        assertThat(seen).containsExactlyInAnyOrderElementsOf(EnumSet.range(Step.DATA_SEALED, Step.COPY_REPLACED));
        // The two newest of those there were are there whatever happened.
        checkSnapshots(3, Set.of(3L));
    }

    @Test
    void cleanupLeavesNothingWrongAtAnyStep() throws IOException {
        Catalog catalog = watched();
        for (int i = 0; i < 3; i++) {
            CatalogChild.publish(catalog, database, 3);
        }
        watching = true;
        assertThat(catalog.cleanup(database, 3)).hasSize(2);
        checkSnapshots(3, Set.of(3L));
    }

    @Test
    void deleteLeavesNothingWrongAtAnyStep() throws IOException {
        Catalog catalog = watched();
        for (int i = 0; i < 2; i++) {
            CatalogChild.publish(catalog, database, 3);
        }
        watching = true;
        catalog.delete(1);
        checkSnapshots(2, Set.of(2L));
    }

    @Test
    void rebuildingLeavesNothingWrongAtAnyStep() throws IOException {
        Catalog catalog = watched();
        for (int i = 0; i < 3; i++) {
            CatalogChild.publish(catalog, database, 3);
        }
        Files.writeString(directory.resolve(MetadataFile.NAME), "{\"backups\": [{");
        Files.writeString(directory.resolve("prt.db.backup_20250103_000001_auto.db"), "complete");
        watching = true;
        catalog.reconcile(database);
        assertThat(seen).contains(Step.SET_ASIDE);
        checkSnapshots(3, Set.of(1L, 2L, 3L));
    }

    private Catalog watched() {
        return Catalog.open(directory, CrashTest::isComplete, Clock.system(ZoneId.systemDefault()), step -> {
            if (watching) {
                seen.add(step);
                snapshots.add(snapshot(step));
            }
        });
    }

    private Path snapshot(Step step) {
        try {
            Path copy = Files.createDirectory(root.resolve(snapshots.size() + "_" + step));
            Files.copy(database, copy.resolve("prt.db"), StandardCopyOption.COPY_ATTRIBUTES);
            Files.createDirectory(copy.resolve("backups"));
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.copy(file, copy.resolve("backups").resolve(file.getFileName()));
                }
            }
            return copy;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void checkSnapshots(long highestId, Set<Long> survivors) throws IOException {
        assertThat(snapshots).isNotEmpty();
        for (Path snapshot : snapshots) {
            Set<Long> ids = putRight(snapshot.resolve("backups"), snapshot.resolve("prt.db"));
            assertThat(ids).as(snapshot.toString()).containsAll(survivors);
            long next = CatalogChild.publish(
                            Catalog.open(snapshot.resolve("backups"), CrashTest::isComplete),
                            snapshot.resolve("prt.db"),
                            9)
                    .id();
            assertThat(next).as(snapshot.toString()).isGreaterThan(highestId);
        }
    }

    /** Checks what must hold before and after {@link Catalog#reconcile}, and returns the ids that are there. */
    private static Set<Long> putRight(Path directory, Path database) throws IOException {
        Path metadata = directory.resolve(MetadataFile.NAME);
        boolean isReadable = isJson(metadata);
        if (isReadable) {
            for (Path file : backups(directory)) {
                assertThat(file)
                        .satisfiesAnyOf(
                                path -> assertThat(path).hasContent("complete end"),
                                path -> assertThat(path.toString()).contains("20250103_000001"));
            }
        }
        Catalog catalog = Catalog.open(directory, CrashTest::isComplete);
        catalog.reconcile(database);
        List<Entry> history = catalog.history(database);
        assertThat(history)
                .isEqualTo(catalog.history(database))
                .isSortedAccordingTo((left, right) -> Long.compare(right.id(), left.id()));
        Set<Long> ids = new HashSet<>();
        Set<Path> recorded = new HashSet<>();
        for (Entry entry : history) {
            assertThat(ids.add(entry.id())).isTrue();
            assertThat(recorded.add(entry.path())).isTrue();
            assertThat(entry.sha256()).isEqualTo(Sha256.of(entry.path()));
            assertThat(entry.size()).isEqualTo(Files.size(entry.path()));
            assertThat(entry.path()).hasContent("complete end");
        }
        assertThat(recorded).containsExactlyInAnyOrderElementsOf(backups(directory));
        JsonNode json = new ObjectMapper().readTree(Files.readAllBytes(metadata));
        assertThat(json.path("backups")).hasSize(history.size());
        assertThat(json.path("next_id").longValue())
                .isGreaterThan(history.get(0).id());
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith(".tmp-")))
                    .isEmpty();
        }
        byte[] before = Files.readAllBytes(metadata);
        catalog.reconcile(database);
        assertThat(metadata).hasBinaryContent(before);
        return ids;
    }

    private static List<Path> backups(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .filter(file ->
                            BackupName.parse(file.getFileName().toString()).isPresent())
                    .toList();
        }
    }

    private static boolean isJson(Path file) {
        try {
            return new ObjectMapper().readTree(Files.readAllBytes(file)).isObject();
        } catch (IOException e) {
            return false;
        }
    }
}
