package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Runs commands in this process, as {@code main} would. */
public final class Cli {
    private Cli() {}

    /** Without a terminal. */
    public static Result run(Object... args) {
        return run("", false, args);
    }

    /** On a terminal of 60 columns, where a person types. */
    static Result onTerminal(String typed, Object... args) {
        return run(typed, true, args);
    }

    /** Without a terminal, with standard input. */
    static Result withInput(String input, Object... args) {
        return run(input, false, args);
    }

    private static Result run(String input, boolean interactive, Object... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                out,
                err,
                StandardCharsets.UTF_8,
                interactive,
                () -> 60);
        String[] words = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            words[i] = args[i].toString();
        }
        int status = Main.run(words, terminal);
        return new Result(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** What a command left behind. */
    public record Result(int status, String out, String err) {

        public Result succeeds() {
            assertThat(err).isEmpty();
            assertThat(status).isEqualTo(0);
            return this;
        }

        /** Status 1 and one line that says why. */
        Result fails() {
            assertThat(status).as(err).isEqualTo(1);
            assertThat(err.lines()).singleElement().asString().startsWith("prtbackup: ");
            return this;
        }

        /** Status 2, nothing printed, and a line that says why. */
        Result isWrongUsage() {
            assertThat(status).as(err).isEqualTo(2);
            assertThat(out).isEmpty();
            assertThat(err).startsWith("prtbackup: ").doesNotContain("\tat ");
            return this;
        }

        public JsonNode json() {
            try {
                return new ObjectMapper().readTree(out);
            } catch (JsonProcessingException e) {
                throw new AssertionError(out, e);
            }
        }
    }
}
