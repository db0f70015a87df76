package io.github.prtbackup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.faults.disk.Access;
import io.github.prtbackup.faults.disk.Access.Kind;
import io.github.prtbackup.faults.disk.Disk;
import io.github.prtbackup.faults.disk.Watcher;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.WeakHashMap;

/**
 * All that a {@link Life} does to the files of its backups, and at some moments what its database was.
 *
 * <p>The database itself is written by SQLite's native code, which is not watched. It is copied at those moments: what SQLite
 * makes of such a copy is the state that a transaction boundary had, and with {@code synchronous=FULL}, which sqlite-jdbc sets,
 * what a loss of power leaves. What SQLite writes to a file of the backup directory is noticed when that is made durable.
 *
 * <p>What the life does by hand, as a user would who deletes or damages files, is found by a comparison of the disk with what
 * has been recorded, and counts as durable with all that was before. Elsewhere that comparison shows that nothing is missing
 * from the recording.
 */
final class Recording implements Watcher, Closeable {
    private static final String LOCK = ".prtbackup.lock";

    /** Where the status of the first record of a log is, and what it is while the base may not be durable. */
    private static final int STATUS = 3;

    private static final byte FRESH = 0x3C;

    /** What tells that something was done by hand. */
    private static final Set<String> BY_HAND = Set.of("damaged", "missing");

    /**
     * A moment at which the power may fail: just before an operation.
     *
     * @param changes how many changes have been made
     * @param events how much the life has told
     * @param database as it was; null if it was not looked at
     * @param isSettled whether the newest timeline, if there is one, was durable, so that no first point may be lost
     * @param next the operation
     */
    record Moment(int changes, int events, DatabaseFiles database, boolean isSettled, String next) {}

    /**
     * An automatic backup.
     *
     * @param told how much had been told when its id was given
     */
    record Given(long id, long state, int told) {}

    final List<Change> changes = new ArrayList<>();
    final List<String> events = Collections.synchronizedList(new ArrayList<>());
    final List<Moment> moments = new ArrayList<>();
    final List<Given> automatic = new ArrayList<>();

    private final Path root;
    private final Path database;
    private final DatabaseFiles.Copier copier;
    private final Thread life = Thread.currentThread();
    private final Random random;
    private final double share;
    private final Map<Path, Inode> names = new TreeMap<>();
    private final Map<Object, Inode> handles = new WeakHashMap<>();
    private boolean isDatabaseThere = true;
    private long state;
    private boolean inTransaction;
    private DatabaseFiles last;
    /** The first segment of a timeline that says of its base that it may not be durable. */
    private Inode fresh;

    /**
     * @param scratch an empty directory
     * @param share of all moments, how many are kept: from 0 to 1
     */
    Recording(Path database, Path scratch, long seed, double share) throws IOException {
        this.root = database.getParent();
        this.database = database;
        this.copier = new DatabaseFiles.Copier(database, scratch);
        this.random = new Random(seed);
        this.share = share;
        link(database, Inode.file());
        changes.add(new Change.AllSynced());
    }

    @Override
    public void close() {
        copier.close();
    }

    /** Some bytes that were written once, as unused blocks of a disk hold them. */
    byte[] oldBlocks() {
        return changes.stream()
                .filter(Change.Written.class::isInstance)
                .map(change -> ((Change.Written) change).bytes())
                .max((left, right) -> Integer.compare(left.length, right.length))
                .orElse(new byte[0]);
    }

    // What the life tells.

    void tell(String event) {
        Disk.between(() -> {
            String[] words = event.split(" ", -1);
            compare(BY_HAND.contains(words[0]));
            events.add(event);
            inTransaction = words[0].equals("begin");
            if (words[0].equals("done") || words[0].equals("restored")) {
                state = Long.parseLong(words[1]);
            }
            if (words[0].equals("restored")) {
                isDatabaseThere = true;
            }
        });
    }

    // What happens to the disk.

