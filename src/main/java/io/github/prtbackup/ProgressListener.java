package io.github.prtbackup;

/** Hears how far a copy is. Called on the thread that copies, some times a second at most; must not throw. */
@FunctionalInterface
public interface ProgressListener {

    /**
     * A part of the work is done.
     *
     * @param done pages that are copied
     * @param total pages in all
     */
    void progress(long done, long total);
}
