package io.github.prtbackup.load;

import io.github.prtbackup.testing.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** A process whose virtual threads write: each on a connection of its own, or each transaction on one of a pool. */
final class VirtualWriters {

    static final int THREADS = 8;
    private static final int POOL = 4;

    private VirtualWriters() {}

    /** The databases: one, or one for each thread. */
    static List<Path> databases(Path directory, String how) {
        return IntStream.range(0, how.equals("several") ? THREADS : 1)
                .mapToObj(i -> directory.resolve("prt" + i + ".db"))
                .toList();
    }

    public static void main(String[] args) throws Exception {
        List<Path> databases = databases(Path.of(args[0]), args[1]);
        String[] parameters = {
            "backup.strategy=" + args[2], "journal_mode=" + args[3], "synchronous=OFF", "busy_timeout=1000000"
        };
        int transactions = Integer.parseInt(args[4]);
        for (Path database : databases) {
            try (Connection connection = Sql.open(database, parameters)) {
                Sql.run(connection, "CREATE TABLE t (a)");
            }
        }
        int connections = args[1].equals("pool") ? POOL : THREADS;
        BlockingQueue<Connection> pool = new ArrayBlockingQueue<>(connections);
        List<Connection> open = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            open.add(Sql.open(databases.get(i % databases.size()), parameters));
        }
        pool.addAll(open);
        List<Callable<Void>> work = new ArrayList<>();
        if (connections == POOL) {
            for (int i = 0; i < THREADS * transactions; i++) {
                work.add(() -> pooled(pool));
            }
        } else {
            open.forEach(connection -> work.add(() -> write(connection, transactions)));
        }
        ExecutorService threads = virtualThreads();
        for (Future<Void> result : threads.invokeAll(work)) {
            result.get();
        }
        threads.shutdown();
        for (Connection connection : open) {
            connection.close();
        }
        System.out.println("done");
    }

    private static Void write(Connection connection, int transactions) throws SQLException {
        for (int i = 0; i < transactions; i++) {
            Sql.run(connection, "INSERT INTO t VALUES (1)");
        }
        return null;
    }

    private static Void pooled(BlockingQueue<Connection> pool) throws SQLException, InterruptedException {
        Connection connection = pool.take();
        try {
            return write(connection, 1);
        } finally {
            pool.put(connection);
        }
    }

    /** By reflection, because the tests are compiled for JDK 17. */
    private static ExecutorService virtualThreads() throws ReflectiveOperationException {
        return (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }
}
