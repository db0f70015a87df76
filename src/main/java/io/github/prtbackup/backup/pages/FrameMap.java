package io.github.prtbackup.backup.pages;

/** For each page the last of its frames: open addressing with linear probing, without boxes. */
final class FrameMap {

    private int[] pages;
    private int[] frames;
    private int size;

    FrameMap(int expected) {
        int capacity = Integer.highestOneBit(Math.max(8, expected)) * 4;
        pages = new int[capacity];
        frames = new int[capacity];
    }

    /** Later frames overwrite earlier ones. */
    void put(int page, int frame) {
        if (size > pages.length / 2) {
            grow();
        }
        int slot = slot(page);
        if (pages[slot] == 0) {
            pages[slot] = page;
            size++;
        }
        frames[slot] = frame;
    }

    /** The frame of a page, -1 if there is none. */
    int get(int page) {
        int slot = slot(page);
        return pages[slot] == 0 ? -1 : frames[slot];
    }

    PageList pageList() {
        int[] present = new int[size];
        int count = 0;
        for (int page : pages) {
            if (page != 0) {
                present[count++] = page;
            }
        }
        return PageList.of(present);
    }

    private int slot(int page) {
        int slot = ((page * 0x9E3779B9) >>> 7) & (pages.length - 1);
        while (pages[slot] != 0 && pages[slot] != page) {
            slot = (slot + 1) & (pages.length - 1);
        }
        return slot;
    }

    private void grow() {
        int[] oldPages = pages;
        int[] oldFrames = frames;
        pages = new int[oldPages.length * 2];
        frames = new int[oldPages.length * 2];
        size = 0;
        for (int i = 0; i < oldPages.length; i++) {
            if (oldPages[i] != 0) {
                put(oldPages[i], oldFrames[i]);
            }
        }
    }
}
