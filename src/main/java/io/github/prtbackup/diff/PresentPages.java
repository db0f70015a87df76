package io.github.prtbackup.diff;

import io.github.prtbackup.backup.PresentState;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The pages of the present state. */
record PresentPages(PresentState state) implements Pages {
    @Override
    public int size() {
        return state.newest().point().pageSize();
    }

    @Override
    public int count() {
        return state.pages();
    }

    @Override
    public ByteBuffer page(int number) throws IOException {
        return state.page(number);
    }
}
