package io.github.prtbackup.replay;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The shortest script that can be found by leaving calls out and that still differs in the same way. */
final class Minimised {
    private final Comparison comparison;
    private int runs;

    private Minimised(Comparison comparison) {
        this.comparison = comparison;
    }

    static Difference of(Difference found, Comparison comparison) throws IOException, SQLException {
        return new Minimised(comparison).shorten(found);
    }

    private Difference shorten(Difference found) throws IOException, SQLException {
        Difference best = found;
        if (found.at() < found.calls().size()) {
            best = tried(found.calls().subList(0, found.at() + 1), best).orElse(best);
        }
        for (int size = Math.max(1, best.calls().size() / 2); size >= 1; ) {
            boolean shorter = false;
            for (int from = Math.max(0, best.calls().size() - size); from >= 0 && runs < 400; from -= size) {
                List<Call> rest = new ArrayList<>(best.calls());
                rest.subList(from, Math.min(rest.size(), from + size)).clear();
                Optional<Difference> same = tried(rest, best);
                if (same.isPresent()) {
                    best = same.get();
                    shorter = true;
                }
            }
            if (size > 1 || !shorter) {
                size /= 2;
            }
        }
        return simplerForms(best);
    }

    /** Strings of several statements and batches as single ones, and each form as the simplest, where that does not matter. */
    private Difference simplerForms(Difference found) throws IOException, SQLException {
        Difference best = found;
        for (int i = 0; i < best.calls().size(); i++) {
            for (String form : List.of("u", "x")) {
                Call call = best.calls().get(i);
                if (Call.SQL.contains(call.form()) && !call.form().matches("[uxqb]")) {
                    List<Call> other = new ArrayList<>(best.calls());
                    other.set(i, new Call(form, call.sql()));
                    best = tried(other, best).orElse(best);
                }
            }
        }
        return best;
    }

    private Optional<Difference> tried(List<Call> calls, Difference like) throws IOException, SQLException {
        runs++;
        return comparison
                .run(List.copyOf(calls), like.setting())
                .filter(now ->
                        now.aspect().equals(like.aspect()) && strip(now.kind()).equals(strip(like.kind())));
    }

    private static String strip(String kind) {
        return kind.substring(kind.indexOf(' ') + 1);
    }
}
