package io.github.prtbackup.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.prtbackup.sql.SchemaClassifier;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Callable;
import org.sqlite.SQLiteConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "classify",
        description = "Says of each statement whether it writes. Reads statements from standard input, one JSON string"
                + " a line; writes READ, WRITE or TRANSACTION for each.")
final class ClassifyCommand implements Callable<Integer> {
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    /** Statements may be longer than the strings that Jackson takes by default. */
    private static final ObjectReader JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    private final Terminal terminal;

    @Option(
            names = "--database",
            paramLabel = "FILE",
            description = "A database whose schema decides what the text alone cannot; opened read-only.")
    private Path database;

    @Option(names = "--json", description = "Write each answer as a JSON string.")
    private boolean json;

    ClassifyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, SQLException, Failure {
        if (database == null) {
            classifyAll(new SchemaClassifier(null));
            return Main.DONE;
        }
        if (!Files.isRegularFile(database)) {
            throw new Failure("no such database: " + database);
        }
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        // As a URI, in which no character of the name is taken for the start of parameters.
        try (Connection connection = config.createConnection("jdbc:sqlite:" + database.toUri())) {
            try (Statement statement = connection.createStatement()) {
                // Fails here, and not unseen at each line, when the file is no database.
                statement.executeQuery("SELECT count(*) FROM sqlite_master").close();
            }
            classifyAll(new SchemaClassifier(connection));
        }
        return Main.DONE;
    }

    private void classifyAll(SchemaClassifier classifier) throws IOException, SQLException, Failure {
        // Not closed: the process's standard input.
        BufferedReader lines = new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8));
        String line = lines.readLine();
        if (line != null && !line.isEmpty() && line.charAt(0) == BYTE_ORDER_MARK) {
            line = line.substring(1);
        }
        for (long number = 1; line != null; number++) {
            String answer = classifier.classify(statement(line, number)).name();
            terminal.raw((json ? '"' + answer + '"' : answer) + "\n");
            if (!lines.ready()) {
                // Whoever sends the next line may be waiting for this answer.
                terminal.flush();
            }
            line = lines.readLine();
        }
    }

    private static String statement(String line, long number) throws Failure {
        try {
            JsonNode node = JSON.readTree(line);
            if (node.isTextual()) {
                return node.textValue();
            }
        } catch (JsonProcessingException e) {
            throw new Failure("line " + number + " is not a JSON string: " + e.getOriginalMessage());
        }
        throw new Failure("line " + number + " is not a JSON string");
    }
}
