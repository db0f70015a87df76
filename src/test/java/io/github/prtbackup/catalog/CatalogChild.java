package io.github.prtbackup.catalog;

import io.github.prtbackup.store.PendingFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** What {@link CrashTest} and {@link ManyProcessesTest} let other processes do. */
final class CatalogChild {
    private CatalogChild() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Path.of(args[0]);
        Path database = Path.of(args[1]);
        switch (args[2]) {
            case "publish" ->
                publishInThreads(directory, database, Integer.parseInt(args[3]), Integer.parseInt(args[4]));
            case "die" -> die(directory, database, args[3]);
            default -> throw new IllegalArgumentException(args[2]);
        }
    }

    /** Publishes from two threads, and prints the ids. */
    private static void publishInThreads(Path directory, Path database, int count, int keep)
            throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            // Each thread with a catalog of its own, as two connections have.
            Catalog catalog = Catalog.open(directory, CrashTest::isComplete);
            Thread thread = new Thread(() -> {
                try {
                    for (int n = 0; n < count; n++) {
                        System.out.println(publish(catalog, database, keep).id());
                    }
                } catch (IOException e) {
                    System.out.println(e);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Makes two backups, prints their ids, and dies at a step of the third, which expires the first. */
    private static void die(Path directory, Path database, String when) throws IOException {
        AtomicBoolean armed = new AtomicBoolean();
        Catalog catalog = Catalog.open(directory, CrashTest::isComplete, Clock.system(ZoneId.systemDefault()), step -> {
            if (armed.get() && step.name().equals(when)) {
                Runtime.getRuntime().halt(9);
            }
        });
        System.out.println(publish(catalog, database, 2).id());
        System.out.println(publish(catalog, database, 2).id());
        armed.set(true);
        try (PendingFile pending = catalog.newFile()) {
            pending.write("complete ".getBytes(StandardCharsets.UTF_8));
            if ("HALF_WRITTEN".equals(when)) {
                Runtime.getRuntime().halt(9);
            }
            pending.write("end".getBytes(StandardCharsets.UTF_8));
            catalog.publish(pending, new Request(database, "third", true, 2));
        }
    }

    static Entry publish(Catalog catalog, Path database, int keep) throws IOException {
        try (PendingFile pending = catalog.newFile()) {
            pending.write("complete end".getBytes(StandardCharsets.UTF_8));
            return catalog.publish(pending, new Request(database, "comment", true, keep));
        }
    }
}
