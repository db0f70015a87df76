package io.github.prtbackup.backup.pages;

import java.util.List;

/**
 * Where the announced transactions lead from a position. It is proved that no other has come between if each begins exactly
 * where the one before has ended, and the last ended where the database stands now: every commit raises the change counter,
 * and every write moves the time.
 *
 * <p>A transaction that is void or not confirmed leads nowhere. If it has changed anything after all, the next does not begin
 * where it began, and the chain is torn. Its pages count nevertheless: the time does not move between two writes in the same
 * tick of the clock, and a transaction that spilled its cache and was rolled back leaves no other trace.
 */
final class FileChain {

    private final List<FileTransaction> announced;
    private FilePosition reached;
    private int fewestPages;
    private boolean isUnsettled;

    FileChain(FilePosition then, List<FileTransaction> announced) {
        this.announced = announced;
        reached = then;
        fewestPages = then.pages();
        for (FileTransaction transaction : announced) {
            fewestPages = Math.min(fewestPages, transaction.before().pages());
            if (transaction.before().isSameStateAs(reached)) {
                isUnsettled = transaction.mark() == FileTransaction.UNKNOWN;
                reached = transaction.isConfirmed() ? transaction.after() : reached;
            }
        }
    }

    /** Where it ends. */
    FilePosition reached() {
        return reached;
    }

    /** Whether it ends at a transaction that may still be confirmed, and so lead further. */
    boolean isUnsettled() {
        return isUnsettled;
    }

    /** All pages that may have changed, if the database has so many now. Those by which it grew are in no journal. */
    PageList pages(int now) {
        PageList.Builder pages = new PageList.Builder(now, reached.pageSize());
        for (FileTransaction transaction : announced) {
            pages.addAll(transaction.pages());
        }
        pages.addRange(fewestPages + 1, now);
        return pages.build();
    }
}
