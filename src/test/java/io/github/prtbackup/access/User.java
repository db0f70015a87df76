package io.github.prtbackup.access;

import io.github.prtbackup.cli.Main;
import io.github.prtbackup.testing.Jvm;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A user of the system that has no name there.
 *
 * @param groups those that he is in beside his own
 * @param umask what is taken from the permissions of what he creates
 * @param classPath where he finds the classes: those of the build may lie where only root gets to
 */
record User(int uid, int gid, List<Integer> groups, String umask, Path classPath) {
    private static final Pattern NEEDED = Pattern.compile("(sqlite-jdbc|slf4j|jackson|jsqlparser|picocli).*\\.jar");

    User(int uid, int gid, Path classPath) {
        this(uid, gid, List.of(), "022", classPath);
    }

    User in(Integer... others) {
        return new User(uid, gid, List.of(others), umask, classPath);
    }

    User withUmask(String other) {
        return new User(uid, gid, groups, other, classPath);
    }

    /** Whether somebody else's processes can be started here. */
    static boolean canBeAnother() {
        try {
            Process process = new ProcessBuilder(
                            "setpriv", "--reuid", "1001", "--regid", "1001", "--clear-groups", "id")
                    .redirectErrorStream(true)
                    .start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Copies what {@link Member} needs to where everybody can read it. */
    static Path copyClasses(Path target) throws IOException {
        int number = 0;
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            if (Files.isDirectory(path)) {
                copy(path, target.resolve("classes-" + number++));
            } else if (NEEDED.matcher(path.getFileName().toString()).matches()) {
                Files.copy(path, target.resolve(path.getFileName()));
            }
        }
        return target;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            files.forEach(file -> {
                try {
                    Files.copy(file, to.resolve(from.relativize(file).toString()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    /** Runs {@link Member} and tells what became of each step. */
    List<String> runs(Path database, String strategy, String... steps) throws IOException, InterruptedException {
        return results(start(database, strategy, steps));
    }

    Process start(Path database, String strategy, String... steps) throws IOException {
        List<Object> arguments = new ArrayList<>(List.of(database, strategy));
        arguments.addAll(List.of(steps));
        return start(Member.class, arguments.toArray());
    }

    /** Runs a command of the command line to its end, and tells what it printed. */
    String command(Object... arguments) throws IOException, InterruptedException {
        return Jvm.await(start(Main.class, arguments));
    }

    private Process start(Class<?> main, Object... arguments) throws IOException {
        ProcessBuilder builder = Jvm.command(main, List.of(), arguments);
        List<String> java = builder.command();
        java.set(java.indexOf("-cp") + 1, jars());
        List<String> command = new ArrayList<>(List.of("sh", "-c", "umask " + umask + "; exec \"$@\"", "sh"));
        command.addAll(List.of("setpriv", "--reuid", "" + uid, "--regid", "" + gid));
        if (groups.isEmpty()) {
            command.add("--clear-groups");
        } else {
            command.addAll(List.of(
                    "--groups",
                    String.join(",", groups.stream().map(String::valueOf).toList())));
        }
        command.addAll(List.of("--inh-caps=-all", "--bounding-set=-all"));
        command.addAll(java);
        return builder.command(command).redirectErrorStream(true).start();
    }

    static List<String> results(Process process) throws IOException, InterruptedException {
        List<String> lines = process.inputReader().lines().toList();
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            throw new IOException("does not end: " + lines);
        }
        return lines;
    }

    private String jars() throws IOException {
        try (Stream<Path> entries = Files.list(classPath)) {
            return String.join(
                    File.pathSeparator, entries.map(Path::toString).sorted().toList());
        }
    }

    /** Makes a file or directory his, and of a group. */
    void own(Path file, int group, String permissions) throws IOException {
        Files.setAttribute(file, "unix:uid", uid);
        Files.setAttribute(file, "unix:gid", group);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }
}
