package io.github.prtbackup.replay;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the driver first differs from plain sqlite-jdbc.
 *
 * @param at the number of the call, or one behind them: what the connection sees at the end, how it closes, the files
 * @param aspect what differs
 * @param plain what plain sqlite-jdbc showed
 * @param ours what the driver showed
 * @param calls the script
 * @param setting how it was run
 */
record Difference(int at, String aspect, String plain, String ours, List<Call> calls, Setting setting) {
    private static final Pattern EXCEPTION =
            Pattern.compile("(?:THROWN ([\\w.]+))|(\\w+Exception) (-?\\d+).{0,60}?(\\[\\w+\\])?", Pattern.DOTALL);

    /** What many differences have in common: the statement, the form, and how the answers differ, without names. */
    String kind() {
        String call = at < calls.size()
                ? calls.get(at).form() + " " + verb(calls.get(at).sql())
                : "end";
        return (call + ": " + aspect + " " + change()).strip();
    }

    private String change() {
        if (!aspect.equals("answer")) {
            return aspect.equals("counters") ? counters() : outcome(plain) + " -> " + outcome(ours);
        }
        String before = outcome(plain);
        String after = outcome(ours);
        if (before.equals(after)) {
            return before.equals("result") ? "another result" : "another message of " + before;
        }
        return before + " -> " + after;
    }

    private String counters() {
        String[] before = plain.split(" ", -1);
        String[] after = ours.split(" ", -1);
        if (before.length != 3 || after.length != 3) {
            return outcome(plain) + " -> " + outcome(ours);
        }
        List<String> names = List.of("changes", "total_changes", "last_insert_rowid");
        StringBuilder kind = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            if (!before[i].equals(after[i])) {
                kind.append(names.get(i)).append(after[i].equals("0") ? " becomes 0 " : " ");
            }
        }
        return kind.toString();
    }

    private static String outcome(String answer) {
        Matcher matcher = EXCEPTION.matcher(answer);
        if (!matcher.find()) {
            return "result";
        }
        if (matcher.group(1) != null) {
            return matcher.group(1);
        }
        Matcher name = Pattern.compile("\\[(SQLITE_\\w+)\\]").matcher(answer);
        return name.find() ? name.group(1) : matcher.group(2) + " " + matcher.group(3);
    }

    /** The first words of a statement, as far as they say what it does. */
    static String verb(String sql) {
        String bare = sql.replaceAll("(?s)/\\*.*?\\*/|--[^\\n]*", " ").strip().toUpperCase(Locale.ROOT);
        String[] words = bare.split("[^A-Z_]+", 4);
        String first = words[0];
        boolean several = bare.replaceAll("(?s)\\bBEGIN\\b.*\\bEND\\b|'[^']*'", "")
                .replaceAll("[;\\s]+$", "")
                .contains(";");
        String second = words.length > 1
                        && first.matches("CREATE|DROP|ALTER|PRAGMA|ROLLBACK|BEGIN|EXPLAIN|INSERT|UPDATE|VACUUM")
                        && !words[1].matches("T\\w*")
                ? " " + words[1]
                : "";
        if (words.length > 1 && first.matches("CREATE|DROP")) {
            second = " " + words[1];
        }
        return first + second + (bare.contains("RETURNING") ? " RETURNING" : "") + (several ? " ;…" : "");
    }

    /** The script and both answers, for people; what the two have in common is left out. */
    String told() {
        StringBuilder told = new StringBuilder("  # ").append(setting).append('\n');
        for (int i = 0; i < calls.size(); i++) {
            told.append("  ").append(calls.get(i).line()).append('\n');
        }
        int same = 0;
        while (same < plain.length() && same < ours.length() && plain.charAt(same) == ours.charAt(same)) {
            same++;
        }
        int from = Math.max(0, same - 60);
        return told.append("  # ")
                .append(at < calls.size() ? "line " + (at + 1) : "end")
                .append(", ")
                .append(aspect)
                .append("\n  #   plain ")
                .append(excerpt(plain, from))
                .append("\n  #   ours  ")
                .append(excerpt(ours, from))
                .append('\n')
                .toString();
    }

    private static String excerpt(String text, int from) {
        String rest = text.substring(Math.min(from, text.length()), Math.min(text.length(), from + 300));
        return (from > 0 ? "…" : "") + rest.replace("\n", "\\n");
    }
}
