package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.AutomaticBackups;
import io.github.prtbackup.backup.IntegrityCheck;
import io.github.prtbackup.config.DatabaseUrl;
import io.github.prtbackup.config.Setting;
import io.github.prtbackup.config.Settings;
import io.github.prtbackup.sql.Classifier;
import java.nio.file.Path;
import java.sql.ClientInfoStatus;
import java.sql.PreparedStatement;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.sqlite.SQLiteCommitListener;
import org.sqlite.SQLiteConfig;
import org.sqlite.jdbc4.JDBC4Connection;

/**
 * A connection of sqlite-jdbc that backs each database up before the first write of every transaction. It <em>is</em> a
 * {@code SQLiteConnection}: functions, collations, listeners and casts work as they do without us.
 *
 * <p>Thread-safety is that of sqlite-jdbc's connection.
 */
public final class BackupConnection extends JDBC4Connection {

    private static final int MOST_WARNINGS = 100;

    private final Settings settings;
    private final Guard guard;
    private final HeardCommits heardCommits = new HeardCommits();
    private String clientOperation;
    private SQLWarning warnings;
    private int heldWarnings;

    private boolean counted;

    // No initial value: it is set while the constructor of the superclass runs.
    private List<String> waitingPragmas;

    BackupConnection(DatabaseUrl url, Settings settings, Classifier classifier, Properties properties)
            throws SQLException {
        super(url.url(), url.address(), properties);
        Guard made = null;
        try {
            SqliteVersion.require(libversion());
            this.settings = settings;
            made = new Guard(this, settings, classifier, new AutomaticBackups(settings, new InterruptWatch(this)));
            this.guard = made;
            runWaitingPragmas();
            guard.open();
            BackupDriver.CONNECTIONS.opened();
            counted = true;
        } catch (SQLException | RuntimeException | Error e) {
            closeAfter(made, e);
            throw e;
        }
    }

