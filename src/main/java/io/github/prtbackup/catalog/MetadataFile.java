package io.github.prtbackup.catalog;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.IOCallable;
import io.github.prtbackup.files.PendingFile;
import io.github.prtbackup.files.RegularFile;
import io.github.prtbackup.timeline.BackupIds;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessMode;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code backup_metadata.json} on disk, and a copy of it, from which it is rebuilt when it is lost. Thread-safe; reading needs no lock.
 *
 * <p>The bytes are read each time and understood only if they changed. Time, length and inode of the file would be a
 * cheaper sign (2 µs instead of 15 for a small file), but not a proof: the kernel's clock ticks every 4 ms, in steady
 * state the length stays the same, and the inode comes round again.
 */
final class MetadataFile {
    static final String NAME = "backup_metadata.json";
    static final String COPY = ".backup_metadata.copy.json";
    private static final Logger log = LoggerFactory.getLogger(MetadataFile.class);

    /** Room for 80,000 backups and more. A longer file is none of ours, and might not fit into the heap. */
    private static final int LONGEST = 32 << 20;

    private static final String ASIDE = NAME + ".unreadable-";
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("uuuuMMdd_HHmmss", Locale.ROOT);

    private final Path directory;
    private final LastRead last;

    MetadataFile(Path directory) {
        this.directory = directory;
        this.last = LastRead.of(directory);
    }

    enum Outcome {
        READ,
        MISSING,
        UNREADABLE
    }

    /**
     * What was found.
     *
     * @param metadata what the file says; empty unless it was read
     * @param problem why it was unreadable, else empty
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never leaves this class's callers
    record Content(Outcome outcome, byte[] bytes, Metadata metadata, String problem) {
        boolean wasRead() {
            return outcome == Outcome.READ;
        }
    }

    /** Reads the file. An {@link IOException} is one of access; nonsense in the file is an outcome. */
    Content read() throws IOException {
        Content now = read(directory.resolve(NAME), last.content());
        last.keep(now);
        return now;
    }

    /** Reads the copy, which is as it was before or after the last change, or damaged: what it says is to be checked. */
    Content readCopy() throws IOException {
        return read(directory.resolve(COPY), last.content());
    }

    private Content read(Path path, Content known) throws IOException {
        byte[] bytes;
        try {
            bytes = bytes(path);
        } catch (NoSuchFileException e) {
            return RegularFile.isTaken(path)
                    ? unreadable("it is no regular file")
                    : new Content(Outcome.MISSING, new byte[0], Metadata.empty(), "");
        }
        if (bytes.length > LONGEST) {
            return unreadable("it is longer than " + LONGEST + " bytes");
        }
        if (known != null && known.wasRead() && Arrays.equals(bytes, known.bytes())) {
            return known;
        }
        try {
            return new Content(Outcome.READ, bytes, Metadata.parse(bytes, directory), "");
        } catch (IOException e) {
            return unreadable(reason(e));
        }
    }

    private static Content unreadable(String problem) {
        return new Content(Outcome.UNREADABLE, new byte[0], Metadata.empty(), problem);
    }

    /** Not by {@link Files#readAllBytes}, which an interrupt would end. */
    private static byte[] bytes(Path path) throws IOException {
        RegularFile.require(path);
        try (FileInputStream input = new FileInputStream(path.toFile())) {
            return input.readNBytes(LONGEST + 1);
        } catch (FileNotFoundException e) {
            // The same exception for every failure to open; this tells which one it was.
            path.getFileSystem().provider().checkAccess(path, AccessMode.READ);
            throw e;
        }
    }

    /** As {@link #write(DirectoryLock, Metadata, Path, Consumer, IOCallable)}, where nothing else is to be done. */
    void write(DirectoryLock lock, Metadata changed, Path model, Consumer<Step> progress) throws IOException {
        Void unused = write(lock, changed, model, progress, () -> null);
    }

    /**
     * Replaces the file, durably, and then the copy. Call it while the directory is locked.
     *
     * @param changed as in {@link #replace}
     * @param model as there
     * @param between done when the file is durable, while the copy still tells what was recorded before
     * @return what that returns
     */
    <T> T write(DirectoryLock lock, Metadata changed, Path model, Consumer<Step> progress, IOCallable<T> between)
            throws IOException {
        Content written = replace(lock, changed, model, progress);
        lock.sync();
        progress.accept(Step.DIRECTORY_SYNCED);
        T result = between.call();
        replaceCopy(lock, written, progress);
        return result;
    }

