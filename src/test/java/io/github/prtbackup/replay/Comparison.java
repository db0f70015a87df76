package io.github.prtbackup.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Runs a script on both sides, each with an empty folder of its own. */
final class Comparison {
    private static final AtomicLong NUMBER = new AtomicLong();

    private final Path folder;
    private int lines;
    private int different;
    private int errors;

    /**
     * @param folder for the databases, one after the other
     */
    Comparison(Path folder) {
        this.folder = folder;
    }

    /** How many lines were compared so far, each in its three aspects. */
    int lines() {
        return lines;
    }

    /** In how many of them the two sides differed. */
    int different() {
        return different;
    }

    /** How many of them plain sqlite-jdbc answered with an exception. */
    int errors() {
        return errors;
    }

    /** The first difference, if there is one; a script with a statement that takes too long has none. */
    Optional<Difference> run(List<Call> calls, Setting setting) throws IOException, SQLException {
        List<Line> plain = side(false, calls, setting);
        if (plain.isEmpty()) {
            return Optional.empty();
        }
        List<Line> ours = side(true, calls, setting);
        Optional<Difference> first = Optional.empty();
        for (int i = 0; i < plain.size(); i++) {
            lines++;
            errors += plain.get(i).answer().contains("Exception") ? 1 : 0;
            String aspect = plain.get(i).aspect(ours.get(i));
            if (!aspect.isEmpty()) {
                different++;
                if (first.isEmpty()) {
                    String told = i < calls.size()
                            ? aspect
                            : List.of("own", "close", "files").get(i - calls.size());
                    first = Optional.of(new Difference(
                            i, told, plain.get(i).of(aspect), ours.get(i).of(aspect), calls, setting));
                }
            }
        }
        return first;
    }

    /** What one side sees; nothing if that took too long. */
    private List<Line> side(boolean ours, List<Call> calls, Setting setting) throws IOException, SQLException {
        // Names of one length: lengths of texts are results, too.
        Path own = Files.createDirectory(
                folder.resolve(String.format(Locale.ROOT, "%s%09d", ours ? "o" : "p", NUMBER.incrementAndGet())));
        List<Line> lines = new ArrayList<>();
        try (Session session = new Session(ours, own, setting)) {
            for (Call call : calls) {
                lines.add(session.make(call));
                if (session.tookLong()) {
                    return List.of();
                }
            }
            lines.addAll(session.end());
        } finally {
            delete(own);
        }
        return lines;
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
