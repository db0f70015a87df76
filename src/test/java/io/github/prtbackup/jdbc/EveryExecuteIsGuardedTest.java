package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.sqlite.SQLiteConnection;
import org.sqlite.jdbc4.JDBC4Connection;
import org.sqlite.jdbc4.JDBC4PreparedStatement;
import org.sqlite.jdbc4.JDBC4Statement;

/**
 * No way through JDBC runs SQL past the guard. Every public method of sqlite-jdbc's three classes stands in one of the lists
 * below, so that a newer sqlite-jdbc with a method that nobody has decided about fails here.
 */
class EveryExecuteIsGuardedTest {

    /** Overridden, with the guard in front. */
    private static final Set<String> GUARDED = Set.of(
            "Statement.execute(String)",
            "Statement.executeQuery(String)",
            "Statement.executeLargeUpdate(String)",
            "Statement.executeLargeBatch()",
            "PreparedStatement.execute()",
            "PreparedStatement.executeQuery()",
            "PreparedStatement.executeLargeUpdate()",
            "PreparedStatement.executeLargeBatch()",
            "Connection.setAutoCommit(boolean)",
            "Connection.commit()",
            "Connection.rollback()",
            "Connection.rollback(Savepoint)",
            "Connection.setSavepoint()",
            "Connection.setSavepoint(String)",
            "Connection.deserialize(String,byte[])",
            "Connection.createStatement(int,int,int)",
            "Connection.prepareStatement(String,int,int,int)");

    /** Lead to one that is overridden. */
    private static final Set<String> LEAD_TO_GUARDED = Set.of(
            "Statement.execute(String,int)",
            "Statement.executeQuery(String,boolean)",
            "Statement.executeUpdate(String)",
            "Statement.executeUpdate(String,int)",
            "Statement.executeLargeUpdate(String,int)",
            "Statement.executeBatch()",
            "PreparedStatement.executeUpdate()",
            "PreparedStatement.executeBatch()",
            "PreparedStatement.executeQuery(String,boolean)",
            "Connection.createStatement()",
            "Connection.createStatement(int,int)",
            "Connection.prepareStatement(String)",
            "Connection.prepareStatement(String,int)",
            "Connection.prepareStatement(String,int[])",
            "Connection.prepareStatement(String,String[])",
            "Connection.prepareStatement(String,int,int)");

    /** Always throw. */
    private static final Set<String> UNSUPPORTED = Set.of(
            "Statement.execute(String,int[])",
            "Statement.execute(String,String[])",
            "Statement.executeUpdate(String,int[])",
            "Statement.executeUpdate(String,String[])",
            "Statement.executeLargeUpdate(String,int[])",
            "Statement.executeLargeUpdate(String,String[])",
            "PreparedStatement.execute(String)",
            "PreparedStatement.execute(String,int)",
            "PreparedStatement.execute(String,int[])",
            "PreparedStatement.execute(String,String[])",
            "PreparedStatement.executeQuery(String)",
            "PreparedStatement.executeUpdate(String)",
            "PreparedStatement.executeUpdate(String,int)",
            "PreparedStatement.executeUpdate(String,int[])",
            "PreparedStatement.executeUpdate(String,String[])",
            "PreparedStatement.executeLargeUpdate(String)",
            "PreparedStatement.executeLargeUpdate(String,int)",
            "PreparedStatement.executeLargeUpdate(String,int[])",
            "PreparedStatement.executeLargeUpdate(String,String[])",
            "PreparedStatement.addBatch(String)",
            "Connection.prepareCall(String)",
            "Connection.prepareCall(String,int,int)",
            "Connection.prepareCall(String,int,int,int)",
            "Connection.createStruct(String,Object[])",
            "Connection.createClob()",
            "Connection.createBlob()",
            "Connection.createNClob()",
            "Connection.createSQLXML()");

    /** Run SQL that writes no database file: reads, settings of the connection, transaction control inside of a transaction. */
    private static final Set<String> RUN_NO_WRITE = Set.of(
            "Connection.isValid(int)",
            "Connection.setTransactionIsolation(int)",
            "Connection.releaseSavepoint(Savepoint)",
            "Connection.tryEnforceTransactionMode()",
            "Connection.serialize(String)",
            "Connection.getMetaData()",
            "Connection.getSQLiteDatabaseMetaData()",
            "Connection.close()",
            "Connection.setBusyTimeout(int)",
            "Connection.setLimit(SQLiteLimits,int)",
            "Connection.getLimit(SQLiteLimits)",
            "Connection.libversion()",
            "Statement.getGeneratedKeys()",
            "Statement.updateGeneratedKeys()",
            "PreparedStatement.getGeneratedKeys()",
            "PreparedStatement.updateGeneratedKeys()");

    /** Runs no SQL itself, but hands out what lies below JDBC: not guarded, and said so in the README. */
    private static final Set<String> BELOW_JDBC =
            Set.of("Connection.getDatabase()", "Statement.getDatabase()", "PreparedStatement.getDatabase()");

