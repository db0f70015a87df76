package io.github.prtbackup.diff;

import io.github.prtbackup.files.PendingFile;
import io.github.prtbackup.files.PositionalFile;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.BitSet;

/**
 * A database file with some of its pages, and holes for the others. A hole is zeros, which is no page of a tree: SQLite
 * says that the file is corrupt as soon as it comes to one. So a page that is missing cannot make a wrong result.
 */
final class SparseCopy {
    private final Pages pages;
    private final PendingFile file;
    private final DatabaseSchema schema;

    /** Begins with what the schema is read from. */
    SparseCopy(Pages pages, PendingFile file) throws IOException, SQLException {
        this.pages = pages;
        this.file = file;
        Tree tree = Tree.of(pages, 1);
        BitSet needed = (BitSet) tree.pages().clone();
        for (int page = tree.pages().nextSetBit(0);
                page >= 0;
                page = tree.pages().nextSetBit(page + 1)) {
            tree.overflow(page, needed::set);
        }
        write(needed);
        try (State state = State.open(file.path())) {
            schema = state.schema();
        }
    }

    DatabaseSchema schema() {
        return schema;
    }

    Path file() {
        return file.path();
    }

    void write(BitSet numbers) throws IOException {
        try (PositionalFile copy = PositionalFile.write(file.path())) {
            for (int number = numbers.nextSetBit(0); number >= 0; number = numbers.nextSetBit(number + 1)) {
                copy.write(pages.page(number), (number - 1L) * pages.size());
            }
            long length = (long) pages.count() * pages.size();
            if (copy.size() < length) {
                copy.resize(length);
            }
        }
    }
}
