package io.github.prtbackup.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;
import org.sqlite.SQLiteDataSource;

/**
 * Our driver and other ways of standing between an application and sqlite-jdbc. The proxies log nothing.
 *
 * <p>SQLite's cache holds the whole database, so that what a driver adds is added to as little as possible.
 */
public enum ReadDriver {
    PLAIN,
    PRTBACKUP,
    P6SPY,
    DATASOURCE_PROXY;

    Connection open(Database database) throws SQLException {
        String address = database.file() + "?cache_size=-32000";
        return switch (this) {
            case PLAIN -> DriverManager.getConnection("jdbc:sqlite:" + address);
            case PRTBACKUP -> DriverManager.getConnection("jdbc:prtbackup:sqlite:" + address);
            case P6SPY -> DriverManager.getConnection("jdbc:p6spy:sqlite:" + address);
            case DATASOURCE_PROXY -> {
                SQLiteDataSource plain = new SQLiteDataSource();
                plain.setUrl("jdbc:sqlite:" + address);
                yield ProxyDataSourceBuilder.create(plain).build().getConnection();
            }
        };
    }
}
