package io.github.prtbackup.packaging;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.sql.Driver;
import java.util.List;
import java.util.ServiceLoader;
import net.sf.jsqlparser.parser.CCJSqlParserUtil;
import org.slf4j.LoggerFactory;

/** A main class that uses what the all-in-one jar has copies of, says from which jar each is, and then makes the journey. */
final class Neighbours {

    private Neighbours() {}

    public static void main(String[] arguments) throws Exception {
        for (String type : List.of(
                "com.fasterxml.jackson.databind.ObjectMapper",
                "com.fasterxml.jackson.core.JsonFactory",
                "net.sf.jsqlparser.parser.CCJSqlParser",
                "org.slf4j.Logger",
                "picocli.CommandLine",
                "org.sqlite.JDBC",
                "io.github.prtbackup.jdbc.BackupDriver")) {
            String jar = Class.forName(type)
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .getPath();
            System.out.println(type + " from " + Path.of(jar).getFileName());
        }
        // A number with a fraction: that is what Jackson has variants for newer JDKs for.
        System.out.println("JSON: "
                + new ObjectMapper()
                        .readTree("{\"a\": 1234567890.12345678901234567890}")
                        .get("a"));
        System.out.println("SQL: " + CCJSqlParserUtil.parse("SELECT a FROM t WHERE b = 1"));
        LoggerFactory.getLogger(Neighbours.class).info("logged");
        ServiceLoader.load(Driver.class).forEach(driver -> System.out.println("driver: " + driver.getClass()));
        Journey.main(arguments);
    }
}
