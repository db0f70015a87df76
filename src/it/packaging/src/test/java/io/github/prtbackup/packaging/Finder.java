package io.github.prtbackup.packaging;

import java.nio.file.Path;

/** A main class that looks which libraries there are, as frameworks do, and then makes the journey. */
final class Finder {

    private Finder() {}

    public static void main(String[] arguments) throws Exception {
        System.out.println("JSqlParser: " + jar("net.sf.jsqlparser.parser.CCJSqlParser"));
        System.out.println("Jackson: " + jar("com.fasterxml.jackson.databind.ObjectMapper"));
        Journey.main(arguments);
    }

    private static String jar(String type) {
        try {
            String location = Class.forName(type)
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .getPath();
            return Path.of(location).getFileName().toString();
        } catch (ClassNotFoundException e) {
            return "none";
        }
    }
}