    /** Run no SQL. */
    private static final Set<String> HARMLESS = Set.of(
            "Connection: abort addCommitListener addUpdateListener clearWarnings createArrayOf getAutoCommit getBusyTimeout"
                    + " getCatalog getClientInfo getConnectionConfig getCurrentTransactionMode getHoldability"
                    + " getNetworkTimeout getSchema getTransactionIsolation getTypeMap getUrl getWarnings isClosed"
                    + " isFirstStatementExecuted isReadOnly isWrapperFor nativeSQL removeCommitListener"
                    + " removeUpdateListener setCatalog setClientInfo setCurrentTransactionMode setFirstStatementExecuted"
                    + " setHoldability setNetworkTimeout setReadOnly setSchema setTypeMap unwrap",
            "Statement: addBatch cancel clearBatch clearWarnings close closeOnCompletion getConnection getConnectionConfig"
                    + " getFetchDirection getFetchSize getLargeMaxRows getLargeUpdateCount getMaxFieldSize getMaxRows"
                    + " getMoreResults getQueryTimeout getResultSet getResultSetConcurrency getResultSetHoldability"
                    + " getResultSetType getUpdateCount getWarnings isCloseOnCompletion isClosed isPoolable isWrapperFor"
                    + " setCursorName setEscapeProcessing setFetchDirection setFetchSize setLargeMaxRows setMaxFieldSize"
                    + " setMaxRows setPoolable setQueryTimeout unwrap",
            "PreparedStatement: clearParameters getMetaData getParameterClassName getParameterCount getParameterMetaData"
                    + " getParameterMode getParameterType getParameterTypeName getPrecision getScale getStatement isNullable"
                    + " isSigned toString addBatch setArray setAsciiStream setBigDecimal setBinaryStream setBlob setBoolean"
                    + " setByte setBytes setCharacterStream setClob setDate setDouble setFloat setInt setLong"
                    + " setNCharacterStream setNClob setNString setNull setObject setRef setRowId setSQLXML setShort"
                    + " setString setTime setTimestamp setURL setUnicodeStream");

    @Test
    void everyPublicMethodIsDecidedAbout() {
        Set<String> undecided = new TreeSet<>();
        for (Class<?> type :
                new Class<?>[] {JDBC4Connection.class, JDBC4Statement.class, JDBC4PreparedStatement.class}) {
            publicMethods(type)
                    .filter(method -> !isListed(method, kind(type)))
                    .forEach(method -> undecided.add(signature(kind(type), method)));
        }
        assertThat(undecided).isEmpty();
    }

    @Test
    void whatIsGuardedIsOverridden() {
        assertThat(overridden(BackupStatement.class, "Statement")).containsAll(startingWith("Statement."));
        assertThat(overridden(BackupPreparedStatement.class, "PreparedStatement"))
                .containsAll(startingWith("PreparedStatement."));
        assertThat(overridden(BackupConnection.class, "Connection")).containsAll(startingWith("Connection."));
    }

    @Test
    void ourClassesAreSqliteJdbcs() {
        assertThat(SQLiteConnection.class).isAssignableFrom(BackupConnection.class);
        assertThat(JDBC4Statement.class).isAssignableFrom(BackupStatement.class);
        assertThat(JDBC4PreparedStatement.class).isAssignableFrom(BackupPreparedStatement.class);
    }

    private static boolean isListed(Method method, String kind) {
        String signature = signature(kind, method);
        return Stream.of(GUARDED, LEAD_TO_GUARDED, UNSUPPORTED, RUN_NO_WRITE, BELOW_JDBC)
                        .anyMatch(list -> list.contains(signature))
                || harmless(kind).contains(method.getName());
    }

    private static Set<String> harmless(String kind) {
        // A prepared statement has the methods of a statement too.
        return HARMLESS.stream()
                .filter(list -> list.startsWith(kind + ":")
                        || (kind.equals("PreparedStatement") && list.startsWith("Statement:")))
                .flatMap(list -> Arrays.stream(
                        list.substring(list.indexOf(':') + 1).trim().split(" ")))
                .filter(name -> !name.startsWith("execute"))
                .collect(Collectors.toSet());
    }

    private static Stream<Method> publicMethods(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getDeclaringClass() != Object.class)
                .filter(method -> !method.isBridge() && !Modifier.isStatic(method.getModifiers()))
                .filter(method -> !method.getDeclaringClass().isInterface());
    }

    private static Set<String> overridden(Class<?> type, String kind) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isBridge())
                .map(method -> signature(kind, method))
                .collect(Collectors.toSet());
    }

    private static Set<String> startingWith(String prefix) {
        return GUARDED.stream().filter(name -> name.startsWith(prefix)).collect(Collectors.toSet());
    }

    private static String kind(Class<?> type) {
        return type.getSimpleName().replace("JDBC4", "");
    }

    private static String signature(String kind, Method method) {
        return kind + "." + method.getName() + "("
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(","))
                + ")";
    }
}
