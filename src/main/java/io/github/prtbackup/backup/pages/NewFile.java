package io.github.prtbackup.backup.pages;

import java.io.IOException;
import java.util.List;

/** A database without any content yet, not even its first page: whatever it gets later is new. Immutable. */
final class NewFile implements CurrentPages {

    /** The present page size is in no file yet; of no page it can be any. */
    private static final int ANY_PAGE_SIZE = 4096;

    static final NewFile INSTANCE = new NewFile();

    private final FilePosition position = new FilePosition(0, 0, 0, ANY_PAGE_SIZE).withoutProof();

    private NewFile() {}

    @Override
    public Position position() {
        return position;
    }

    @Override
    public Changed since(Position then, List<FileTransaction> known) {
        return new Changed.Complete(PageList.EMPTY);
    }

    @Override
    public PageList besideFile() {
        return PageList.EMPTY;
    }

    @Override
    public void read(int first, int count, byte[] into, int offset) throws IOException {
        throw new IOException("an empty database has no page " + first);
    }
}
