package io.github.prtbackup.files;

/** Is told how far a long work has come. */
@FunctionalInterface
public interface Progress {
    /**
     * Some pages more are done.
     *
     * @param done how many
     * @param total of how many
     */
    void pages(long done, long total);
}
