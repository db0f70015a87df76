package io.github.prtbackup.packaging;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The jars that the build has made, and JVMs that run with them. */
final class Jars {
    private static final Path DIRECTORY = Path.of(System.getProperty("jars"));
    private static final String NAME = System.getProperty("name");

    static final Path THIN = DIRECTORY.resolve(NAME + ".jar");
    static final Path SOURCES = DIRECTORY.resolve(NAME + "-sources.jar");
    static final Path JAVADOC = DIRECTORY.resolve(NAME + "-javadoc.jar");
    static final Path ALL_IN_ONE = DIRECTORY.resolve("prtbackup.jar");

    private Jars() {}

    /** What the thin jar's POM brings along. */
    static List<Path> dependencies() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(path -> path.getFileName().toString().matches("(sqlite-jdbc|jackson-|slf4j-api).*jar"))
                .toList();
    }

    /** The bundled libraries in other versions, and another sqlite-jdbc. */
    static List<Path> others() throws IOException {
        try (Stream<Path> jars = Files.list(Path.of(System.getProperty("others")))) {
            return jars.sorted().toList();
        }
    }

    /** The classes of these tests. */
    static Path testClasses() {
        return Path.of("test-classes").toAbsolutePath();
    }

    static String path(List<Path> jars) {
        return jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    /** Runs {@code java} and gives what it prints. */
    static String java(Path directory, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(output);
        }
        return output;
    }
}
