package io.github.prtbackup.backup;

/** Hears how far a copy is, in pages. */
@FunctionalInterface
public interface CopyProgress {

    /** For copies that nobody watches. */
    CopyProgress NONE = (done, total) -> {};

    /** So many pages are copied. */
    void copied(long done, long total);
}
