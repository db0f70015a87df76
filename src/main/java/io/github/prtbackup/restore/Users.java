package io.github.prtbackup.restore;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Which processes have a database open, as far as the system lets it be seen. */
public final class Users {
    /** Where Linux lists the open files of each process. */
    private static final Path PROCESSES = Path.of("/proc");

    private Users() {}

    /**
     * The other processes that have the database open. Only Linux tells, and only of processes of the same user, or to root.
     *
     * @param database a file, which need not exist
     * @return in no particular order; empty also where it cannot be told
     */
    public static List<ProcessHandle> of(Path database) throws IOException {
        if (!Files.isDirectory(PROCESSES) || !Files.exists(database)) {
            return List.of();
        }
        List<ProcessHandle> users = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROCESSES, "[0-9]*")) {
            for (Path process : processes) {
                long pid = Long.parseLong(process.getFileName().toString());
                if (pid != ProcessHandle.current().pid() && hasOpen(process.resolve("fd"), database)) {
                    ProcessHandle.of(pid).ifPresent(users::add);
                }
            }
        }
        return users;
    }

    /** A process in words. */
    public static String name(ProcessHandle process) {
        return "process " + process.pid()
                + process.info().command().map(command -> " (" + command + ")").orElse("");
    }

    private static boolean hasOpen(Path descriptors, Path file) {
        try (DirectoryStream<Path> links = Files.newDirectoryStream(descriptors)) {
            for (Path link : links) {
                if (isSame(link, file)) {
                    return true;
                }
            }
            return false;
        } catch (IOException | DirectoryIteratorException e) {
            // It has ended, or belongs to somebody else.
            return false;
        }
    }

    /** By the file and not by its name, of which it may have several. Nothing is opened. */
    private static boolean isSame(Path link, Path file) {
        try {
            return Files.isSameFile(link, file);
        } catch (IOException e) {
            // Closed since, or no file: a pipe, a socket.
            return false;
        }
    }
}
