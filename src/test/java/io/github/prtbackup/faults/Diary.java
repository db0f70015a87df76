package io.github.prtbackup.faults;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What is known of a {@link Life} from what it has told: what had returned when it ended, and what was under way. */
final class Diary {
    /** In the place of the state of a backup that was not finished, and may be there. */
    private static final long MAYBE = -1;

    private final Set<Long> possible = new HashSet<>(Set.of(0L));
    private final Map<Long, Long> manual = new TreeMap<>();
    private final List<Long> automatic = new ArrayList<>();
    private final Set<Long> deleted = new HashSet<>();
    private final Set<Long> gone = new HashSet<>();
    private long largestId;
    private boolean mayBeMissing;
    private boolean ended;
    private long begun = MAYBE;
    private long state;

    Diary(List<String> events) {
        events.forEach(this::add);
    }

    private void add(String event) {
        String[] words = event.split(" ", -1);
        if (!words[0].equals("failed")) {
            gone.addAll(deleted);
        }
        long number = words.length > 1 && words[1].matches("[0-9]+") ? Long.parseLong(words[1]) : -1;
        switch (words[0]) {
            case "begin" -> {
                begun = number;
                possible.add(number);
            }
            case "restoring" -> possible.add(number);
            case "done" -> {
                automatic.add(state);
                reached(number);
            }
            case "restored" -> {
                mayBeMissing = false;
                reached(number);
            }
            case "manual" -> {
                manual.put(number, Long.parseLong(words[2]));
                largestId = Math.max(largestId, number);
            }
            case "deleting" -> {
                manual.remove(number);
                deleted.add(number);
            }
            case "cleanup" ->
                automatic
                        .subList(0, Math.max(0, automatic.size() - (int) number))
                        .clear();
            case "missing" -> mayBeMissing = true;
            case "damaged", "deleted" -> {}
            case "end" -> ended = true;
            case "failed" -> automatic.add(MAYBE);
            default -> throw new IllegalArgumentException(event);
        }
    }

    private void reached(long now) {
        state = now;
        begun = MAYBE;
        possible.clear();
        possible.add(now);
    }

    /** The states that the database may be in. */
    Set<Long> possible() {
        return possible;
    }

    /** The one it was in last, as far as was told. */
    long state() {
        return state;
    }

    boolean mayBeMissing() {
        return mayBeMissing;
    }

    boolean ended() {
        return ended;
    }

    /** Ids and states of the manual backups that must be there. */
    Map<Long, Long> manual() {
        return manual;
    }

    /** Ids of what was deleted, one by one, or was about to be. */
    Set<Long> deleted() {
        return deleted;
    }

    /** Those of them that must be gone. */
    Set<Long> gone() {
        return gone;
    }

    long largestId() {
        return largestId;
    }

    /** The last transaction has written, though nobody was told: then its backup must be there as well. */
    void wrote(long stateOfDatabase) {
        if (stateOfDatabase == begun) {
            automatic.add(state);
            reached(begun);
        }
    }

    /** The states of the automatic backups that must be there, oldest first. One more may have been made since. */
    List<Long> automatic(int keep) {
        return automatic.subList(Math.max(0, automatic.size() - (keep - 1)), automatic.size()).stream()
                .filter(state -> state != MAYBE)
                .toList();
    }
}
