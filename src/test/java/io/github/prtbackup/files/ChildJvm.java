package io.github.prtbackup.files;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another process that runs a main class of the tests. */
public final class ChildJvm implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private ChildJvm(Process process) {
        this.process = process;
        this.output = process.inputReader();
    }

    public static ChildJvm start(Class<?> main, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new ChildJvm(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** The next line of its output; null at the end. */
    public String readLine() throws IOException {
        return output.readLine();
    }

    public List<String> readToEnd() throws IOException {
        return output.lines().toList();
    }

    /** Its exit status. */
    public int join() throws IOException, InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IOException("the child does not end");
        }
        return process.exitValue();
    }

    /** Stops it, as a debugger or {@code docker pause} does, until it is killed. */
    public void stop() throws IOException, InterruptedException {
        Process signal = new ProcessBuilder("kill", "-STOP", Long.toString(process.pid())).start();
        if (signal.waitFor() != 0) {
            throw new IOException("the child can't be stopped");
        }
    }

    @Override
    public void close() {
        kill();
    }

    /** As {@code kill -9}. What it has printed can still be read. */
    public void kill() {
        // Not Process.destroyForcibly, which closes the output.
        process.toHandle().destroyForcibly();
        process.onExit().join();
    }
}