    @Override
    public void before(Access access) {
        if (access.kind() == Kind.COUNTER) {
            counted(access);
        }
        if (access.kind().changes() && Thread.currentThread() == life && random.nextDouble() < share) {
            try {
                DatabaseFiles now = copier.copy();
                last = now.isSame(last) ? last : now;
                moments.add(new Moment(changes.size(), events.size(), last, fresh == null, access.name()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void counted(Access access) {
        // Through memory, so that it is there at once, and on the disk whenever the system likes.
        write(names.get(access.path()), 0, access.bytes());
        long id = ByteBuffer.wrap(access.bytes()).getLong() - 1;
        if (inTransaction && Thread.currentThread() == life) {
            automatic.add(new Given(id, state, events.size()));
        }
    }

    @Override
    public void after(Access access) {
        Path path = access.path();
        if (!path.startsWith(root) || isNative(path)) {
            return;
        }
        switch (access.kind()) {
            case CREATE, OPEN -> opened(path, access.handle());
            case WRITE -> {
                Inode file = handles.get(access.handle());
                write(file, access.offset(), access.bytes());
                if (name(path).endsWith(".log")) {
                    wroteLog(file, access);
                }
            }
            case TRUNCATE -> resize(handles.get(access.handle()), access.offset());
            case SYNC -> {
                Inode file = handles.get(access.handle());
                adopt(file, nameOf(file));
                changes.add(new Change.Synced(file));
            }
            case SYNC_DIRECTORY -> changes.add(new Change.NamesSynced(path));
            case RENAME -> {
                Inode file = names.remove(path);
                if (file.directory() == null) {
                    adopt(file, access.target());
                } else {
                    file = new Inode(access.target());
                }
                names.put(access.target(), file);
                changes.add(new Change.Named(path.getParent(), name(path), name(access.target()), file));
            }
            case LINK -> link(access.target(), names.get(path));
            case COPY -> {
                unlink(access.target());
                Inode copy = Inode.file();
                link(access.target(), copy);
                adopt(copy, access.target());
            }
            case DELETE -> unlink(path);
            default -> {}
        }
    }

    /** What the status of the first record says of the base. */
    private void wroteLog(Inode file, Access access) {
        if (access.offset() == 0 && access.bytes().length > STATUS && access.bytes()[STATUS] == FRESH) {
            fresh = file;
        } else if (file == fresh && access.offset() == STATUS) {
            fresh = null;
        }
    }

    private void opened(Path path, Object handle) {
        if (path.equals(root)) {
            return;
        }
        Inode file = names.get(path);
        if (file == null) {
            file = Files.isDirectory(path) ? new Inode(path) : Inode.file();
            link(path, file);
        }
        if (handle != null) {
            handles.put(handle, file);
        }
    }

    private void link(Path path, Inode file) {
        names.put(path, file);
        changes.add(new Change.Named(path.getParent(), null, name(path), file));
    }

    private void unlink(Path path) {
        if (names.remove(path) != null) {
            changes.add(new Change.Named(path.getParent(), name(path), null, null));
        }
    }

    private void write(Inode file, long offset, byte[] bytes) {
        file.write(offset, bytes);
        changes.add(new Change.Written(file, offset, bytes));
    }

    private void resize(Inode file, long length) {
        file.cut(length);
        changes.add(new Change.Resized(file, length));
    }

    /** What SQLite has written to a file. */
    private void adopt(Inode file, Path path) {
        try {
            byte[] actual = Files.readAllBytes(path);
            if (!Arrays.equals(actual, file.content())) {
                resize(file, 0);
                write(file, 0, actual);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path nameOf(Inode file) {
        return names.entrySet().stream()
                .filter(entry -> entry.getValue() == file)
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    /** Whether a file belongs to SQLite. */
    private boolean isNative(Path path) {
        return isDatabaseThere && path.getParent().equals(root) && name(path).startsWith(name(database));
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    // The comparison.

    private void compare(boolean isByHand) {
        if (isByHand && !Files.exists(database)) {
            isDatabaseThere = false;
        }
        try {
            int before = changes.size();
            Set<Path> actual = new TreeSet<>();
            find(root, actual);
            for (Path path : new TreeSet<>(names.keySet())) {
                if (!actual.contains(path)) {
                    unlink(path);
                }
            }
            for (Path path : actual) {
                if (!names.containsKey(path)) {
                    link(path, Files.isDirectory(path) ? new Inode(path) : Inode.file());
                }
                Inode file = names.get(path);
                if (file.directory() == null && !name(path).equals(LOCK) && !path.equals(database)) {
                    adopt(file, path);
                }
            }
            if (isByHand) {
                changes.add(new Change.AllSynced());
            } else {
                assertThat(changes.subList(before, changes.size()))
                        .as("what was not recorded")
                        .isEmpty();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void find(Path directory, Set<Path> found) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path path : entries) {
                if (path.equals(database)) {
                    found.add(path);
                } else if (!isNative(path)) {
                    found.add(path);
                    if (Files.isDirectory(path)) {
                        find(path, found);
                    }
                }
            }
        }
    }
}
