package io.github.prtbackup.replay;

/**
 * All that is seen of one call.
 *
 * @param answer results, counts, keys or the exception
 * @param counters {@code changes()}, {@code total_changes()} and {@code last_insert_rowid()} afterwards
 * @param others what another, plain connection sees afterwards
 */
record Line(String answer, String counters, String others) {

    /** The first of the three that differs, or an empty text. */
    String aspect(Line other) {
        if (!answer.equals(other.answer)) {
            return "answer";
        }
        if (!counters.equals(other.counters)) {
            return "counters";
        }
        return others.equals(other.others) ? "" : "others";
    }

    String of(String aspect) {
        return switch (aspect) {
            case "answer" -> answer;
            case "counters" -> counters;
            default -> others;
        };
    }
}