    /** The guard first, as {@link #close} does: what it holds vouches for a connection that is open. */
    private void closeAfter(Guard made, Throwable failure) {
        try {
            if (made != null) {
                made.close();
            }
        } catch (SQLException | RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
        try {
            super.close();
        } catch (SQLException | RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }

    /** The settings that this connection was opened with. */
    public Settings settings() {
        return settings;
    }

    /** The main database's file as SQLite resolved it; empty for an in-memory or temporary database. */
    public Optional<Path> databaseFile() throws SQLException {
        return AttachedDatabases.of(this).mainFile();
    }

    /** Checks a file with the functions and collations of this connection; empty if that cannot be done now. */
    public Optional<IntegrityCheck> check(Path file) {
        return BorrowedCheck.run(this, file);
    }

    /** Null while the constructor of the superclass runs the pragmas of URL and properties. */
    Guard guard() {
        return guard;
    }

    /** Keeps a pragma of URL or properties until the guard stands: all of them, since their order counts. */
    void runLater(String pragma) {
        if (waitingPragmas == null) {
            waitingPragmas = new ArrayList<>();
        }
        waitingPragmas.add(pragma);
    }

    private void runWaitingPragmas() throws SQLException {
        if (waitingPragmas == null) {
            return;
        }
        try (Statement statement = createStatement()) {
            for (String pragma : waitingPragmas) {
                statement.execute(pragma);
            }
        }
        setFirstStatementExecuted(false);
    }

    @Override
    public Statement createStatement(int type, int concurrency, int holdability) throws SQLException {
        checkOpen();
        checkCursor(type, concurrency, holdability);
        return new BackupStatement(this);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency, int holdability)
            throws SQLException {
        checkOpen();
        checkCursor(type, concurrency, holdability);
        return new BackupPreparedStatement(this, sql);
    }

    @Override
    public void close() throws SQLException {
        Throwable failure = null;
        try {
            if (!isClosed()) {
                // First, because it vouches for what the connection has seen of the log.
                guard.close();
            }
        } catch (SQLException | RuntimeException | Error e) {
            failure = e;
            throw e;
        } finally {
            closeFiles(failure);
        }
    }

    private void closeFiles(Throwable failure) throws SQLException {
        try {
            super.close();
        } catch (SQLException | RuntimeException | Error e) {
            if (failure == null) {
                throw e;
            }
            failure.addSuppressed(e);
        } finally {
            uncount();
        }
    }

    private synchronized void uncount() {
        if (counted) {
            counted = false;
            BackupDriver.CONNECTIONS.closed();
        }
    }

    @Override
    public void setAutoCommit(boolean autoCommit) throws SQLException {
        Guard.Work<Void> set = () -> {
            super.setAutoCommit(autoCommit);
            return null;
        };
        guard.locked(() -> {
            if (getAutoCommit() == autoCommit) {
                return set.run();
            }
            return autoCommit ? guard.committing(set) : guard.beginning(set);
        });
    }

    /** As sqlite-jdbc does, which begins the next transaction at once. Each half may fail alone, so they are told apart. */
    @Override
    public void commit() throws SQLException {
        requireNoAutoCommit();
        guard.committing(() -> execute("commit;"));
        begin();
    }

    /** As sqlite-jdbc does, which begins the next transaction at once. */
    @Override
    public void rollback() throws SQLException {
        requireNoAutoCommit();
        guard.rollingBack(() -> execute("rollback;"));
        begin();
    }

    private void requireNoAutoCommit() throws SQLException {
        checkOpen();
        if (getAutoCommit()) {
            throw new SQLException("database in auto-commit mode");
        }
    }

    private void begin() throws SQLException {
        guard.beginning(() -> execute(transactionPrefix()));
        setFirstStatementExecuted(false);
        setCurrentTransactionMode(getConnectionConfig().getTransactionMode());
    }

    private Void execute(String sql) throws SQLException {
        getDatabase().exec(sql, false);
        return null;
    }

    @Override
    public void rollback(Savepoint savepoint) throws SQLException {
        super.rollback(savepoint);
        guard.rolledBack();
    }

    @Override
    public void releaseSavepoint(Savepoint savepoint) throws SQLException {
        guard.releasing(() -> {
            super.releaseSavepoint(savepoint);
            return null;
        });
    }

    @Override
    public Savepoint setSavepoint() throws SQLException {
        checkOpen();
        return guard.settingSavepoint(super::setSavepoint);
    }

    @Override
    public Savepoint setSavepoint(String name) throws SQLException {
        checkOpen();
        return guard.settingSavepoint(() -> super.setSavepoint(name));
    }

    @Override
    public void deserialize(String schema, byte[] bytes) throws SQLException {
        guard.runReplacement(schema, "deserialize", () -> {
            super.deserialize(schema, bytes);
            return null;
        });
    }

    @Override
    public void addCommitListener(SQLiteCommitListener listener) {
        super.addCommitListener(heardCommits.filter(listener));
    }

    @Override
    public void removeCommitListener(SQLiteCommitListener listener) {
        super.removeCommitListener(heardCommits.forget(listener));
    }

    /** Lets a listener of ours hear of all commits. */
    void listenToCommits(SQLiteCommitListener listener) {
        super.addCommitListener(listener);
    }

    HeardCommits heardCommits() {
        return heardCommits;
    }

    /** Runs a statement as if autocommit were off: sqlite-jdbc would otherwise try to end a transaction after it. */
    <T> T withoutAutocommit(Guard.Work<T> work) throws SQLException {
        boolean autoCommit = getConnectionConfig().isAutoCommit();
        SQLiteConfig.TransactionMode mode = getCurrentTransactionMode();
        getConnectionConfig().setAutoCommit(false);
        setCurrentTransactionMode(null);
        try {
            return work.run();
        } finally {
            getConnectionConfig().setAutoCommit(autoCommit);
            setCurrentTransactionMode(mode);
        }
    }

    Optional<String> clientOperation() {
        return Optional.ofNullable(clientOperation);
    }

    /** {@code backup.operation} names the operation of the coming backups, until it is changed or set to null. */
    @Override
    public void setClientInfo(String name, String value) throws SQLClientInfoException {
        if (Setting.OPERATION.key().equals(name)) {
            clientOperation = value == null || value.isBlank() ? null : value;
        } else if (name != null && Setting.isOurs(name)) {
            String allowed = Setting.OPERATION.key();
            throw new SQLClientInfoException(
                    "Client info " + name + "=" + value + " cannot be changed on an open connection; allowed is "
                            + allowed,
                    Map.of(name, ClientInfoStatus.REASON_UNKNOWN_PROPERTY));
        } else {
            super.setClientInfo(name, value);
        }
    }

    @Override
    public void setClientInfo(Properties properties) throws SQLClientInfoException {
        super.setClientInfo(properties);
        if (properties == null) {
            clientOperation = null;
            return;
        }
        for (String name : properties.stringPropertyNames()) {
            setClientInfo(name, properties.getProperty(name));
        }
        if (!properties.containsKey(Setting.OPERATION.key())) {
            clientOperation = null;
        }
    }

    @Override
    public String getClientInfo(String name) throws SQLException {
        return Setting.OPERATION.key().equals(name) ? clientOperation : super.getClientInfo(name);
    }

    @Override
    public Properties getClientInfo() throws SQLException {
        if (clientOperation == null) {
            return super.getClientInfo();
        }
        Properties properties = new Properties();
        properties.setProperty(Setting.OPERATION.key(), clientOperation);
        return properties;
    }

    /** Keeps the first ones: who never clears the warnings would fill the memory with them, and all are logged. */
    void addWarning(SQLWarning warning) {
        if (warnings == null) {
            warnings = warning;
            heldWarnings = 1;
        } else if (heldWarnings < MOST_WARNINGS) {
            warnings.setNextWarning(warning);
            heldWarnings++;
        }
    }

    /**
     * The backups that could not be made since {@link #clearWarnings}, with {@code backup.on-failure=warn}; of many the
     * first.
     */
    @Override
    public SQLWarning getWarnings() throws SQLException {
        return warnings;
    }

    @Override
    public void clearWarnings() throws SQLException {
        warnings = null;
    }
}
