package io.github.prtbackup.load;

import io.github.prtbackup.testing.Jvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One of the processes that use the database, as its parent sees it: it is told something and answers until {@code end}. */
final class Member implements AutoCloseable {
    private static final List<String> SMALL = List.of("-Xmx96m");

    private final String name;
    private final Process process;
    private final PrintWriter orders;
    private final BufferedReader answers;
    private final boolean isProgram;

    private Member(String name, Process process, boolean isProgram) {
        this.name = name;
        this.process = process;
        this.orders = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.isProgram = isProgram;
    }

    /** What came of a round. */
    record Report(List<String> lines, long descriptors, long heap) {
        Report larger(Report other) {
            return new Report(lines, Math.max(descriptors, other.descriptors), Math.max(heap, other.heap));
        }
    }

    static Member user(Path database, String strategy, boolean restores) throws IOException {
        return new Member(strategy, Jvm.start(User.class, SMALL, database, strategy, restores), false);
    }

    static Member reader(Path database) throws IOException {
        return new Member("reader", Jvm.start(User.Reader.class, SMALL, database), false);
    }

    /**
     * The {@code sqlite3} program, or a JVM with sqlite-jdbc where it is not installed. Not with a log: those before 3.51.3
     * <a href="https://sqlite.org/wal.html#walresetbug">may lose commits</a> of others there.
     */
    static Member plain(Path database, String journalMode) throws IOException {
        if (!journalMode.equals("WAL")) {
            try {
                return new Member(
                        "sqlite3",
                        new ProcessBuilder("sqlite3", "-batch", "-bail", "-cmd", ".timeout 120000", database.toString())
                                .redirectErrorStream(true)
                                .start(),
                        true);
            } catch (IOException e) {
                System.out.println("sqlite3 is not installed: sqlite-jdbc takes its place");
            }
        }
        return user(database, "plain", false);
    }

    void begin() {
        orders.println("begin");
    }

    void stop() {
        orders.println("stop");
    }

    void round(long first, int transactions, int keep) {
        if (!isProgram) {
            orders.println("round " + first + " " + transactions + " " + keep);
            return;
        }
        for (long number = first; number < first + transactions; number++) {
            orders.println(Ledger.insert(number) + ";\nSELECT 'done " + number + "';");
        }
        orders.println("SELECT 'end 0 0';");
    }

    Report report() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith("end ")) {
                String[] words = line.split(" ", -1);
                return new Report(lines, Long.parseLong(words[1]), Long.parseLong(words[2]));
            }
            lines.add(line);
        }
        throw new AssertionError(name + " has failed: " + String.join("\n", lines));
    }

    @Override
    public String toString() {
        return name;
    }

    /** Kills it. */
    @Override
    public void close() {
        process.destroyForcibly();
    }
}
