package io.github.prtbackup.backup.pages;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A database in WAL mode: its file, overlaid by the last committed frame of each page.
 *
 * <p>What proves that the frames found since a position are all there are:
 *
 * <ol>
 *   <li>The log has the same salts, and its frame at the position has the same checksum, which covers all frames before.
 *       Then it has only been appended to, whoever wrote, crashed and recovered: a log that starts again has other salts.
 *       The checksum matters only after a crash of the operating system, which can take back frames of a log that then
 *       goes on with the same salts. It is not looked at where this process had the wal-index open all the time.
 *   <li>Other salts, and this process had the wal-index open at all times since it took the position. Nobody can have
 *       deleted or rebuilt the index meanwhile, so its count of commits has risen by one with each commit. All commits in
 *       the present log came after the position; if they are as many as the count has risen by, they are all.
 *   <li>Other salts, and the position is of another process, or of a time before. The log before the present one,
 *       recognised by salt1, which a restart raises by one, can still be read behind the frames of the present one: the
 *       frame at the position is there with its checksum, and no frame of the same log follows it. The count must agree,
 *       too.
 * </ol>
 *
 * Everything else is lost: what was written before a checkpoint that emptied or deleted the log can't be known.
 *
 * <p>The second rule holds on one condition that nothing here can check: that no process dies within the few nanoseconds
 * in which it writes the two copies of the index's header, <em>and</em> the count, starting from 0 then, happens to fit.
 */
final class WalPages implements CurrentPages {

    /** Finds the last frame of each page. */
    @FunctionalInterface
    interface Frames {
        FrameMap all() throws IOException;
    }

    private final DatabaseFile database;
    private final WalLog log;
    private final WalPosition position;
    private final Frames frames;
    private final Predicate<WalPosition> witness;

    private FrameMap overlay;
    private FrameMap recent = FrameMap.EMPTY;
    /** How many of the frames in {@link #recent} end a commit. */
    private int recentCommits;

    WalPages(DatabaseFile database, WalLog log, WalPosition position, Frames frames, Predicate<WalPosition> witness) {
        this.database = database;
        this.log = log;
        this.position = position;
        this.frames = frames;
        this.witness = witness;
    }

    @Override
    public Position position() {
        return position;
    }

    @Override
    public Changed since(Position position, List<FileTransaction> known) throws IOException {
        if (!(position instanceof WalPosition then)) {
            return new Changed.Lost("the database was not in WAL mode");
        }
        if (then.pageSize() != pageSize()) {
            return new Changed.Lost("the page size was " + then.pageSize());
        }
        boolean sameLog = then.salts() == this.position.salts() && then.salts() != 0;
        Optional<String> gap = sameLog ? gapInSameLog(then) : gapBeforeThisLog(then);
        if (gap.isPresent()) {
            return new Changed.Lost(gap.get());
        }
        int from = sameLog ? then.frames() : 0;
        PageList pages = readFrom(from, then.pages()).build();
        return new Changed.Complete(pages, isCounted(then, from));
    }

    /** Whether the count has risen by as many as the frames from there on hold; asked when these have been read. */
    private boolean isCounted(WalPosition then, int from) throws IOException {
        if (!then.counted() || !position.counted()) {
            return false;
        }
        int risen = position.commits() - then.commits();
        return risen == recentCommits
                || (risen < recentCommits && risen == log.commitsAtLeast(from, position.frames(), pageSize()));
    }

    long salts() {
        return position.salts();
    }

    /**
     * As long as the file was not written, no frame of any log was put into it, and none can be lost but by a checkpoint. So
     * all that came after is in the present log.
     */
    @Override
    public Changed since(ClosingNote note) throws IOException {
        if (note.salts() == position.salts() && position.frames() > 0) {
            return new Changed.Lost("the log has not been started again since a connection closed");
        }
        if (!note.file().equals(database.state())) {
            return new Changed.Lost("the file was written since the last connection closed");
        }
        return new Changed.Complete(
                readFrom(0, note.databasePages()).addAll(note.pages()).build());
    }

