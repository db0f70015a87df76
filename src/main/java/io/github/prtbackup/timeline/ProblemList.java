package io.github.prtbackup.timeline;

import java.util.ArrayList;
import java.util.List;

/** What is wrong: the first things in words, and the number of the rest. Not thread-safe. */
final class ProblemList {
    private static final int MOST_WORDS = 20;

    private final List<String> first = new ArrayList<>();
    private long count;

    void add(String words) {
        count++;
        if (first.size() < MOST_WORDS) {
            first.add(words);
        }
    }

    List<String> inWords() {
        List<String> words = new ArrayList<>(first);
        if (count > first.size()) {
            words.add("and " + (count - first.size()) + " more");
        }
        return List.copyOf(words);
    }
}
