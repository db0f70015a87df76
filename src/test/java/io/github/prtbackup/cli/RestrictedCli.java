package io.github.prtbackup.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.prtbackup.testing.Jvm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Runs commands in a process for which permissions count, as they do not for root. */
final class RestrictedCli {
    private static final List<String> WITHOUT_PRIVILEGES =
            List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all");

    private RestrictedCli() {}

    /** The results of the commands, or aborts the test. */
    static List<Cli.Result> run(List<List<String>> commands) throws IOException, InterruptedException {
        List<Cli.Result> results = new ArrayList<>();
        String output = run(RestrictedCli.class, new ObjectMapper().writeValueAsString(commands));
        for (List<Object> result : new ObjectMapper().readValue(output, new TypeReference<List<List<Object>>>() {})) {
            results.add(new Cli.Result((int) result.get(0), (String) result.get(1), (String) result.get(2)));
        }
        return results;
    }

    /** What a main class prints, or aborts the test. */
    static String run(Class<?> main, Object... arguments) throws IOException, InterruptedException {
        ProcessBuilder child = Jvm.command(main, List.of(), arguments);
        if ("root".equals(System.getProperty("user.name"))) {
            assumeTrue(isPossible(), "nothing here takes root's privileges");
            child.command().addAll(0, WITHOUT_PRIVILEGES);
        }
        return Jvm.await(child.start());
    }

    private static boolean isPossible() throws InterruptedException {
        List<String> command = new ArrayList<>(WITHOUT_PRIVILEGES);
        command.add("true");
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    public static void main(String[] args) throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<List<Object>> results = new ArrayList<>();
        for (List<String> command : json.readValue(args[0], new TypeReference<List<List<String>>>() {})) {
            Cli.Result result = Cli.run(command.toArray());
            results.add(List.of(result.status(), result.out(), result.err()));
        }
        System.out.println(json.writeValueAsString(results));
    }
}
