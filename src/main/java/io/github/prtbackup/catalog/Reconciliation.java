package io.github.prtbackup.catalog;

import io.github.prtbackup.catalog.MetadataFile.Outcome;
import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.FileNames;
import io.github.prtbackup.files.Sha256;
import io.github.prtbackup.timeline.BackupIds;
import io.github.prtbackup.timeline.DatabaseId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of {@link Catalog#reconcile}: brings the metadata and the files of a directory together again. Runs while the
 * directory is locked.
 *
 * <p>The harmful error is to lose a backup. So nothing is deleted but abandoned temporary files: damaged files and
 * metadata that can't be used are set aside, and a file that should perhaps have been deleted when the process died is
 * recorded again.
 */
final class Reconciliation {
    private static final Logger log = LoggerFactory.getLogger(Reconciliation.class);

    private final DirectoryLock lock;
    private final Path directory;
    private final MetadataFile file;
    private final FileCheck check;
    private final Clock clock;
    private final Consumer<Step> progress;
    /** The database in use, or null. */
    private final DatabaseId original;

    private final Collection<String> fileNames;

    Reconciliation(
            DirectoryLock lock,
            Path directory,
            MetadataFile file,
            FileCheck check,
            Clock clock,
            Consumer<Step> progress,
            DatabaseId original,
            Collection<String> fileNames) {
        this.lock = lock;
        this.directory = directory;
        this.file = file;
        this.check = check;
        this.clock = clock;
        this.progress = progress;
        this.original = original;
        this.fileNames = fileNames;
    }

    /** Returns the metadata as it stands in the file afterwards. */
    Metadata run() throws IOException {
        for (Path path : lock.removeAbandoned(fileNames)) {
            log.info("Removed what a dead process left: {}", path);
        }
        MetadataFile.Content content = file.read();
        Metadata repaired = content.wasRead() ? withoutMalformed(content.metadata()) : startAgain(content);
        repaired = withUnrecorded(repaired, content.metadata());
        // As where all backups are incremental. Their ids are in the lock file, and in the timelines.
        boolean nothingIsKnown = content.outcome() == Outcome.MISSING
                && repaired.rows().isEmpty()
                && file.readCopy().outcome() == Outcome.MISSING;
        if (nothingIsKnown) {
            return repaired;
        }
        if (repaired == content.metadata()) {
            // It may have been put there by hand, with ids that the lock has not heard of.
            if (repaired.nextId() > new BackupIds(lock).next()) {
                new BackupIds(lock).raise(repaired.nextId());
            }
            return repaired;
        }
        file.write(lock, repaired, model(repaired), progress);
        return repaired;
    }

    /** What outlives the metadata: fields that are not ours, and the counter. */
    private Metadata startAgain(MetadataFile.Content content) throws IOException {
        if (content.outcome() == Outcome.UNREADABLE) {
            log.warn(
                    "{} can't be used ({}); it is kept as {} and made anew from the files that are there",
                    directory.resolve(MetadataFile.NAME),
                    content.problem(),
                    keepAside());
        }
        Metadata copy = file.readCopy().metadata();
        return copy.without(row -> row.kind() != Row.Kind.FOREIGN).withNextId(new BackupIds(lock).next());
    }

    private Metadata withoutMalformed(Metadata metadata) throws IOException {
        List<Row> malformed = malformed(metadata);
        if (malformed.isEmpty()) {
            return metadata;
        }
        Path aside = keepAside();
        for (Row row : malformed) {
            log.warn("A record {}: it is dropped, and the whole file kept as {}", row.problem(), aside);
        }
        return metadata.without(row -> row.kind() == Row.Kind.MALFORMED);
    }

    /** Records the files that have no record, those first that seem to be older. */
    private Metadata withUnrecorded(Metadata metadata, Metadata found) throws IOException {
        List<BackupName> unrecorded = unrecorded(metadata);
        if (unrecorded.isEmpty()) {
            return metadata;
        }
        Metadata copy = file.readCopy().metadata();
        Map<String, Row> hints = new HashMap<>();
        Stream.of(copy, found)
                .flatMap(some -> Stream.concat(some.removed(directory).stream(), some.expiring(directory).stream()))
                .forEach(row -> hints.put(row.entry().fileName(), row));
        // What was dropped as a repetition still tells what its own file is.
        malformed(found).stream()
                .map(row -> RowFormat.parse(row.json(), directory))
                .filter(Row::isUsable)
                .forEach(row -> hints.put(row.entry().fileName(), row));
        copy.rows().stream()
                .filter(Row::isUsable)
                .forEach(row -> hints.put(row.entry().fileName(), row));
        Metadata longer = metadata.withNextId(Math.max(copy.nextId(), new BackupIds(lock).next()));
        for (BackupName name : unrecorded) {
            try {
                Optional<Row> row = recover(name, hints.get(name.format()), longer, copy);
                if (row.isPresent()) {
                    longer = longer.with(row.get());
                    Entry entry = row.get().entry();
                    log.info("Backup #{} is recorded again: {}", entry.id(), entry.path());
                }
            } catch (IOException e) {
                log.warn(
                        "Whether {} is a good backup can't be told now ({}); it is left alone",
                        name.format(),
                        e.toString());
                longer = withFormer(hints.get(name.format()), longer);
            }
        }
        // Nothing to write if nothing could be recovered.
        return longer.rows().size() == metadata.rows().size() ? metadata : longer;
    }

    /**
     * With what was recorded of a file that can't be read now, as it stays recorded where the metadata is not lost: the copy
     * is about to be replaced, and nothing else knows the id and the comment.
     */
    private static Metadata withFormer(Row hint, Metadata metadata) {
        boolean isFree = hint != null
                && !hint.entry().sha256().isEmpty()
                && metadata.find(hint.entry().id()).isEmpty();
        return isFree ? metadata.with(hint) : metadata;
    }

    /**
     * The record for a file; empty if the file is damaged.
     *
     * @param hint what was once recorded of a file of this name, or null
     */
    private Optional<Row> recover(BackupName name, Row hint, Metadata metadata, Metadata copy) throws IOException {
        Path path = directory.resolve(name.format());
        long size = Files.size(path);
        // All of a file is read only if that can tell, or if SQLite says that it is one.
        boolean mayBeProved = hint != null && hint.entry().size() == size;
        String recorded = mayBeProved ? Sha256.of(path) : "";
        boolean isProved = mayBeProved && hint.entry().sha256().equals(recorded);
        if (!isProved && !check.isGoodDatabase(path)) {
            setAside(path);
            return Optional.empty();
        }
        String sha256 = mayBeProved ? recorded : Sha256.of(path);
        if (hint != null) {
            long formerId = hint.entry().id();
            boolean hasItsId = isProved && metadata.find(formerId).isEmpty();
            if (hasItsId) {
                // At once, because others take their ids without the lock.
                new BackupIds(lock).raise(formerId + 1);
            }
            long id = hasItsId ? formerId : Catalog.reserveId(lock, metadata);
            return Optional.of(RowFormat.amend(hint, id, size, sha256));
        }
        return Optional.of(RowFormat.format(
                new Entry(
                        Catalog.reserveId(lock, metadata),
                        name.time().atZone(clock.getZone()).toInstant(),
                        path,
                        "Recovered from " + name.format(),
                        name.auto(),
                        size,
                        guessOriginal(name, metadata, copy),
                        sha256),
                clock.getZone()));
    }

    /**
     * Which database a file is a backup of, if only its name tells. Databases of the same name may share the directory,
     * and retention deletes by database: so a record that names one counts more than a guess, and where records name
     * several, none of them is taken.
     */
    private Path guessOriginal(BackupName name, Metadata metadata, Metadata copy) {
        Set<Path> candidates = Stream.of(metadata, copy)
                .flatMap(some -> some.rows().stream())
                .filter(Row::isUsable)
                .map(this::originalOf)
                .filter(path -> hasName(path, name.database()))
                .collect(Collectors.toCollection(HashSet::new));
        if (original != null && hasName(original.home(), name.database())) {
            candidates.add(original.home());
        }
        Path sibling = directory.resolveSibling(name.database()).normalize();
        return candidates.size() == 1 ? candidates.iterator().next() : sibling;
    }

    private Path originalOf(Row row) {
        boolean isInUse = original != null && RowFormat.belongsTo(row, original, directory);
        return isInUse ? original.home() : row.entry().original();
    }

    private List<BackupName> unrecorded(Metadata metadata) {
        // What expires is recorded as that. Whether the transaction is still under way that decides can't be told.
        Set<String> recorded = Stream.concat(
                        metadata.entries().stream(),
                        metadata.expiring(directory).stream().map(Row::entry))
                .map(Entry::fileName)
                .collect(Collectors.toSet());
        List<BackupName> names = new ArrayList<>();
        for (String fileName : fileNames) {
            boolean mayBeOne = fileName.endsWith(".db") && FileNames.isExpressible(fileName);
            Path path = mayBeOne ? directory.resolve(fileName) : null;
            if (path != null
                    && !recorded.contains(fileName)
                    && (original == null || !path.equals(original.database()))
                    && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                BackupName.parse(fileName).ifPresent(names::add);
            }
        }
        names.sort(BackupName.BY_TIME);
        return names;
    }

    private void setAside(Path path) throws IOException {
        String name = path.getFileName().toString();
        Path aside = path.resolveSibling(FileNames.around("", name, ".damaged"));
        for (int counter = 2; Files.exists(aside, LinkOption.NOFOLLOW_LINKS); counter++) {
            aside = path.resolveSibling(FileNames.around("", name, ".damaged_" + counter));
        }
        Files.move(path, aside);
        log.warn("This file has the name of a backup, no record, and is no good database; it is kept as {}", aside);
        progress.accept(Step.SET_ASIDE);
    }

    private Path keepAside() throws IOException {
        return file.keepAside(LocalDateTime.now(clock));
    }

    /** The file whose permissions new metadata gets. */
    private Path model(Metadata repaired) {
        if (original != null) {
            return original.database();
        }
        return repaired.entries().stream().map(Entry::path).findFirst().orElse(directory.resolve(MetadataFile.COPY));
    }

    private static boolean hasName(Path path, String name) {
        Path fileName = path.getFileName();
        return fileName != null && FileNames.label(fileName.toString()).equals(name);
    }

    private static List<Row> malformed(Metadata metadata) {
        return metadata.rows().stream()
                .filter(row -> row.kind() == Row.Kind.MALFORMED)
                .toList();
    }
}