    /** Rule 1. */
    private Optional<String> gapInSameLog(WalPosition then) throws IOException {
        if (then.frames() > position.frames()) {
            return Optional.of("the log became shorter without being started again");
        }
        boolean same = then.frames() == 0
                || (then.frames() == position.frames()
                        ? then.checksum() == position.checksum()
                        : witness.test(then) || isIntact(then));
        return same ? Optional.empty() : Optional.of("the log has other frames than it had");
    }

    /** Rules 2 and 3. */
    private Optional<String> gapBeforeThisLog(WalPosition then) throws IOException {
        boolean counted = then.counted() && position.counted();
        boolean isWitness = counted && witness.test(then);
        if (!isWitness && !(isNextLog(then) && endedAt(then))) {
            return Optional.of("the log was started again, and how the one before ended is unknown");
        }
        int risen = position.commits() - then.commits();
        int found = log == null ? 0 : log.commitsAtLeast(0, position.frames(), pageSize());
        return !counted || risen == found
                ? Optional.empty()
                : Optional.of("the log was started again, and holds " + found + " commits of " + risen);
    }

    private boolean isNextLog(WalPosition then) {
        return then.frames() > 0 && (int) (position.salts() >>> 32) == (int) (then.salts() >>> 32) + 1;
    }

    private boolean endedAt(WalPosition then) throws IOException {
        if (log == null || !isIntact(then)) {
            return false;
        }
        // A frame that is cut off, by journal_size_limit, may have been one of the same log.
        return log.frame(then.frames(), pageSize())
                .map(next -> next.salts() != then.salts())
                .orElse(log.length() == WalLog.offsetOf(then.frames(), pageSize()));
    }

    private boolean isIntact(WalPosition then) throws IOException {
        return log.frame(then.frames() - 1, pageSize())
                .filter(last -> last.salts() == then.salts() && last.checksum() == then.checksum())
                .isPresent();
    }

    /**
     * The pages that may have changed since the database had a size, given where the frames since then begin. A page can be
     * new and in no frame: it was allocated and freed again, and SQLite finds what is there, or zeros. So can one behind the
     * end that the database had in between, where a checkpoint may have cut the file.
     */
    private PageList.Builder readFrom(int from, int pagesThen) throws IOException {
        recent = new FrameMap(position.frames() - from, pages());
        recentCommits = 0;
        int smallest = pagesThen;
        for (int number = from; number < position.frames(); number++) {
            WalLog.Frame frame = log.frame(number, pageSize()).orElseThrow(EOFException::new);
            if (frame.salts() != position.salts()) {
                throw new IOException("frame " + number + " is of another log");
            }
            recent.put(WalLog.requirePage(frame.page()), number);
            if (frame.isCommit()) {
                recentCommits++;
                smallest = Math.min(smallest, frame.databasePages());
            }
        }
        PageList.Builder changed = new PageList.Builder(pages(), pageSize());
        recent.addTo(changed);
        changed.addRange(smallest + 1, pages());
        return changed;
    }

    @Override
    public PageList besideFile() throws IOException {
        PageList.Builder pages = new PageList.Builder(pages(), pageSize());
        frames.all().addTo(pages);
        return pages.build();
    }

    @Override
    public void read(int first, int count, byte[] into, int offset) throws IOException {
        if (count == 1 && readFrame(recent.get(first), into, offset)) {
            return;
        }
        if (overlay == null) {
            // Has these, too.
            recent = FrameMap.EMPTY;
            overlay = frames.all();
        }
        if (count == 1 && readFrame(overlay.get(first), into, offset)) {
            return;
        }
        database.readPages(pageSize(), first, count, into, offset);
        if (position.frames() > 0) {
            for (int i = 0; i < count; i++) {
                readFrame(overlay.get(first + i), into, offset + i * pageSize());
            }
        }
    }

    private boolean readFrame(int frame, byte[] into, int offset) throws IOException {
        if (frame < 0) {
            return false;
        }
        log.page(frame, pageSize(), into, offset);
        return true;
    }
}
