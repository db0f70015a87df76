package io.github.prtbackup.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;

/** Closes what was added to it, the last first. */
final class Closing implements AutoCloseable {

    /** What has a database of its own. */
    interface Resource extends AutoCloseable {
        @Override
        void close() throws IOException, SQLException;
    }

    private final Deque<Resource> resources = new ArrayDeque<>();

    <T extends Resource> T add(T resource) {
        resources.push(resource);
        return resource;
    }

    @Override
    public void close() throws IOException, SQLException {
        while (!resources.isEmpty()) {
            resources.pop().close();
        }
    }
}
