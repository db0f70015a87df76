package io.github.prtbackup.backup.pages;

import io.github.prtbackup.testing.Jvm;
import io.github.prtbackup.testing.Sql;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;

/** A process with plain SQLite that writes when it is told. */
final class ForeignWriter implements AutoCloseable {

    private final Process process;
    private final PrintWriter commands;
    private final BufferedReader answers;

    ForeignWriter(Path database) throws IOException {
        process = Jvm.start(ForeignWriter.class, List.of(), database);
        commands = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Runs SQL, {@code open}, {@code close}, {@code write SEED}, {@code spill SEED} (left uncommitted), and gives the answer. */
    String tell(String command) throws IOException {
        commands.println(command);
        return answers.readLine();
    }

    /** As {@code kill -9} does. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Connection connection = Sql.plain(Path.of(args[0]), "busy_timeout=5000");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ", 2);
            try {
                switch (words[0]) {
                    case "open" -> {
                        connection.close();
                        connection = Sql.plain(Path.of(args[0]), "busy_timeout=5000");
                    }
                    case "close" -> connection.close();
                    case "write", "spill" -> {
                        Random random = new Random(Long.parseLong(words[1]));
                        Sql.run(connection, "PRAGMA cache_size = 2", "PRAGMA synchronous = OFF", "BEGIN IMMEDIATE");
                        RandomWrites.run(connection, random, 1 + random.nextInt(5));
                        if ("write".equals(words[0])) {
                            Sql.run(connection, "COMMIT");
                        }
                    }
                    default -> Sql.run(connection, line);
                }
                System.out.println("ok");
            } catch (SQLException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