    /**
     * Replaces the file. Call it while the directory is locked; its caller makes the renames durable.
     *
     * <p>The ids it names are announced to the lock before it is in place: an id may be lost by a crash in between, but
     * never given twice.
     *
     * @param changed what was read under the same lock, with changes
     * @param model the file whose permissions the first metadata of a directory gets; later ones keep them
     * @return what was written, for {@link #replaceCopy}
     */
    Content replace(DirectoryLock lock, Metadata changed, Path model, Consumer<Step> progress) throws IOException {
        Metadata metadata = changed.inPlaceOf(read().metadata());
        try (PendingFile pending = PendingFile.create(lock)) {
            byte[] bytes = readable(metadata.toJson());
            pending.write(bytes);
            Path present = directory.resolve(NAME);
            pending.seal(RegularFile.exists(present) ? present : model);
            progress.accept(Step.METADATA_SEALED);
            new BackupIds(lock).raise(metadata.nextId());
            progress.accept(Step.ID_RAISED);
            pending.replace(NAME);
            Content written = new Content(Outcome.READ, bytes, metadata, "");
            last.keep(written);
            progress.accept(Step.METADATA_REPLACED);
            return written;
        }
    }

    /** What is written can be read again, however many backups there are. */
    private byte[] readable(byte[] bytes) throws IOException {
        boolean isReadable = bytes.length <= LONGEST;
        if (isReadable && bytes.length > Metadata.MOST_TOKENS) {
            isReadable = Metadata.isShortEnough(bytes);
        }
        if (!isReadable) {
            throw new IOException(directory.resolve(NAME) + " has no room for more backups: delete some");
        }
        return bytes;
    }

    /**
     * Brings the copy up to date. Call it when everything else is done: until then the copy tells what a file was whose
     * record is gone and which has not been deleted yet.
     *
     * <p>A file of its own, because a second name for the same file would share the fate of one that is overwritten; not
     * durable, because it only counts when the metadata is lost; and if it can't be written, that is no failure.
     */
    void replaceCopy(DirectoryLock lock, Content written, Consumer<Step> progress) {
        try (PendingFile pending = PendingFile.create(lock)) {
            pending.write(written.bytes());
            pending.sealBuffered(directory.resolve(NAME));
            // Not replaced: ext4 writes a file out at once when it takes the place of another.
            Files.deleteIfExists(directory.resolve(COPY));
            pending.publish(COPY);
        } catch (IOException e) {
            log.warn("{} can't be written: {}", directory.resolve(COPY), e.toString());
        }
        progress.accept(Step.COPY_REPLACED);
    }

    /**
     * Keeps a copy of a file that can't be used, or not wholly, under a name that tells since when. Only one of each: where
     * the disk is full the file stays unusable, and is met again and again.
     */
    Path keepAside(LocalDateTime time) throws IOException {
        Path present = directory.resolve(NAME);
        boolean isFile = RegularFile.exists(present);
        Optional<Path> kept = isFile ? keptAside(present) : Optional.empty();
        if (kept.isPresent()) {
            return kept.get();
        }
        String base = ASIDE + STAMP.format(time);
        Path aside = directory.resolve(base);
        for (int counter = 2; Files.exists(aside, LinkOption.NOFOLLOW_LINKS); counter++) {
            aside = directory.resolve(base + "_" + counter);
        }
        if (isFile) {
            linkOrCopy(present, aside);
        } else {
            Files.move(present, aside);
        }
        return aside;
    }

    private Optional<Path> keptAside(Path present) throws IOException {
        byte[] content = bytes(present);
        if (content.length > LONGEST) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, ASIDE + "*")) {
            for (Path file : files) {
                if (RegularFile.exists(file) && Arrays.equals(content, bytes(file))) {
                    return Optional.of(file);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return Optional.empty();
    }

    private static void linkOrCopy(Path existing, Path link) throws IOException {
        try {
            Files.createLink(link, existing);
        } catch (UnsupportedOperationException | FileSystemException noHardLinks) {
            // As on FAT and some network file systems.
            try {
                Files.copy(existing, link);
            } catch (IOException e) {
                Files.deleteIfExists(link);
                throw e;
            }
        }
    }

    /** Without what stands there, which Jackson quotes: it may be anything, also rows of a database. */
    private static String reason(IOException e) {
        if (!(e instanceof JsonProcessingException json)) {
            return String.valueOf(e.getMessage());
        }
        JsonLocation place = json.getLocation();
        return "no valid JSON"
                + (place == null ? "" : " at line " + place.getLineNr() + ", column " + place.getColumnNr());
    }
}
