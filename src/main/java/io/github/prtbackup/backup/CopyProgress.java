package io.github.prtbackup.backup;

/** Hears how far work is, in pages, and may want it to end. */
@FunctionalInterface
public interface CopyProgress {

    /** For work that nobody watches. */
    CopyProgress NONE = (done, total) -> {};

    /** So many pages are copied. Does not throw: SQLite may be calling. */
    void copied(long done, long total);

    /**
     * Called now and then where work can end without leaving anything behind.
     *
     * @throws java.util.concurrent.CancellationException if it is to end
     */
    default void check() {}

    /** As {@link #copied}, where the work can end as well. */
    default void copiedAndCheck(long done, long total) {
        copied(done, total);
        check();
    }
}
