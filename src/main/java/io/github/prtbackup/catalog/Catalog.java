package io.github.prtbackup.catalog;

import io.github.prtbackup.files.Companions;
import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.FileNames;
import io.github.prtbackup.files.HeldByOthersException;
import io.github.prtbackup.files.IOCallable;
import io.github.prtbackup.files.Patience;
import io.github.prtbackup.files.PendingFile;
import io.github.prtbackup.observe.Operation;
import io.github.prtbackup.timeline.BackupIds;
import io.github.prtbackup.timeline.DatabaseId;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The full backups of a directory: which there are, under which ids, and how long.
 *
 * <p>These hold at every moment, also after the death of the process or of the operating system between any two steps;
 * the order of the steps below follows from them.
 *
 * <ol>
 *   <li>A file with the name of a backup is complete, and durable as far as its own bytes go.
 *   <li>A record names a file that is there, but for the moments named below. So the file gets its name before its
 *       record is written, and the record is durably gone before the file is deleted.
 *   <li>The metadata under its name is complete JSON.
 *   <li>An id was never given to two backups. So the counter rises before a record with the id is in place.
 *   <li>An old backup is deleted only when its successor is durable.
 * </ol>
 *
 * <p>A crash can leave: temporary files (removed by {@link #reconcile}), a file without a record (recorded by it), and,
 * after a crash of the operating system, a record without its file (dropped by it).
 *
 * <p>{@link #publish} needs one {@code fsync} of the directory for both renames, of the file and of the metadata, even
 * though without it they may become durable in either order: the backup does not count before {@code publish} has
 * returned, because the write that it is for has not been made. If only the file's rename survives, it is a file without
 * a record; if only the metadata's, a record without its file; and either way the database is in the state that the
 * backup would have held. What must be in order is the deletion of expired backups, and it comes after that
 * {@code fsync}.
 *
 * <p>Thread-safe, and safe beside other processes. All methods throw an {@link IOException} if the directory or the
 * metadata can't be read or written.
 */
public final class Catalog {
    private static final Logger log = LoggerFactory.getLogger(Catalog.class);

    private static final Comparator<Entry> NEWEST_FIRST =
            Comparator.comparingLong(Entry::id).reversed();

    /** Of the backups that are told of in one line. */
    private static final int MOST_NAMED = 20;

    private final Path directory;
    /** Says who may use the directory; null if that is not known. */
    private final Path database;
    /** Whether that is there for the backups only, so that its permissions are not those that somebody wanted. */
    private final boolean isOurs;

    private final Patience patience;
    private final FileCheck check;
    private final Clock clock;
    private final Consumer<Step> progress;
    private final MetadataFile file;
    private final Identities identities;
    /** For {@link #reserveId}, which is called too often to look for the directory each time. */
    private volatile BackupIds kept;
    /** Paths that have been warned of, so that a history that is read often does not fill the log. */
    private final Set<Path> warned = ConcurrentHashMap.newKeySet();

    private Catalog(
            Path directory,
            Path database,
            boolean isOurs,
            Patience patience,
            FileCheck check,
            Clock clock,
            Consumer<Step> progress) {
        this.patience = patience;
        this.directory = Canonical.of(directory);
        this.database = database == null ? null : Canonical.of(database);
        this.isOurs = isOurs;
        this.check = check;
        this.clock = clock;
        this.progress = progress;
        this.file = new MetadataFile(this.directory);
        this.identities = new Identities(this.directory, file, progress);
    }

    /**
     * The catalog of a directory. Touches nothing yet; the directory is created with the first backup.
     *
     * @param directory the backup directory
     * @param check tells good files from bad ones where nothing is recorded of them
     * @return the catalog
     */
    public static Catalog open(Path directory, FileCheck check) {
        return new Catalog(
                directory, null, false, Patience.LONG, check, Clock.system(ZoneId.systemDefault()), step -> {});
    }

    /**
     * As {@link #open(Path, FileCheck)}, for who uses a database, and may hold locks of it.
     *
     * @param database says who may use the directory
     * @param isOurs whether that is there for the backups only, so that its permissions are not those that somebody wanted
     * @param patience how long to wait for the lock of the directory; what needs it longer throws a
     *     {@link HeldByOthersException}
     */
    public static Catalog open(Path directory, Path database, boolean isOurs, Patience patience, FileCheck check) {
        Clock clock = Clock.system(ZoneId.systemDefault());
        return new Catalog(directory, database, isOurs, patience, check, clock, step -> {});
    }

    /** With a clock of one's own, and a look between the steps. */
    static Catalog open(Path directory, FileCheck check, Clock clock, Consumer<Step> progress) {
        return new Catalog(directory, null, false, Patience.LONG, check, clock, progress);
    }

    /**
     * The backup directory.
     *
     * @return its real path
     */
    public Path directory() {
        return directory;
    }

    /**
     * Which of the databases of this directory one is. Changes nothing.
     *
     * @param database its path, any that leads to it
     * @return what it is known as here
     */
    public DatabaseId identify(Path database) throws IOException {
        return identities.find(database);
    }

    /**
     * As {@link #identify}, for who is about to write its history: where the database is now is kept in mind.
     *
     * @param database its path, any that leads to it
     * @return what it is known as here
     */
    public DatabaseId claim(Path database) throws IOException {
        // Who only goes on does not wait for those who have the lock.
        Optional<DatabaseId> recorded = identities.asRecorded(database);
        return recorded.isPresent() ? recorded.get() : hold(lock -> identities.claim(lock, database));
    }

    /**
     * The lock of the backup directory, which is created if it is missing.
     *
     * @return the lock
     * @throws IOException if the directory can't be created or reached
     */
    public DirectoryLock lock() throws IOException {
        return database == null ? DirectoryLock.ofReal(directory) : DirectoryLock.ofReal(directory, database);
    }

    /**
     * A new file in the backup directory, to be filled and given to {@link #publish}.
     *
     * @return the file, empty
     * @throws IOException if it can't be created
     */
    public PendingFile newFile() throws IOException {
        return PendingFile.create(lock(), clock.instant());
    }

    /**
     * A new file that is not to be published. It lies in the backup directory, too, where there is room for databases, unless
     * that can only be read.
     *
     * @return the file, empty
     * @throws IOException if it can't be created
     */
    public PendingFile scratchFile() throws IOException {
        return mayChange() ? newFile() : PendingFile.createAside();
    }

    /**
     * Whether this process may change the backups: it can write to the directory, and read the database, if there is one. What
     * others make would be as closed to the owner of the database as that is to them.
     */
    public boolean mayChange() {
        return DirectoryLock.isWritable(directory) && mayReadDatabase();
    }

    /**
     * Refuses who may write to the directory, but not even read the database.
     *
     * @throws FileSystemException if this process is his
     */
    public void requireReader() throws FileSystemException {
        if (!mayReadDatabase()) {
            throw new FileSystemException(
                    database.toString(), null, "may not be read by this user, who so may not change its backups");
        }
    }

    private boolean mayReadDatabase() {
        return database == null || Files.isReadable(database) || Files.notExists(database);
    }

    /**
     * A backup that was made before a transaction.
     *
     * @param backup its record
     * @param expiring the oldest one, which goes if the transaction changes something
     */
    public record Published(Entry backup, Optional<Entry> expiring) {}

    /** Whether a backup is still the newest one of its database, also among those that are kept elsewhere. */
    @FunctionalInterface
    public interface Newest {
        /**
         * Asks.
         *
         * @param backup the newest automatic one of this catalog
         * @return false if that is not known
         * @throws IOException if it can't be found out
         */
        boolean is(Entry backup) throws IOException;
    }

    /**
     * Makes a file a backup: seals it, gives it an id and a name, records it durably, and deletes the oldest automatic
     * backups of the same database beyond the number to be kept. If it fails, there is no new backup; only if the last
     * {@code fsync} fails, it may be there nevertheless.
     *
     * @param pending the file, from {@link #newFile}
     * @param request what it is
     * @return its record
     */
    public Entry publish(PendingFile pending, Request request) throws IOException {
        return publish(pending, request, null).backup();
    }

    /**
     * As {@link #publish}, before a transaction that holds the write lock and has changed nothing yet. If the transaction
     * behind the newest backup has changed nothing either, the new one takes its place.
     *
     * @param newest asked for that backup
     * @return its record, and what is to be settled when the transaction has ended
     */
    public Published publishBeforeTransaction(PendingFile pending, Request request, Newest newest) throws IOException {
        return publish(pending, request, newest::is);
    }

    private Published publish(PendingFile pending, Request request, Retention.Newest newest) throws IOException {
        Request canonical = new Request(
                Canonical.of(request.original()),
                RowFormat.writable(request.comment()),
                request.auto(),
                request.keep(),
                request.tables().stream().map(RowFormat::writable).toList());
        // The long part, and it needs no lock.
        pending.seal(canonical.original());
        progress.accept(Step.DATA_SEALED);
        return hold(lock -> {
            if (!pending.isIn(lock)) {
                throw new IllegalArgumentException(pending.path() + " is not in " + directory);
            }
            return publish(lock, pending, canonical, identities.claim(lock, canonical.original()), newest);
        });
    }

    /**
     * An id for a backup that is kept elsewhere, from the same counter. It is used up.
     *
     * @return an id that no backup of this directory ever had
     */
    public long reserveId() throws IOException {
        BackupIds ids = kept;
        if (ids == null) {
            ids = new BackupIds(lock());
            kept = ids;
        }
        return ids.reserve(patience, 1, this::nextIdOfMetadata);
    }

    private long nextIdOfMetadata() throws IOException {
        MetadataFile.Content content = file.read();
        return content.wasRead() ? content.metadata().nextId() : nextIdOfReadable();
    }

    private long nextIdOfReadable() throws IOException {
        DirectoryLock lock = lock();
        return lock.hold(patience, () -> readable(lock, null).nextId());
    }

    /**
     * The backups that are there. A record whose file is gone is left out, with a warning.
     *
     * @param original the database; null for all
     * @return newest first, which is largest id first
     */
    public List<Entry> history(Path original) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        Metadata metadata = readable(original);
        while (true) {
            List<Entry> present = new ArrayList<>();
            List<Entry> gone = new ArrayList<>();
            for (Entry entry : select(withAll(metadata, original), original)) {
                Optional<Entry> found = present(entry);
                found.ifPresentOrElse(present::add, () -> gone.add(entry));
            }
            if (!gone.isEmpty()) {
                // Perhaps somebody has cleaned up since the metadata was read.
                MetadataFile.Content again = file.read();
                if (again.wasRead() && again.metadata() != metadata) {
                    metadata = again.metadata();
                    continue;
                }
                warnGone(gone);
            }
            present.sort(NEWEST_FIRST);
            return List.copyOf(present);
        }
    }

    /**
     * The backups that there should be: as {@link #history}, and those whose files are gone.
     *
     * @param original the database
     * @return newest first
     */
    public List<Entry> recorded(Path original) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        return select(withAll(readable(original), original), original).stream()
                .sorted(NEWEST_FIRST)
                .toList();
    }

    /**
     * The record of a backup of a database, also if the database was moved together with its backups since. Its file may
     * have been deleted by hand, which {@link #history} would hide.
     *
     * @param id the id of a backup
     * @param original the database
     * @return its record, empty if there is none, or it is another database's
     */
    public Optional<Entry> find(long id, Path original) throws IOException {
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        return select(withAll(readable(original), original), original).stream()
                .filter(entry -> entry.id() == id)
                .findFirst();
    }

    /**
     * Deletes the oldest automatic backups of a database. Manual ones, and those of other databases, stay.
     *
     * @param original the database
     * @param first the id of the oldest that stays
     * @return what was deleted, oldest first
     */
    public List<Entry> cleanup(Path original, long first) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        return hold(lock -> {
            DatabaseId id = identify(original);
            Metadata metadata = withoutGone(readableWithAll(lock, original), id);
            List<Entry> expired = metadata.entriesOf(id, directory).stream()
                    .filter(entry -> entry.auto() && entry.id() < first)
                    .sorted(NEWEST_FIRST.reversed())
                    .toList();
            if (expired.isEmpty()) {
                return expired;
            }
            return file.write(
                    lock,
                    metadata.without(expired),
                    id.database(),
                    progress,
                    () -> deleteExpired(expired, id.database()));
        });
    }

    /**
     * Deletes any backup.
     *
     * @param id its id
     * @return what was deleted
     * @throws IllegalArgumentException if there is no such backup; the message names those there are
     * @throws IOException if the file can't be deleted; it is then recorded again by the next {@link #reconcile}
     */
    public Entry delete(long id) throws IOException {
        return hold(lock -> {
            Metadata metadata = readableWithAll(lock, null);
            Entry entry = metadata.find(id).orElseThrow(() -> unknown(id, metadata));
            return file.write(lock, metadata.without(List.of(entry)), entry.original(), progress, () -> {
                deleteFile(entry);
                progress.accept(Step.EXPIRED_DELETED);
                sync(lock);
                return entry;
            });
        });
    }

    /**
     * Gives a manual backup another comment. Does nothing if it is gone.
     *
     * @param backup from {@link #publish}
     * @param comment what is known of it now
     * @return its record
     */
    public Entry comment(Entry backup, String comment) throws IOException {
        return hold(lock -> {
            Metadata metadata = readable(lock, backup.original());
            Metadata changed = metadata.withComment(backup.id(), RowFormat.writable(comment));
            if (changed != metadata) {
                file.write(lock, changed, backup.original(), progress);
            }
            return backup.withComment(comment);
        });
    }

    /**
     * The restores of a database, those included that may not have happened.
     *
     * @return oldest first
     */
    public List<RestoreStep> restores(Path original) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        return readable(original).restoresOf(identify(original), directory);
    }

    /**
     * Notes durably that a database is about to be replaced.
     *
     * @param safety the backup of the present state; empty where there is no database
     * @param restored the id of the backup that is to be restored
     * @return for {@link #restored} and {@link #forget}
     */
    public RestoreStep restoring(Path original, Optional<Entry> safety, long restored) throws IOException {
        return hold(lock -> {
            Metadata metadata = readable(lock, original);
            long id = safety.isPresent() ? safety.get().id() : Math.max(new BackupIds(lock).next(), metadata.nextId());
            RestoreStep step = new RestoreStep(id, restored, safety.isPresent(), false);
            replaceRestore(lock, metadata, original, step, Optional.of(step));
            return step;
        });
    }

    /**
     * Confirms that a database has been replaced.
     *
     * @param begun from {@link #restoring}
     * @param safety the id of the backup that holds the state that was replaced; {@code begun}'s own where that is not
     *     another
     */
    public void restored(Path original, RestoreStep begun, long safety) throws IOException {
        hold(lock -> {
            replaceRestore(lock, readable(lock, original), original, begun, Optional.of(begun.doneAs(safety)));
            return null;
        });
    }

    /**
     * Strikes a restore out that has not happened.
     *
     * @param begun from {@link #restoring}
     */
    public void forget(Path original, RestoreStep begun) throws IOException {
        hold(lock -> {
            replaceRestore(lock, readable(lock, original), original, begun, Optional.empty());
            return null;
        });
    }

    private void replaceRestore(
            DirectoryLock lock, Metadata metadata, Path original, RestoreStep old, Optional<RestoreStep> changed)
            throws IOException {
        DatabaseId database = identify(original);
        List<RestoreStep> steps = new ArrayList<>(metadata.restoresOf(database, directory));
        steps.removeIf(step -> step.id() == old.id() && step.restored() == old.restored());
        changed.ifPresent(steps::add);
        steps.sort(Comparator.comparingLong(RestoreStep::id));
        file.write(lock, metadata.withRestores(steps, database, directory), database.database(), progress);
    }

    /**
     * Puts right what a crash, or a hand, left: removes abandoned temporary files, records complete backup files that
     * have no record, sets damaged ones aside, drops records that mean nothing, and rebuilds
     * metadata that is missing or unreadable. Cheap where there is nothing to do.
     */
    public void reconcile() throws IOException {
        reconcile(null);
    }

    /**
     * As {@link #reconcile()}.
     *
     * @param original the database that is in use: backups of that file name are its own where nothing tells better; null
     *     if there is none
     */
    public void reconcile(Path original) throws IOException {
        if (Files.isDirectory(directory)) {
            hold(lock -> reconcile(lock, original));
        }
    }

    /**
     * As {@link #reconcile(Path)}, unless somebody else holds the lock of the directory: then he, or who comes next, puts
     * right what is to be. For who only opens a database, and never waits for others.
     *
     * @param original the database that is in use
     */
    public void reconcileUnlessHeld(Path original) throws IOException {
        if (!Files.isDirectory(directory) || !isUsed()) {
            return;
        }
        try {
            DirectoryLock lock = lock();
            lock.hold(Patience.NONE, () -> reconcile(lock, original));
        } catch (HeldByOthersException e) {
            log.debug("{} is not looked through now: {}", directory, e.getMessage());
        }
    }

    /** Whether there is anything of ours in the directory, which may be any that somebody has named. */
    private boolean isUsed() throws IOException {
        return isTaken(DirectoryLock.FILE_NAME) || mayHaveBackups();
    }

    /** Whether there is anything that tells of full backups. There is not where all are incremental. */
    private boolean mayHaveBackups() throws IOException {
        if (isTaken(MetadataFile.NAME) || isTaken(MetadataFile.COPY)) {
            return true;
        }
        return DirectoryLock.ofReal(directory).fileNames().stream()
                .anyMatch(name -> BackupName.parse(name).isPresent());
    }

    private boolean isTaken(String fileName) {
        return Files.exists(directory.resolve(fileName), LinkOption.NOFOLLOW_LINKS);
    }

    private Published publish(
            DirectoryLock lock, PendingFile pending, Request request, DatabaseId database, Retention.Newest newest)
            throws IOException {
        Metadata metadata = withoutGone(readableWithAll(lock, request.original()), database);
        BackupName name = freeName(metadata, database, request.auto(), pending.taken());
        Entry entry = new Entry(
                reserveId(lock, metadata),
                pending.taken(),
                directory.resolve(name.format()),
                request.comment(),
                request.auto(),
                pending.length(),
                database.home(),
                pending.sha256(),
                request.tables(),
                newest != null);
        Metadata longer = metadata.with(RowFormat.format(entry, clock.getZone()));
        Retention retention =
                Retention.after(entry, pending.path(), longer, request.keep(), database, directory, newest);
        pending.publish(entry.fileName());
        progress.accept(Step.DATA_PUBLISHED);
        MetadataFile.Content written;
        try {
            written = file.replace(lock, retention.metadata(), request.original(), progress);
        } catch (IOException | RuntimeException | Error e) {
            // The rename of the metadata is its last step: there is no record yet.
            withdraw(entry, e);
            throw e;
        }
        sync(lock);
        if (!retention.gone().isEmpty()) {
            deleteExpired(retention.gone(), request.original());
        }
        file.replaceCopy(lock, written, progress);
        return new Published(entry.withOriginal(database.database()), retention.expiring());
    }

    /**
     * Lets the oldest backup go, or stay, when a transaction has ended. Does nothing if that has been decided since: by the
     * next backup, or by who has deleted one of the two.
     *
     * @param published from {@link #publishBeforeTransaction}, with an expiring one
     * @param changed whether the transaction has changed something
     */
    public void settle(Published published, boolean changed) throws IOException {
        if (published.expiring().isPresent() && Files.isDirectory(directory)) {
            hold(lock -> {
                settle(lock, published.backup(), published.expiring().get(), changed);
                return null;
            });
        }
    }

    private void settle(DirectoryLock lock, Entry backup, Entry oldest, boolean changed) throws IOException {
        Path original = backup.original();
        Metadata metadata = readable(lock, original);
        DatabaseId database = identify(original);
        Metadata all = Expiring.returned(metadata, database, directory);
        boolean isNewest = all.entriesOf(database, directory).stream()
                .filter(Entry::auto)
                .max(Comparator.comparingLong(Entry::id))
                .filter(entry -> entry.id() == backup.id())
                .isPresent();
        if (!isNewest || all.find(oldest.id()).isEmpty()) {
            return;
        }
        Metadata settled = changed ? metadata.without(List.of(oldest)) : all;
        IOCallable<List<Entry>> expiry = () -> changed ? deleteExpired(List.of(oldest), original) : List.of();
        List<Entry> unused =
                settled == metadata ? expiry.call() : file.write(lock, settled, original, progress, expiry);
    }

    private static void withdraw(Entry entry, Throwable failure) {
        try {
            Files.deleteIfExists(entry.path());
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * A name that is free. Counts on from the largest counter recorded for that second rather than taking the first gap:
     * a reader with older metadata must not find another backup under a name that retention has freed.
     */
    private BackupName freeName(Metadata metadata, DatabaseId database, boolean auto, Instant time) {
        BackupName first = new BackupName(
                FileNames.label(database.home().getFileName().toString()),
                LocalDateTime.ofInstant(time, clock.getZone()).truncatedTo(ChronoUnit.SECONDS),
                1,
                auto);
        String stem = first.stem();
        int counter = metadata.entries().stream()
                .map(Entry::fileName)
                // To understand all names takes as long as all the rest where many databases share a directory.
                .filter(fileName -> fileName.startsWith(stem))
                .flatMap(fileName -> BackupName.parse(fileName).stream())
                .filter(first::sharesCounterWith)
                .mapToInt(name -> name.counter() + 1)
                .max()
                .orElse(1);
        BackupName name = first.withCounter(counter);
        while (isTaken(name.withAuto(true)) || isTaken(name.withAuto(false))) {
            name = name.withCounter(name.counter() + 1);
        }
        return name;
    }

    private boolean isTaken(BackupName name) {
        return isTaken(name.format());
    }

    /** An id for a record; used up, because others take theirs without the lock. */
    static long reserveId(DirectoryLock lock, Metadata metadata) throws IOException {
        return new BackupIds(lock).reserve(Patience.NONE, metadata.nextId(), metadata::nextId);
    }

    /** As {@link #readable(DirectoryLock, Path)}. Where nothing may be written, the copy has to do. */
    private Metadata readable(Path original) throws IOException {
        MetadataFile.Content content = file.read();
        if (content.wasRead()) {
            return content.metadata();
        }
        if (!mayHaveBackups()) {
            // Without the lock, which a process that is stopped may hold.
            return Metadata.empty();
        }
        if (mayChange()) {
            return hold(lock -> readable(lock, original));
        }
        MetadataFile.Content copy = file.readCopy();
        if (!copy.wasRead() && content.outcome() == MetadataFile.Outcome.UNREADABLE) {
            throw new IOException(directory.resolve(MetadataFile.NAME) + " can't be used (" + content.problem()
                    + "), and nothing may be written there to make it anew");
        }
        return copy.metadata();
    }

    /** The metadata, put right first if it can't be read. */
    private Metadata readable(DirectoryLock lock, Path original) throws IOException {
        MetadataFile.Content content = file.read();
        return content.wasRead() ? content.metadata() : reconcile(lock, original);
    }

    /** The same, with those backups of a database that are about to expire. */
    private Metadata readableWithAll(DirectoryLock lock, Path original) throws IOException {
        return withAll(readable(lock, original), original);
    }

    private Metadata withAll(Metadata metadata, Path original) throws IOException {
        return Expiring.returned(metadata, original == null ? null : identify(original), directory);
    }

    private Metadata reconcile(DirectoryLock lock, Path original) throws IOException {
        // Once for all that is to be looked for: there may be thousands.
        List<String> names = lock.fileNames();
        DatabaseId id = original == null ? null : identities.find(original, names);
        // Who may not read the database takes away from his own files what others may not read any more, and no more.
        Metadata repaired = mayReadDatabase()
                ? new Reconciliation(lock, directory, file, check, clock, progress, id, names).run()
                : file.read().metadata();
        if (id != null) {
            new Admission(lock, id, repaired, names)
                    .bringUpToDate(isOurs && id.database().equals(database));
        }
        return repaired;
    }

    private List<Entry> select(Metadata metadata, Path original) throws IOException {
        return original == null ? metadata.entries() : metadata.entriesOf(identify(original), directory);
    }

    /** Drops records of files that are gone, so that they do not count among those to be kept. */
    private Metadata withoutGone(Metadata metadata, DatabaseId database) throws IOException {
        List<Entry> gone = new ArrayList<>();
        for (Entry entry : metadata.entriesOf(database, directory)) {
            if (entry.auto() && present(entry).isEmpty()) {
                gone.add(entry);
            }
        }
        warnGone(gone);
        return gone.isEmpty() ? metadata : metadata.without(gone);
    }

    private List<Entry> deleteExpired(List<Entry> expired, Path original) {
        List<Entry> deleted = new ArrayList<>();
        Operation cleanup = Operation.cleanup(original);
        try (cleanup) {
            deleteExpired(expired, deleted);
            cleanup.done(Operation.FULL, deleted.size());
        }
        return deleted;
    }

    private void deleteExpired(List<Entry> expired, List<Entry> deleted) {
        for (Entry entry : expired) {
            try {
                deleteFile(entry);
                deleted.add(entry);
            } catch (IOException e) {
                // The new backup stands; that an old one stays too is no reason to fail.
                log.warn("Backup #{} has expired and can't be deleted: {}", entry.id(), e.toString());
            }
            progress.accept(Step.EXPIRED_DELETED);
        }
    }

    private static void deleteFile(Entry entry) throws IOException {
        // A link is deleted, not what it leads to; a directory is no backup.
        if (Files.isDirectory(entry.path(), LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.deleteIfExists(entry.path());
        Companions.delete(entry.path());
    }

    /** The entry if its file is there, and a file: behind a symbolic link lies something that is not a backup. */
    static Optional<Entry> present(Entry entry) throws IOException {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(entry.path(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isRegularFile()) {
                return Optional.empty();
            }
            return Optional.of(entry.size() >= 0 ? entry : entry.withSize(attributes.size()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private void warnGone(List<Entry> entries) {
        List<Entry> gone =
                entries.stream().filter(entry -> warned.add(entry.path())).toList();
        if (gone.size() == 1) {
            Entry entry = gone.get(0);
            log.warn("The file of backup #{} is gone, or no regular file: {}", entry.id(), entry.path());
        } else if (!gone.isEmpty()) {
            log.warn(
                    "The files of {} backups are gone from {}, or no regular files: {}{}",
                    gone.size(),
                    directory,
                    gone.stream()
                            .limit(MOST_NAMED)
                            .map(entry -> "#" + entry.id())
                            .collect(Collectors.joining(", ")),
                    gone.size() > MOST_NAMED ? ", …" : "");
        }
    }

    private void sync(DirectoryLock lock) throws IOException {
        lock.sync();
        progress.accept(Step.DIRECTORY_SYNCED);
    }

    private static IllegalArgumentException unknown(long id, Metadata metadata) {
        List<Long> ids = metadata.entries().stream().map(Entry::id).sorted().toList();
        return new IllegalArgumentException(
                "There is no backup #" + id + "; " + (ids.isEmpty() ? "there are none" : "there are " + ids));
    }

    private <T> T hold(Locked<T> work) throws IOException {
        requireReader();
        DirectoryLock lock = lock();
        return lock.hold(patience, () -> work.call(lock));
    }

    @FunctionalInterface
    private interface Locked<T> {
        T call(DirectoryLock lock) throws IOException;
    }
}
