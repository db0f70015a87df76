package io.github.prtbackup.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.Patience;
import io.github.prtbackup.files.PendingFile;
import io.github.prtbackup.files.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2025-01-02T15:30:45.678Z"), ZoneOffset.UTC);

    @TempDir
    Path root;

    private Path directory;
    private Path database;
    private Catalog catalog;

    @BeforeEach
    void setUp() throws IOException {
        root = root.toRealPath();
        directory = root.resolve("backups");
        database = Files.writeString(root.resolve("prt.db"), "live");
        catalog = open();
    }

    private Catalog open() {
        return Catalog.open(directory, CatalogTest::isGood, CLOCK, step -> {});
    }

    static boolean isGood(Path file) throws IOException {
        return Files.readString(file).startsWith("good");
    }

    static Entry publish(Catalog catalog, String content, Request request) throws IOException {
        try (PendingFile pending = catalog.newFile()) {
            pending.write(content.getBytes(StandardCharsets.UTF_8));
            return catalog.publish(pending, request);
        }
    }

    private Entry auto(String content, int keep) throws IOException {
        return publish(catalog, content, new Request(database, "Auto-backup before: test", true, keep));
    }

    private Entry manual(String content) throws IOException {
        return publish(catalog, content, new Request(database, "mine", false, 1));
    }

    /** Opening a database must not cost two flushes of the disk where it has incremental backups only. */
    @Test
    void writesNoMetadataWhereThereAreNoFullBackups() throws IOException {
        DirectoryLock lock = DirectoryLock.of(directory);
        long used = lock.reserveId(Patience.NONE, 1, () -> 1L);
        catalog.reconcile(database);
        assertThat(directory.resolve("backup_metadata.json")).doesNotExist();
        assertThat(auto("good", 1).id()).isEqualTo(used + 1);
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(Files.readAllBytes(directory.resolve("backup_metadata.json")));
    }

    private void writeJson(JsonNode json) throws IOException {
        new ObjectMapper().writeValue(directory.resolve("backup_metadata.json").toFile(), json);
    }

    private List<String> fileNames() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void recordsAllFieldsOfTheContract() throws IOException {
        auto("good 1", 10);
        JsonNode record = json().path("backups").path(0);
        assertThat(record.properties().stream().map(java.util.Map.Entry::getKey))
                .containsExactlyInAnyOrder(
                        "backup_id",
                        "timestamp",
                        "instant",
                        "backup_path",
                        "comment",
                        "is_auto",
                        "size_bytes",
                        "original_path",
                        "sha256");
        assertThat(record.path("backup_id").longValue()).isEqualTo(1);
        assertThat(record.path("timestamp").textValue()).isEqualTo("2025-01-02T15:30:45");
        assertThat(record.path("backup_path").textValue())
                .isEqualTo(directory + "/prt.db.backup_20250102_153045_auto.db");
        assertThat(record.path("comment").textValue()).isEqualTo("Auto-backup before: test");
        assertThat(record.path("is_auto").booleanValue()).isTrue();
        assertThat(record.path("size_bytes").longValue()).isEqualTo(6);
        assertThat(record.path("original_path").textValue()).isEqualTo(database.toString());
        assertThat(record.path("sha256").textValue())
                .isEqualTo(Sha256.of(directory.resolve("prt.db.backup_20250102_153045_auto.db")));
        assertThat(json().path("next_id").longValue()).isEqualTo(2);
    }

    @Test
    void automaticAndManualBackupsShareTheCounterOfASecond() throws IOException {
        assertThat(auto("good 1", 10).fileName()).isEqualTo("prt.db.backup_20250102_153045_auto.db");
        Files.writeString(directory.resolve("prt.db.backup_20250102_153045_3.db"), "there already");
        assertThat(manual("good 2").fileName()).isEqualTo("prt.db.backup_20250102_153045_2.db");
        assertThat(auto("good 3", 10).fileName()).isEqualTo("prt.db.backup_20250102_153045_4_auto.db");
    }

    @Test
    void aNameThatRetentionFreedIsNotGivenToAnother() throws IOException {
        assertThat(auto("good 1", 1).fileName()).isEqualTo("prt.db.backup_20250102_153045_auto.db");
        assertThat(auto("good 2", 1).fileName()).isEqualTo("prt.db.backup_20250102_153045_2_auto.db");
        assertThat(auto("good 3", 1).fileName()).isEqualTo("prt.db.backup_20250102_153045_3_auto.db");
    }

    @Test
    void historyIsNewestFirst() throws IOException {
        auto("good 1", 10);
        manual("good 2");
        auto("good 3", 10);
        assertThat(catalog.history(database)).extracting(Entry::id).containsExactly(3L, 2L, 1L);
        assertThat(open().history(null)).isEqualTo(catalog.history(database));
    }

    @Test
    void historyOfNothingCreatesNothing() throws IOException {
        assertThat(catalog.history(null)).isEmpty();
        catalog.reconcile(database);
        assertThat(directory).doesNotExist();
    }

    @Test
    void retentionSparesManualBackupsAndOtherDatabases() throws IOException {
        Path other = Files.createDirectories(root.resolve("other")).resolve("prt.db");
        Files.writeString(other, "other live");
        Entry theirs = publish(catalog, "good", new Request(other, "", true, 10));
        Entry mine = manual("good");
        for (int i = 0; i < 5; i++) {
            auto("good " + i, 2);
        }
        assertThat(catalog.history(database)).extracting(Entry::id).containsExactly(7L, 6L, 2L);
        assertThat(catalog.history(other)).containsExactly(theirs);
        assertThat(mine.path()).exists();
        assertThat(theirs.path()).exists();
        assertThat(fileNames().stream().filter(name -> name.endsWith(".db"))).hasSize(4);
    }

    @Test
    void keepOfZeroKeepsTheBackupThatProtectsTheWrite() throws IOException {
        auto("good 1", 0);
        Entry last = auto("good 2", 0);
        assertThat(catalog.history(database)).containsExactly(last);
        assertThat(catalog.cleanup(database, last.id() + 1)).containsExactly(last);
        assertThat(catalog.history(database)).isEmpty();
        assertThat(auto("good 3", 1).id()).isEqualTo(3);
    }

    @Test
    void recordsOfMissingFilesDoNotCountAsKept() throws IOException {
        Entry first = auto("good 1", 2);
        Files.delete(auto("good 2", 2).path());
        auto("good 3", 2);
        assertThat(first.path()).exists();
        assertThat(catalog.history(database)).extracting(Entry::id).containsExactly(3L, 1L);
    }

    @Test
    void idsAreNeverUsedTwice() throws IOException {
        auto("good 1", 10);
        byte[] old = Files.readAllBytes(directory.resolve(MetadataFile.NAME));
        auto("good 2", 10);
        catalog.delete(2);
        assertThat(auto("good 3", 10).id()).isEqualTo(3);
        Files.write(directory.resolve(MetadataFile.NAME), old);
        assertThat(auto("good 4", 10).id()).isEqualTo(4);
        assertThat(catalog.reserveId()).isEqualTo(5);
        Files.delete(directory.resolve(MetadataFile.NAME));
        Files.delete(directory.resolve(MetadataFile.COPY));
        catalog.delete(catalog.history(null).get(0).id());
        assertThat(auto("good 5", 10).id()).isGreaterThan(5);
        Files.delete(directory.resolve(".prtbackup.lock"));
        assertThat(auto("good 6", 10).id()).isGreaterThan(6);
    }

    @Test
    void deletingAnUnknownIdNamesThoseThereAre() throws IOException {
        assertThatThrownBy(() -> catalog.delete(7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("There is no backup #7; there are none");
        auto("good", 10);
        assertThatThrownBy(() -> catalog.delete(7)).hasMessage("There is no backup #7; there are [1]");
    }

    @Test
    void aBackupIsAsReadableAsItsDatabase() throws IOException {
        Files.setPosixFilePermissions(database, PosixFilePermissions.fromString("rw-r-----"));
        Entry entry = auto("good", 10);
        assertThat(Files.getPosixFilePermissions(entry.path())).isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
        assertThat(Files.getPosixFilePermissions(directory.resolve(MetadataFile.NAME)))
                .isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
    }

    @Test
    void fieldsThatAreNotOursSurvive() throws IOException {
        auto("good 1", 10);
        ObjectNode json = (ObjectNode) json();
        json.put("tool", "theirs");
        ((ObjectNode) json.path("backups").path(0)).putObject("tags").put("a", 1.5);
        writeJson(json);
        auto("good 2", 10);
        assertThat(json().path("tool").textValue()).isEqualTo("theirs");
        assertThat(json().path("backups").path(0).path("tags").path("a").doubleValue())
                .isEqualTo(1.5);
    }

    @Test
    void aFileDeletedByHandLeavesTheHistoryAndIsStillFoundById() throws IOException {
        Entry entry = auto("good 1", 10);
        Files.delete(entry.path());
        assertThat(catalog.history(database)).isEmpty();
        assertThat(catalog.find(1, database)).contains(entry);
        catalog.reconcile(database);
        assertThat(catalog.history(database)).isEmpty();
        assertThat(catalog.find(1, database)).contains(entry);
        auto("good 2", 10);
        assertThat(catalog.find(1, database)).isEmpty();
        assertThat(json().path("backups")).hasSize(1);
    }

    @Test
    void aCompleteFileWithoutRecordIsRecordedAndADamagedOneSetAside() throws IOException {
        auto("good 1", 10);
        Files.writeString(directory.resolve("prt.db.backup_20250103_000000_auto.db"), "good crash");
        Files.writeString(directory.resolve("prt.db.backup_20250103_000001_auto.db"), "bad crash");
        catalog.reconcile(database);
        Entry recovered = catalog.history(database).get(0);
        assertThat(recovered.id()).isEqualTo(2);
        assertThat(recovered.comment()).isEqualTo("Recovered from prt.db.backup_20250103_000000_auto.db");
        assertThat(recovered.timestamp()).isEqualTo(LocalDateTime.of(2025, 1, 3, 0, 0));
        assertThat(recovered.auto()).isTrue();
        assertThat(recovered.original()).isEqualTo(database);
        assertThat(recovered.size()).isEqualTo(10);
        assertThat(catalog.history(null)).hasSize(2);
        assertThat(fileNames())
                .contains("prt.db.backup_20250103_000001_auto.db.damaged")
                .doesNotContain("prt.db.backup_20250103_000001_auto.db");
    }

    @Test
    void missingMetadataIsRebuiltFromItsCopy() throws IOException {
        Entry first = manual("good 1");
        Entry second = auto("good 2", 10);
        Entry third = auto("good 3", 10);
        Files.delete(directory.resolve(MetadataFile.NAME));
        assertThat(open().history(database)).containsExactly(third, second, first);
    }

    @Test
    void withoutACopyMetadataIsRebuiltFromTheFiles() throws IOException {
        manual("good 1");
        Files.writeString(auto("good 2", 10).path(), "bad");
        Entry third = auto("good 3", 10);
        Files.delete(directory.resolve(MetadataFile.NAME));
        Files.writeString(directory.resolve(MetadataFile.COPY), "nonsense");
        List<Entry> history = open().history(database);
        assertThat(history).extracting(Entry::id).containsExactly(5L, 4L);
        assertThat(history).extracting(Entry::auto).containsExactly(true, false);
        assertThat(history).extracting(Entry::original).containsOnly(database);
        assertThat(history.get(0).comment()).isEqualTo("Recovered from " + third.fileName());
        assertThat(history.get(0).sha256()).isEqualTo(third.sha256());
    }

    @Test
    void aFileThatChangedIsNotTakenForWhatItsCopySays() throws IOException {
        Entry first = manual("good 1");
        Files.writeString(first.path(), "good and changed");
        Files.delete(directory.resolve(MetadataFile.NAME));
        Entry recovered = open().history(database).get(0);
        assertThat(recovered.id()).isEqualTo(2);
        assertThat(recovered.size()).isEqualTo(16);
        assertThat(recovered.comment()).isEqualTo("mine");
    }

    @Test
    void unreadableMetadataIsKeptAside() throws IOException {
        for (String nonsense : List.of("", "{\"backups\": [", "[]", "{\"backups\": 7}", "{} {}", "\0\0\0")) {
            Entry entry = manual("good " + nonsense.length());
            manual("good");
            Files.writeString(directory.resolve(MetadataFile.NAME), nonsense);
            assertThat(catalog.history(null)).contains(entry);
            assertThat(json().path("backups").isArray()).isTrue();
        }
        assertThat(fileNames().stream().filter(name -> name.startsWith(MetadataFile.NAME + ".unreadable-2025")))
                .hasSize(6);
        assertThat(catalog.history(null)).hasSize(12);
    }

    @Test
    void malformedRowsDoNotDisturbTheOthers() throws IOException {
        Entry entry = manual("good 1");
        Entry second = manual("good 2");
        ObjectNode json = (ObjectNode) json();
        JsonNode good = json.path("backups").path(0);
        var rows = json.putArray("backups");
        rows.add("text").add(7).addNull().addArray();
        rows.addObject();
        rows.add(((ObjectNode) good.deepCopy()).put("backup_id", "1"));
        rows.add(((ObjectNode) good.deepCopy()).put("backup_id", -1));
        rows.add(((ObjectNode) good.deepCopy()).put("backup_id", Long.MAX_VALUE));
        rows.add(((ObjectNode) good.deepCopy()).put("backup_id", 1.5));
        rows.add(((ObjectNode) good.deepCopy()).put("backup_path", database.toString()));
        rows.add(((ObjectNode) good.deepCopy()).put("backup_path", "/etc/.."));
        rows.add(((ObjectNode) good.deepCopy()).put("backup_path", "\0.backup_20250102_153045.db"));
        rows.add(((ObjectNode) good.deepCopy()).put("is_auto", "yes"));
        rows.add(((ObjectNode) good.deepCopy()).put("original_path", 3));
        rows.add(good);
        rows.add(good);
        json.put("next_id", "x");
        writeJson(json);
        assertThat(catalog.history(null)).containsExactly(entry);
        catalog.reconcile();
        assertThat(json().path("backups")).hasSize(2);
        assertThat(catalog.history(null)).hasSize(2).contains(entry);
        assertThat(catalog.history(null).get(0).path()).isEqualTo(second.path());
        assertThat(fileNames().stream().filter(name -> name.contains(".unreadable-")))
                .hasSize(1);
    }

    @Test
    void nothingOutsideTheDirectoryIsTouched() throws IOException {
        Entry entry = manual("good");
        Path outside = root.resolve(entry.fileName());
        Files.writeString(outside, "precious");
        ObjectNode json = (ObjectNode) json();
        ((ObjectNode) json.path("backups").path(0)).put("backup_path", outside.toString());
        writeJson(json);
        assertThat(catalog.find(1, database).orElseThrow().path()).isEqualTo(entry.path());
        Files.delete(entry.path());
        Files.createSymbolicLink(entry.path(), outside);
        assertThat(catalog.history(null)).isEmpty();
        catalog.delete(1);
        assertThat(entry.path()).doesNotExist();
        assertThat(outside).hasContent("precious");
    }

    @Test
    void aProjectThatWasMovedKeepsItsHistory() throws IOException {
        Files.createDirectories(root.resolve("old"));
        database = Files.writeString(root.resolve("old/prt.db"), "live");
        directory = root.resolve("old/backups");
        catalog = open();
        auto("good 1", 2);
        auto("good 2", 2);
        Files.move(root.resolve("old"), root.resolve("new"));
        database = root.resolve("new/prt.db");
        directory = root.resolve("new/backups");
        catalog = open();
        assertThat(catalog.history(database)).extracting(Entry::id).containsExactly(2L, 1L);
        assertThat(catalog.history(database)).allMatch(entry -> Files.exists(entry.path()));
        auto("good 3", 2);
        assertThat(catalog.history(database)).extracting(Entry::id).containsExactly(3L, 2L);
    }

    @Test
    void aFailedPublishLeavesNothing() throws IOException {
        manual("good 1");
        List<String> before = fileNames();
        catalog = Catalog.open(directory, CatalogTest::isGood, CLOCK, step -> {
            if (step == Step.METADATA_SEALED) {
                throw new UncheckedIOException(new IOException("as if the disk were full"));
            }
        });
        assertThatThrownBy(() -> manual("good 2")).isInstanceOf(UncheckedIOException.class);
        assertThat(fileNames()).isEqualTo(before);
    }

    @Test
    void refusesAFileOfAnotherDirectory() throws IOException {
        Catalog other = Catalog.open(root.resolve("other"), CatalogTest::isGood);
        try (PendingFile pending = other.newFile()) {
            assertThatThrownBy(() -> catalog.publish(pending, new Request(database, "", true, 1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(catalog.history(null)).isEmpty();
    }

    @Test
    void aFileThatCannotBeCheckedNowIsLeftAlone() throws IOException {
        Entry entry = manual("good");
        Path unknown = Files.writeString(directory.resolve("prt.db.backup_20250103_000000.db"), "good");
        Catalog failing = Catalog.open(directory, file -> {
            throw new IOException("busy");
        });
        failing.reconcile(database);
        assertThat(failing.history(null)).containsExactly(entry);
        assertThat(unknown).exists();
        catalog.reconcile(database);
        assertThat(catalog.history(null)).extracting(Entry::id).containsExactly(2L, 1L);
    }

    @Test
    void theLiveDatabaseIsNoBackupWhateverItsName() throws IOException {
        Entry entry = manual("good");
        Path live = Files.writeString(directory.resolve("prt.db.backup_20250103_000000.db"), "good");
        catalog.reconcile(live);
        assertThat(catalog.history(null)).containsExactly(entry);
    }

    @Test
    void databasesOfOneNameAreNotMistakenForEachOther() throws IOException {
        Path other = Files.createDirectories(root.resolve("other")).resolve("prt.db");
        Files.writeString(other, "live");
        manual("good 1");
        publish(catalog, "good 2", new Request(other, "", true, 9));
        manual("good 3");
        Files.writeString(directory.resolve("prt.db.backup_20250103_000000_auto.db"), "good 4");
        catalog.reconcile(other);
        assertThat(catalog.history(other)).extracting(Entry::id).containsExactly(2L);
        assertThat(catalog.history(database)).extracting(Entry::id).containsExactly(4L, 3L, 1L);
    }

    @Test
    void metadataOfAnOlderToolIsUnderstood() throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("prt.db.backup_20240102_153045.db"), "good");
        Files.writeString(
                directory.resolve(MetadataFile.NAME),
                "{\"backups\": [{\"backup_id\": 41, \"timestamp\": \"2024-01-02T15:30:45.123456\", \"backup_path\":"
                        + " \"C:\\\\prt\\\\backups\\\\prt.db.backup_20240102_153045.db\"}]}");
        catalog.reconcile(database);
        assertThat(catalog.history(database))
                .containsExactly(new Entry(
                        41,
                        LocalDateTime.of(2024, 1, 2, 15, 30, 45, 123_456_000)
                                .atZone(ZoneId.systemDefault())
                                .toInstant(),
                        directory.resolve("prt.db.backup_20240102_153045.db"),
                        "",
                        false,
                        4,
                        database,
                        ""));
        assertThat(manual("good").id()).isEqualTo(42);
    }

    @Test
    void anInterruptDoesNotDisturbIt() throws IOException {
        Thread.currentThread().interrupt();
        try {
            auto("good 1", 1);
            auto("good 2", 1);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(catalog.history(null)).extracting(Entry::id).containsExactly(2L);
    }

    @Test
    void aCommentMayHoldAnything() throws IOException {
        String comment = "\"quotes\" \n \0 \ud83d\ude00 half \ud83d!";
        publish(catalog, "good", new Request(database, comment, false, 1));
        assertThat(open().history(null).get(0).comment()).isEqualTo("\"quotes\" \n \0 \ud83d\ude00 half ?!");
    }
}
