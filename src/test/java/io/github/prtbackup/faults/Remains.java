package io.github.prtbackup.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What is on a disk after a loss of power: what was made durable, and of the rest what {@link Losses} leave. */
final class Remains {
    private final Path root;
    private final Losses.Dealt losses;
    private final Map<Inode, Content> contents = new HashMap<>();
    private final Map<Path, Names> names = new TreeMap<>();

    private record Pending<T>(int number, T change) {}

    private static final class Content {
        private byte[] durable = new byte[0];
        private final List<Pending<Change>> pending = new ArrayList<>();
        private byte[] left;

        void sync() {
            for (Pending<Change> each : pending) {
                if (each.change() instanceof Change.Written written) {
                    durable = Inode.written(durable, written.offset(), written.bytes());
                } else if (each.change() instanceof Change.Resized resized) {
                    durable = Arrays.copyOf(durable, Math.toIntExact(resized.length()));
                }
            }
            pending.clear();
        }

        byte[] left(Losses.Dealt losses) {
            if (left == null) {
                left = durable;
                for (Pending<Change> each : pending) {
                    if (each.change() instanceof Change.Written written) {
                        left = losses.written(each.number(), left, durable.length, written.offset(), written.bytes());
                    } else if (each.change() instanceof Change.Resized resized) {
                        left = losses.resized(each.number(), left, resized.length());
                    }
                }
            }
            return left;
        }
    }

    private static final class Names {
        private final Map<String, Inode> names = new TreeMap<>();
        private final List<Pending<Change.Named>> pending = new ArrayList<>();

        void apply(Change.Named change) {
            if (change.removed() != null) {
                names.remove(change.removed());
            }
            if (change.added() != null) {
                names.put(change.added(), change.file());
            }
        }

        void sync() {
            pending.forEach(each -> apply(each.change()));
            pending.clear();
        }
    }

    /**
     * @param root the directory that all is in, which is durable itself
     * @param changes what has happened
     */
    Remains(Path root, List<Change> changes, Losses.Dealt losses) {
        this.root = root;
        this.losses = losses;
        for (int i = 0; i < changes.size(); i++) {
            add(i, changes.get(i));
        }
        for (Names each : names.values()) {
            for (Pending<Change.Named> pending : each.pending) {
                if (losses.keepsNames(pending.number())) {
                    each.apply(pending.change());
                }
            }
        }
    }

    private void add(int number, Change change) {
        if (change instanceof Change.Written written) {
            content(written.file()).pending.add(new Pending<>(number, change));
        } else if (change instanceof Change.Resized resized) {
            content(resized.file()).pending.add(new Pending<>(number, change));
        } else if (change instanceof Change.Synced synced) {
            content(synced.file()).sync();
        } else if (change instanceof Change.Named named) {
            names(named.directory()).pending.add(new Pending<>(number, named));
        } else if (change instanceof Change.NamesSynced synced) {
            names(synced.directory()).sync();
        } else {
            contents.values().forEach(Content::sync);
            names.values().forEach(Names::sync);
        }
    }

    private Content content(Inode file) {
        return contents.computeIfAbsent(file, absent -> new Content());
    }

    private Names names(Path directory) {
        return names.computeIfAbsent(directory, absent -> new Names());
    }

    /** What a name in the root leads to; null if it is not there. */
    Inode find(String name) {
        return names(root).names.get(name);
    }

    /** Whether all that was written to a file is there for sure. */
    boolean isDurable(Inode file) {
        return content(file).pending.isEmpty();
    }

    /** The bytes of a file. */
    byte[] bytes(Inode file) {
        return content(file).left(losses);
    }

    /** Writes all to an empty directory, but for files of some names in the root. */
    void writeTo(Path target, Predicate<String> omitted) throws IOException {
        writeTo(root, target, omitted);
    }

    private void writeTo(Path directory, Path target, Predicate<String> omitted) throws IOException {
        for (Map.Entry<String, Inode> entry : names(directory).names.entrySet()) {
            Path path = target.resolve(entry.getKey());
            Inode file = entry.getValue();
            if (omitted.test(entry.getKey())) {
                continue;
            }
            if (file.directory() != null) {
                Files.createDirectory(path);
                writeTo(file.directory(), path, name -> false);
            } else {
                Files.write(path, content(file).left(losses));
            }
        }
    }
}
