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
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/** Where statements come from that are not made at random: the topics of this project, and files of others. */
final class Sources {
    private static final int CHUNK = 30;
    private static final Pattern SQL = Pattern.compile("\"sql\": ?\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern ATTACHED = Pattern.compile("(?i)\\b(attach\\s+(?:database\\s+)?)'([\\w-]+)(?:\\.\\w+)?'");

    private Sources() {}

    /**
     * The topics, each a list of statements that belong together. In the file a line that begins with {@code ==} names a
     * topic, one that begins with {@code !} is a call of its own form.
     */
    static List<List<String>> topics() {
        List<List<String>> topics = new ArrayList<>();
        for (String name : List.of("topics.txt", "topics-jdbc.txt")) {
            try (InputStream in = Sources.class.getResourceAsStream(name)) {
                for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                    if (line.startsWith("==")) {
                        topics.add(new ArrayList<>());
                    } else if (!line.isBlank() && !line.startsWith("#")) {
                        topics.get(topics.size() - 1).add(line.startsWith("!") ? line : line.replace("\\n", "\n"));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return topics;
    }

    /** The statements of a corpus in chunks: one JSON object with a field {@code sql} a line, or an SQL file. */
    static List<List<String>> corpus(Path file) throws IOException {
        List<List<String>> chunks = new ArrayList<>();
        List<String> chunk = new ArrayList<>();
        for (String sql : file.toString().endsWith(".sql") ? split(Files.readString(file)) : json(file)) {
            Matcher attached = ATTACHED.matcher(sql);
            String own = attached.replaceAll("$1'\\$DIR/$2.db'");
            if (!own.equals(sql) && Reads.isComparable(attached.replaceAll("")) || Reads.isComparable(sql)) {
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
                Matcher matcher = SQL.matcher(line);
                if (matcher.find()) {
                    statements.add(unescaped(matcher.group(1)));
                }
            }
        }
        return statements;
    }

    private static String unescaped(String json) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < json.length(); i++) {
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
        for (String line : sql.split("\n")) {
            statement.append(line).append('\n');
            boolean trigger = Pattern.compile("(?i)create\\s+(temp\\w*\\s+)?trigger").matcher(statement).find();
            if (line.strip().endsWith(";") && (!trigger || line.strip().toUpperCase(java.util.Locale.ROOT).endsWith("END;"))) {
                statements.add(statement.toString().strip());
                statement.setLength(0);
            }
        }
        return statements;
    }
}
