package io.github.prtbackup.backup.pages;

import java.io.IOException;
import java.util.List;

/**
 * A database with a rollback journal, or none: everything is in its file.
 *
 * <p>Nothing there tells which pages a commit has changed. It is known of the transactions whose process has read its own
 * journal just before it committed, and these must lead from the position to the present one without a gap: each commit of
 * anybody else raises the change counter and opens one.
 */
public final class FilePages implements CurrentPages {

    private final DatabaseFile file;
    private final FilePosition position;
    private final boolean exclusive;
    private final boolean autoVacuum;

    private FilePages(DatabaseFile file, FilePosition position, boolean exclusive, boolean autoVacuum) {
        this.file = file;
        this.position = position;
        this.exclusive = exclusive;
        this.autoVacuum = autoVacuum;
    }

    /**
     * The state under the write lock.
     *
     * @param exclusive whether the connection is in {@code locking_mode=EXCLUSIVE}, where only its first commit raises the
     *     counter
     */
    public static CurrentPages now(DatabaseFile database, boolean exclusive) throws IOException {
        FilePosition position = FilePosition.of(database);
        boolean autoVacuum = database.header().orElseThrow().autoVacuum();
        return new FilePages(database, position, exclusive, autoVacuum);
    }

    @Override
    public Position position() {
        return position;
    }

    @Override
    public Changed since(Position position, List<FileTransaction> known) {
        if (!(position instanceof FilePosition then)) {
            return new Changed.Lost("the database was in WAL mode");
        }
        if (exclusive) {
            return new Changed.Lost("in locking_mode=EXCLUSIVE the change counter does not rise with each commit");
        }
        FilePosition reached = then;
        PageList changed = PageList.EMPTY;
        for (FileTransaction transaction : known) {
            if (!transaction.before().equals(reached)) {
                return new Changed.Lost("a transaction is missing before change counter "
                        + transaction.before().changeCounter());
            }
            reached = transaction.after();
            changed = changed.union(transaction.pages());
        }
        if (!reached.equals(this.position)) {
            return new Changed.Lost("written by others: change counter " + reached.changeCounter() + ", now "
                    + this.position.changeCounter());
        }
        if (autoVacuum && !known.isEmpty()) {
            return new Changed.Lost("with auto-vacuum a commit moves pages that are in no journal");
        }
        PageList grown = then.pages() < pages() ? PageList.range(then.pages() + 1, pages()) : PageList.EMPTY;
        return new Changed.Complete(changed.union(grown).within(pages(), pageSize()));
    }

    @Override
    public PageList besideFile() {
        return PageList.EMPTY;
    }

    @Override
    public void read(int first, int count, byte[] into, int offset) throws IOException {
        file.readPages(pageSize(), first, count, into, offset);
    }
}
