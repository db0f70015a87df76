package io.github.prtbackup.testing;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Starts separate JVMs with the classes of the test. */
public final class Jvm {

    private static final int FIRST_TO_WARN_OF_NATIVE_CODE = 24;

    private Jvm() {}

    /** Starts a main class; what it prints comes through its output. */
    public static Process start(Class<?> main, List<String> jvmArguments, Object... arguments) throws IOException {
        return command(main, jvmArguments, arguments).start();
    }

    /** As {@link #start}, for a process that needs another environment. */
    public static ProcessBuilder command(Class<?> main, List<String> jvmArguments, Object... arguments) {
        return command(System.getProperty("java.class.path"), main, jvmArguments, arguments);
    }

    /** As {@link #command}, without the libraries in whose path one of these names occurs. */
    public static ProcessBuilder commandWithout(
            List<String> libraries, Class<?> main, List<String> jvmArguments, Object... arguments) {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(path -> libraries.stream().noneMatch(path::contains))
                .collect(Collectors.joining(File.pathSeparator));
        return command(classPath, main, jvmArguments, arguments);
    }

    private static ProcessBuilder command(
            String classPath, Class<?> main, List<String> jvmArguments, Object... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        // What a child prints is read by its parent. Before the others, of which the last one counts.
        command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
        // It prints a stack trace where another JVM cleans up the temporary files of its native library at the same
        // time.
        command.add("-Dorg.slf4j.simpleLogger.log.org.sqlite.SQLiteJDBCLoader=off");
        if (Runtime.version().feature() >= FIRST_TO_WARN_OF_NATIVE_CODE) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(jvmArguments);
        command.addAll(List.of("-cp", classPath, main.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new ProcessBuilder(command).redirectErrorStream(true);
    }

    /** As {@link #start}, on another JDK. */
    public static Process startOn(Path home, Class<?> main, List<String> jvmArguments, Object... arguments)
            throws IOException {
        ProcessBuilder builder = command(main, jvmArguments, arguments);
        builder.command().set(0, home.resolve("bin/java").toString());
        return builder.start();
    }

    /** The home of a JDK of that version or a later one; the own one if it is. */
    public static Optional<Path> home(int atLeast) throws IOException {
        Path own = Path.of(System.getProperty("java.home"));
        if (Runtime.version().feature() >= atLeast) {
            return Optional.of(own);
        }
        Path installed = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(installed)) {
            return Optional.empty();
        }
        try (Stream<Path> homes = Files.list(installed)) {
            return homes.filter(home -> version(home) >= atLeast).findFirst();
        }
    }

    private static int version(Path home) {
        Properties release = new Properties();
        try (InputStream in = Files.newInputStream(home.resolve("release"))) {
            release.load(in);
        } catch (IOException e) {
            return 0;
        }
        String version = release.getProperty("JAVA_VERSION", "0").replace("\"", "");
        return Runtime.Version.parse(version).feature();
    }

    /** Waits for the end and gives what was printed. */
    public static String await(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        int status = process.waitFor();
        if (status != 0) {
            throw new AssertionError("exit status " + status + ": " + output);
        }
        return output;
    }
}
