package io.github.prtbackup.benchmarks;

/** The journal modes and settings of {@code synchronous} that are measured. */
public enum Journal {
    DELETE_NORMAL,
    DELETE_FULL,
    WAL_NORMAL,
    WAL_FULL;

    String mode() {
        return name().substring(0, name().indexOf('_'));
    }

    /** As the parameters of a URL of sqlite-jdbc. */
    String parameters() {
        return "journal_mode=" + mode() + "&synchronous=" + name().substring(name().indexOf('_') + 1);
    }
}
