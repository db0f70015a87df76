package io.github.prtbackup.cli;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The entry point of the all-in-one jar. */
@Command(
        name = Main.NAME,
        description = "Lists, restores and looks after the backups of an SQLite database.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Exit status: 0 done, 1 failed, 2 wrong usage.",
            "'" + Main.NAME + " COMMAND --help' explains a command."
        })
public final class Main implements Runnable {
    static final String NAME = "prtbackup";

    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;

    /** How picocli names what a value was given for: {@code index 1 (ID)}, {@code option '--keep' (N)}. */
    private static final Pattern PLACE = Pattern.compile(
            "^Invalid value for (?:positional parameter at index \\S+ \\((?:<?)([A-Z]+)(?:>?)\\)|option '([^']+)'[^:]*): ");

    private static final String LOGGER = "org.slf4j.simpleLogger.";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "After a failure, show where in the program it happened.")
    private boolean debug;

    private Main() {}

    /** Runs one command and ends the process with its status. */
    public static void main(String[] args) {
        configureLogging();
        Terminal terminal = Terminal.system();
        terminal.interruption().watch(terminal);
        int status = run(args, terminal);
        terminal.interruption().ended();
        System.exit(status);
    }

    /**
     * Runs one command.
     *
     * @return the exit status
     */
    static int run(String[] args, Terminal terminal) {
        Optional<String> unreadable = Argument.unreadable(args);
        if (unreadable.isPresent()) {
            terminal.error(unreadable.get());
            return WRONG_USAGE;
        }
        Main main = new Main();
        CommandLine line = new CommandLine(main);
        for (Object command : List.of(
                new CreateCommand(terminal),
                new ListCommand(terminal),
                new ShowCommand(terminal),
                new LogCommand(terminal),
                new DiffCommand(terminal),
                new PreviewCommand(terminal),
                new RestoreCommand(terminal),
                new UndoCommand(terminal),
                new RedoCommand(terminal),
                new VerifyCommand(terminal),
                new CleanupCommand(terminal),
                new DeleteCommand(terminal),
                new ExportCommand(terminal),
                new MenuCommand(terminal),
                new ClassifyCommand(terminal),
                new DemoCommand(terminal))) {
            line.addSubcommand(command);
        }
        line.getCommandSpec().mixinStandardHelpOptions(true).version(NAME + " " + versionName());
        line.getSubcommands()
                .values()
                .forEach(command ->
                        command.getCommandSpec().mixinStandardHelpOptions(true).version(NAME + " " + versionName()));
        for (Class<?> type : List.of(long.class, Long.class, int.class)) {
            registerWholeNumber(line, type);
        }
        line.setOut(terminal.outWriter())
                .setErr(terminal.errWriter())
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setUsageHelpAutoWidth(terminal.interactive())
                // A database may be called @contacts.db.
                .setExpandAtFiles(false)
                .setParameterExceptionHandler((e, arguments) -> main.wrongUsage(e, terminal))
                .setExecutionExceptionHandler(
                        (e, command, result) -> main.failed(e, command.getCommandName(), terminal));
        int status;
        try {
            status = line.execute(args);
        } catch (OutOfMemoryError | StackOverflowError | LinkageError e) {
            status = main.failed(e, NAME, terminal);
        }
        if (!terminal.flush() && status == DONE) {
            terminal.error("cannot write to standard output");
            status = FAILED;
        }
        return status;
    }

    /** In the words of a user, who knows of no {@code long}. */
    private static <T> void registerWholeNumber(CommandLine line, Class<T> type) {
        line.registerConverter(type, text -> {
            try {
                Object number = type == int.class ? (Object) Integer.valueOf(text) : Long.valueOf(text);
                @SuppressWarnings("unchecked") // int.class and long.class have their wrappers as objects
                T converted = (T) number;
                return converted;
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + text + "' is not a whole number"
                        + (text.matches("[+-]?\\d+") ? " that can be used here" : ""));
            }
        });
    }

    /** No command was named. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command?");
    }

    private int wrongUsage(ParameterException e, Terminal terminal) {
        terminal.error(PLACE.matcher(e.getMessage()).replaceFirst("$1$2: "));
        terminal.hint("Try '" + e.getCommandLine().getCommandSpec().qualifiedName(" ") + " --help'.");
        if (debug) {
            terminal.stackTrace(e);
        }
        return WRONG_USAGE;
    }

    private int failed(Throwable e, String command, Terminal terminal) {
        terminal.error(Failure.describe(e, command));
        if (debug) {
            terminal.stackTrace(e);
        }
        return FAILED;
    }

    private static String versionName() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(unpackaged)" : version;
    }

    /**
     * Set here and not in a {@code simplelogger.properties}: such a file in the driver's jar would change the logging of
     * every application that uses slf4j-simple. Shading renames these keys together with the logger.
     */
    private static void configureLogging() {
        System.setProperty(LOGGER + "defaultLogLevel", "warn");
        System.setProperty(LOGGER + "showThreadName", "false");
        System.setProperty(LOGGER + "showLogName", "false");
        System.setProperty(LOGGER + "warnLevelString", NAME + ": warning:");
        System.setProperty(LOGGER + "errorLevelString", NAME + ": error:");
        // It tells, with a stack trace, of what others have left in the temporary directory. What matters it throws.
        System.setProperty(LOGGER + "log.org.sqlite.SQLiteJDBCLoader", "off");
    }
}
