package io.github.prtbackup.replay;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/** Where statements come from that are not made at random: the topics of this project, and files of others. */
final class Sources {
    private static final int CHUNK = 36;
    private static final List<String> USUAL = List.of(
            "CREATE TABLE t1(a INTEGER PRIMARY KEY, b UNIQUE, c, d, x, y)",
            "CREATE TABLE t2(a, b, c, x, y)",
            "CREATE TABLE t3(a, b, x)",
            "CREATE TABLE tab1(pk INTEGER PRIMARY KEY, col0 INTEGER, col1 FLOAT, col2 TEXT, col3 INTEGER, col4 FLOAT)",
            "INSERT INTO t1(b,c) VALUES(1,2),(3,4)",
            "INSERT INTO t2(x,y) VALUES(1,2),(3,4)");
    private static final String FIELD = "\"sql\": \"";
    private static final Pattern ATTACHED =
            Pattern.compile("(?i)\\b(attach\\s+(?:database\\s+)?)'([\\w-]+)(?:\\.\\w+)?'");

    private Sources() {}

    /**
     * The topics, each a list of statements that belong together. In the file a line that begins with {@code ==} names a
     * topic, one that begins with {@code !} is a call of its own form.
     */
    static List<List<String>> topics() {
        List<List<String>> topics = new ArrayList<>();
        for (String name : List.of("topics.txt", "topics-jdbc.txt")) {
            for (String line : lines(name)) {
                if (line.startsWith("==")) {
                    topics.add(new ArrayList<>());
                } else {
                    topics.get(topics.size() - 1).add(line.startsWith("!") ? line : line.replace("\\n", "\n"));
                }
            }
        }
        return topics;
    }

    /** Scripts whose calls are made as they stand, by their names. */
    static Map<String, List<Call>> scripts() {
        Map<String, List<Call>> scripts = new LinkedHashMap<>();
        List<Call> calls = new ArrayList<>();
        for (String line : lines("scripts.txt")) {
            if (line.startsWith("==")) {
                calls = new ArrayList<>();
                scripts.put(line.substring(2).strip(), calls);
            } else {
                calls.add(Call.of(line));
            }
        }
        return scripts;
    }

    private static List<String> lines(String name) {
        try (InputStream in = Sources.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The statements of a corpus in chunks: one JSON object with a field {@code sql} a line, in an order of our own and with
     * fewer of the queries, or an SQL file as it is.
     */
    static List<List<String>> corpus(Path file) throws IOException {
        boolean script = file.toString().endsWith(".sql");
        List<String> statements = script ? split(Files.readString(file)) : json(file);
        if (!script) {
            Collections.shuffle(statements, new Random(1));
        }
        List<List<String>> chunks = new ArrayList<>();
        List<String> chunk = new ArrayList<>();
        int queries = 0;
        for (String sql : statements) {
            if (!script && Reads.isQuery(sql) && queries++ % 4 > 0) {
                continue;
            }
            if (chunk.isEmpty() && !script) {
                chunk.addAll(USUAL);
            }
            Matcher attached = ATTACHED.matcher(sql);
            String own = attached.replaceAll("$1'\\$DIR/$2.db'");
            if (Reads.isComparable(sql) || (!own.equals(sql) && Reads.isComparable(attached.replaceAll("")))) {
                chunk.add(own.replace("\r", ""));
            }
            if (chunk.size() == CHUNK) {
                chunks.add(List.copyOf(chunk));
                chunk.clear();
            }
        }
        chunks.add(List.copyOf(chunk));
        return chunks;
    }

    private static List<String> json(Path file) throws IOException {
        List<String> statements = new ArrayList<>();
        InputStream raw = Files.newInputStream(file);
        try (InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int field = line.indexOf(FIELD);
                if (field >= 0) {
                    statements.add(unescaped(line.substring(field + FIELD.length())));
                }
            }
        }
        return statements;
    }

    /** A text up to the quote that ends it. */
    private static String unescaped(String json) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < json.length() && json.charAt(i) != '"'; i++) {
            char c = json.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char escaped = json.charAt(++i);
            switch (escaped) {
                case 'n' -> text.append('\n');
                case 't' -> text.append('\t');
                case 'r' -> text.append('\r');
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'u' -> {
                    text.append((char) Integer.parseInt(json.substring(i + 1, i + 5), 16));
                    i += 4;
                }
                default -> text.append(escaped);
            }
        }
        return text.toString();
    }

    /** A file's statements, as far as a semicolon at the end of a line tells them apart outside of a trigger. */
    private static List<String> split(String sql) {
        List<String> statements = new ArrayList<>();
        StringBuilder statement = new StringBuilder();
        for (String line : sql.split("\n", -1)) {
            statement.append(line).append('\n');
            boolean trigger = Pattern.compile("(?i)create\\s+(temp\\w*\\s+)?trigger")
                    .matcher(statement)
                    .find();
            if (line.strip().endsWith(";")
                    && (!trigger || line.strip().toUpperCase(Locale.ROOT).endsWith("END;"))) {
                statements.add(statement.toString().strip());
                statement.setLength(0);
            }
        }
        return statements;
    }
}
