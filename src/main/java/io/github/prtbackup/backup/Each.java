package io.github.prtbackup.backup;

import java.io.IOException;

/** Does the same to several things, also to those after one that fails. */
final class Each {

    /** What is done to one. */
    @FunctionalInterface
    interface Action<T> {
        void on(T one) throws IOException;
    }

    private Each() {}

    /**
     * Does something to all.
     *
     * @throws IOException the first exception, with the others suppressed; also an unchecked one
     */
    static <T> void of(Iterable<T> all, Action<T> action) throws IOException {
        Throwable failure = null;
        for (T one : all) {
            try {
                action.on(one);
            } catch (IOException | RuntimeException | Error e) {
                if (failure == null) {
                    failure = e;
                } else if (failure != e) {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure instanceof IOException io) {
            throw io;
        }
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
    }
}
