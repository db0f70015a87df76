package io.github.prtbackup.backup.pages;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A database with a rollback journal, or none: everything is in its file.
 *
 * <p>Nothing there tells which pages a commit has changed. It is known of the transactions whose process has read its own
 * journal just before it committed, and these must lead from the position to the present one without a gap; see
 * {@link FileChain}.
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
        if (exclusive) {
            position = position.withoutProof();
        }
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
        FileChain chain = new FileChain(then, known);
        if (!chain.reached().isSameStateAs(this.position)) {
            return new Changed.Lost("written by others: change counter "
                    + chain.reached().changeCounter() + ", now " + this.position.changeCounter());
        }
        if (autoVacuum && !known.isEmpty()) {
            return new Changed.Lost("with auto-vacuum a commit moves pages that are in no journal");
        }
        return new Changed.Complete(chain.pages(pages()));
    }

    @Override
    public boolean awaitsMark(Position position, List<FileTransaction> known) {
        if (!(position instanceof FilePosition then) || exclusive) {
            return false;
        }
        FileChain chain = new FileChain(then, known);
        return chain.isUnsettled() && !chain.reached().isSameStateAs(this.position);
    }

    @Override
    public Optional<FilePosition> transactionStart() {
        return exclusive || autoVacuum ? Optional.empty() : Optional.of(position);
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
