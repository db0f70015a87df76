package io.github.prtbackup.timeline;

import io.github.prtbackup.files.IOCallable;
import io.github.prtbackup.files.PositionalFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file that one state is written to while more than that is looked at. That it cannot be written says nothing of what is
 * looked at, so no method that writes throws. Not thread-safe.
 */
final class StateFile implements Closeable {
    private final PositionalFile file;
    private final RunWriter writer;
    /** Null while all went well. */
    private IOException failure;

    /** @param target exists, and is overwritten */
    StateFile(Path target, Point point) throws IOException {
        file = PositionalFile.write(target);
        writer = new RunWriter(file, point.pageSize(), point.pages());
        attempt(() -> {
            file.resize(0);
            file.resize(point.pages() * point.pageSize());
            return null;
        });
    }

    void page(long number, ByteBuffer content) {
        attempt(() -> {
            writer.write(number - 1, content.duplicate());
            return null;
        });
    }

    /** Why it is worthless; empty if it is not. */
    Optional<IOException> finish() {
        attempt(() -> {
            writer.flush();
            return null;
        });
        return Optional.ofNullable(failure);
    }

    private void attempt(IOCallable<Void> work) {
        if (failure == null) {
            try {
                work.call();
            } catch (IOException e) {
                failure = e;
            }
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
