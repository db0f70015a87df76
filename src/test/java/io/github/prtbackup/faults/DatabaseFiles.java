package io.github.prtbackup.faults;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * The files of an SQLite database at some moment, without the wal-index, which means nothing after a start of the system.
 *
 * @param contents by their names
 * @param modified when the database itself was last written, by which the driver tells whether somebody has
 */
record DatabaseFiles(Map<String, byte[]> contents, FileTime modified) {

    boolean isSame(DatabaseFiles other) {
        return other != null
                && modified.equals(other.modified)
                && contents.keySet().equals(other.contents.keySet())
                && contents.entrySet().stream()
                        .allMatch(file -> Arrays.equals(file.getValue(), other.contents.get(file.getKey())));
    }

    /** Puts them where they were, where nothing is. */
    void writeTo(Path directory, String database) throws IOException {
        for (Map.Entry<String, byte[]> file : contents.entrySet()) {
            Files.write(directory.resolve(file.getKey()), file.getValue());
        }
        if (contents.containsKey(database)) {
            Files.setLastModifiedTime(directory.resolve(database), modified);
        }
    }

    /** Copies them in a process of its own: who opens and closes a database past SQLite loses SQLite's locks on it. */
    static final class Copier implements Closeable {
        private final Path database;
        private final Path copies;
        private final Process shell;
        private final BufferedReader answers;

        Copier(Path database, Path copies) throws IOException {
            this.database = database;
            this.copies = copies;
            this.shell = new ProcessBuilder("sh").redirectErrorStream(true).start();
            this.answers = shell.inputReader(StandardCharsets.UTF_8);
        }

        DatabaseFiles copy() throws IOException {
            StringBuilder commands = new StringBuilder("rm -f '" + copies + "'/*; cp -p");
            for (String suffix : new String[] {"", "-wal", "-journal"}) {
                commands.append(" '").append(database).append(suffix).append('\'');
            }
            commands.append(" '").append(copies).append("' 2>/dev/null; echo copied\n");
            shell.getOutputStream().write(commands.toString().getBytes(StandardCharsets.UTF_8));
            shell.getOutputStream().flush();
            if (!"copied".equals(answers.readLine())) {
                throw new IOException("the shell is gone");
            }
            Map<String, byte[]> contents = new TreeMap<>();
            FileTime modified = FileTime.fromMillis(0);
            try (DirectoryStream<Path> files = Files.newDirectoryStream(copies)) {
                for (Path file : files) {
                    contents.put(file.getFileName().toString(), Files.readAllBytes(file));
                    if (file.getFileName().equals(database.getFileName())) {
                        modified = Files.getLastModifiedTime(file);
                    }
                }
            }
            return new DatabaseFiles(contents, modified);
        }

        @Override
        public void close() {
            shell.destroy();
        }
    }
}
