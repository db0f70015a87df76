package io.github.prtbackup.files;

import java.io.IOException;

/**
 * Work on files that returns a result.
 *
 * @param <T> what it returns
 */
@FunctionalInterface
public interface IOCallable<T> {
    /**
     * Does the work.
     *
     * @return the result
     * @throws IOException if it failed
     */
    T call() throws IOException;
}
