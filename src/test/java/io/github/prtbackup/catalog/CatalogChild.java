package io.github.prtbackup.catalog;

import io.github.prtbackup.files.PendingFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What {@link ManyProcessesTest} lets other processes do. */
final class CatalogChild {
    private CatalogChild() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Path.of(args[0]);
        Path database = Path.of(args[1]);
        publishInThreads(directory, database, Integer.parseInt(args[2]), Integer.parseInt(args[3]));
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

    static Entry publish(Catalog catalog, Path database, int keep) throws IOException {
        try (PendingFile pending = catalog.newFile()) {
            pending.write("complete end".getBytes(StandardCharsets.UTF_8));
            return catalog.publish(pending, new Request(database, "comment", true, keep));
        }
    }
}
