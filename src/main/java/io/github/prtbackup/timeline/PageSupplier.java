package io.github.prtbackup.timeline;

import java.io.IOException;

/** Gives the pages of a point to a {@link Timeline}. */
@FunctionalInterface
public interface PageSupplier {
    /**
     * Gives the pages, in ascending order, each once.
     *
     * @param writer takes them
     * @throws IOException if they can't be read or written; then there is no point
     */
    void writeTo(PageWriter writer) throws IOException;
}
