package io.github.prtbackup.diff;

import io.github.prtbackup.timeline.PointImage;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The pages of a point, each read and checked when it is asked for. */
record ImagePages(PointImage image) implements Pages {
    @Override
    public int size() {
        return image.point().pageSize();
    }

    @Override
    public int count() {
        return Math.toIntExact(image.point().pages());
    }

    @Override
    public ByteBuffer page(int number) throws IOException {
        return image.page(number);
    }
}
