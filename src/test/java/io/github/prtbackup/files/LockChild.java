package io.github.prtbackup.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What tests of the locks of a directory let other processes do. */
public final class LockChild {
    private LockChild() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        DirectoryLock lock = DirectoryLock.of(Path.of(args[0]));
        switch (args[1]) {
            case "count" -> count(lock, Integer.parseInt(args[2]));
            case "live" -> {
                System.out.println(PendingFile.create(lock).path());
                Thread.sleep(60_000);
            }
            case "hold" ->
                lock.hold(() -> {
                    System.out.println("held");
                    try {
                        Thread.sleep(60_000);
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    return null;
                });
            case "fold" -> {
                RangeLock.Lease lease = lock.range(key(Path.of(args[2]))).exclusive(Patience.LONG);
                try (lease) {
                    System.out.println("held");
                    Thread.sleep(60_000);
                }
            }
            case "turn" -> {
                Optional<Closeable> turn = lock.tryTurn(7);
                System.out.println(turn.isPresent());
                if (turn.isPresent()) {
                    turn.get().close();
                }
            }
            case "clean" -> System.out.println(lock.hold(() -> lock.removeAbandoned(lock.fileNames())));
            case "ids" -> {
                for (int i = 0; i < Integer.parseInt(args[2]); i++) {
                    System.out.println(lock.reserveId(Patience.LONG, 1, () -> 1L));
                }
            }
            default -> throw new IllegalArgumentException(args[1]);
        }
    }

    /** The key of the lock of who folds the timeline of a new database. */
    static long key(Path database) {
        return Integer.toUnsignedLong(FileNames.checksum(database.toString()));
    }

    /** Takes ids, and adds to a number in a file in a way that loses additions unless they exclude each other. */
    static void count(DirectoryLock lock, int times) throws IOException {
        Path file = lock.directory().resolve("number");
        for (int i = 0; i < times; i++) {
            lock.hold(() -> {
                lock.raiseNextId(lock.nextId(() -> 0L) + 1, () -> 0L);
                long number = Files.exists(file) ? Long.parseLong(Files.readString(file)) : 0;
                Files.writeString(file, Long.toString(number + 1));
                return null;
            });
        }
    }
}
