package io.github.prtbackup.timeline;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What is known of the states of a {@link Timeline}, for who goes from the newest to the oldest and is asked whose page it is
 * that he has before him. A page belongs to the state it was written for, and to those after it up to the next that has it
 * anew, as far as they are large enough for it; so one number is remembered for each page. Not thread-safe.
 */
final class StateVerdicts {
    private final Head head;
    /** What the base is, and behind it all points in the log, listed or not. Null where the base is no point any more. */
    private final List<Point> states = new ArrayList<>();

    /** What is wrong with each state; null with none. */
    private final ProblemList[] problems;
    /** For each page the oldest state seen so far that has it anew. */
    private final PageStates newer = new PageStates();
    /** States from here on rest on nothing of what is still to come. */
    private int limit;

    private final ProblemList unowned = new ProblemList();

    StateVerdicts(Head head, List<LogEntry> log) {
        this.head = head;
        states.add(head.oldest().id() == head.baseId() ? head.oldest() : null);
        log.stream().filter(LogEntry::isPoint).map(LogEntry::point).forEach(states::add);
        problems = new ProblemList[states.size()];
        limit = states.size();
    }

    int count() {
        return states.size();
    }

    List<Point> listed() {
        return IntStream.range(0, states.size())
                .filter(this::isListed)
                .mapToObj(states::get)
                .toList();
    }

    int stateOf(long id) {
        return IntStream.range(0, states.size())
                .filter(state -> isListed(state) && states.get(state).id() == id)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no point " + id));
    }

    private boolean isListed(int state) {
        Point point = states.get(state);
        return point != null && !point.deleted() && point.id() >= head.oldest().id();
    }

    /** The state as a point. */
    Point point(int state) {
        return states.get(state);
    }

    long pages(int state) {
        return state == 0 ? head.basePages() : states.get(state).pages();
    }

    int pageSize(int state) {
        return state == 0 ? head.basePageSize() : states.get(state).pageSize();
    }

    /** How many pages of the base are of use to anybody. */
    long basePages() {
        if (states.get(0) != null) {
            return head.basePages();
        }
        // A fold that was interrupted has left pages in it that may be wrong; all these are in the log too. What the
        // oldest
        // point needs of it otherwise is not more than the smallest state up to there has.
        long smallest = head.basePages();
        for (int state = 1; state < limit; state++) {
            smallest = Math.min(smallest, pages(state));
            if (isListed(state)) {
                return smallest;
            }
        }
        return 0;
    }

    /** A state has the page anew; what comes from now on belongs to older states. */
    void passed(long number, int state) {
        newer.set(number, state);
    }

    /** A state holds all of its pages. */
    void passedWhole(int state) {
        limit = Math.min(limit, state);
    }

    /** Whether a state has the page as it was written for another, which is not younger. */
    boolean holds(int state, long number, int writtenFor) {
        return writtenFor <= state && state < behind(number) && number <= pages(state);
    }

    private int behind(long number) {
        return Math.min(newer.get(number, limit), limit);
    }

    /** A page is not as it was written for a state. */
    void damaged(long number, int state, String words) {
        boolean isHeld = false;
        for (int holder = state; holder < behind(number); holder++) {
            if (number <= pages(holder) && isListed(holder)) {
                add(holder, words);
                isHeld = true;
            }
        }
        // Of a base that is half folded that is expected.
        if (!isHeld && states.get(state) != null) {
            unowned.add(words + ", and no backup rests on it");
        }
    }

    /** A state cannot be put together, nor any that rests on it. */
    void damagedFrom(int state, String words) {
        for (int holder = state; holder < limit; holder++) {
            add(holder, words);
        }
        limit = Math.min(limit, state);
    }

    /** What is between a state and the next is lost. */
    void lostAfter(int state) {
        damagedFrom(state + 1, "points before it, which it rests on, are lost");
        String after = states.get(state) == null
                ? ""
                : " newer than #" + states.get(state).id();
        String before = state + 1 == states.size()
                ? ""
                : " older than #" + states.get(state + 1).id();
        unowned.add("lost is what backups there were" + after + (after.isEmpty() || before.isEmpty() ? "" : " and")
                + before);
    }

    private void add(int state, String words) {
        if (problems[state] == null) {
            problems[state] = new ProblemList();
        }
        problems[state].add(words);
    }

    /** What is wrong with a state, in words. */
    List<String> problems(int state) {
        return problems[state] == null ? List.of() : problems[state].inWords();
    }

    /** What is wrong with no state that is listed. */
    ProblemList unowned() {
        return unowned;
    }
}
