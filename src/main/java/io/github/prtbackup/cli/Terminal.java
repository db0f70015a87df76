package io.github.prtbackup.cli;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.IntSupplier;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * What a command reads from and writes to. Everything that is printed for people is made safe here: no control character
 * of a comment or a file name reaches the terminal.
 */
final class Terminal {
    private static final int BUFFER = 1 << 16;

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private final Charset charset;
    private final boolean interactive;
    private final IntSupplier width;
    private final Interruption interruption = new Interruption();

    /**
     * Puts a terminal together.
     *
     * @param charset of the text for people; JSON is always UTF-8
     * @param interactive whether a person sits at the other end
     * @param width in columns; asked only where {@code interactive}
     */
    Terminal(
            InputStream in,
            OutputStream out,
            OutputStream err,
            Charset charset,
            boolean interactive,
            IntSupplier width) {
        this.in = in;
        this.out = new PrintStream(new BufferedOutputStream(out, BUFFER), false, charset);
        this.err = new PrintStream(err, true, charset);
        this.charset = charset;
        this.interactive = interactive;
        this.width = width;
    }

    /** The standard streams of this process; output past {@code System.out}, which would hide that it failed. */
    static Terminal system() {
        return new Terminal(
                System.in,
                new FileOutputStream(FileDescriptor.out),
                System.err,
                systemCharset(),
                isTerminal(),
                () -> new UsageMessageSpec().autoWidth(true).width());
    }

    /** Outside Windows terminals speak UTF-8, also where Java was started in the C locale and believes in ASCII. */
    private static Charset systemCharset() {
        boolean windows =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
        if (!windows) {
            return StandardCharsets.UTF_8;
        }
        String name = System.getProperty("stdout.encoding");
        return name != null && Charset.isSupported(name) ? Charset.forName(name) : Charset.defaultCharset();
    }

    /** Since JDK 22 there is a console also where there is no terminal; {@code Console.isTerminal} tells, since then. */
    @SuppressWarnings("SystemConsoleNull") // this is the method that knows about JDK 22
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
    }

    /** What tells that the command is to end. */
    Interruption interruption() {
        return interruption;
    }

    InputStream in() {
        return in;
    }

    boolean interactive() {
        return interactive;
    }

    /** The width in columns; as wide as one likes where that is not known. */
    int width() {
        int columns = interactive ? width.getAsInt() : 0;
        // Some that are terminals, such as those of build tools, say that they have none.
        return columns > 0 ? columns : Integer.MAX_VALUE;
    }

    /** Prints a line for people. */
    void line(String text) {
        out.print(Text.visible(text) + "\n");
    }

    /** Prints text that is known to be safe as it is, without a line break of its own. */
    void raw(String text) {
        out.print(text);
    }

    /** Prints a JSON document; UTF-8 on every system. */
    void json(String document) {
        byte[] bytes = (Text.visibleInJson(document) + "\n").getBytes(StandardCharsets.UTF_8);
        out.write(bytes, 0, bytes.length);
    }

    /** Takes a JSON document that is too long to be put together first. Closing it closes nothing. */
    Writer jsonWriter() {
        return new Utf8Writer(Text::visibleInJson);
    }

    /** Takes text for programs, in UTF-8 on every system; a terminal gets it with what is unsafe written out. */
    Writer textWriter() {
        return new Utf8Writer(interactive ? Text::visibleLines : part -> part);
    }

    private final class Utf8Writer extends Writer {
        private final UnaryOperator<String> made;

        Utf8Writer(UnaryOperator<String> made) {
            this.made = made;
        }

        @Override
        public void write(char[] characters, int offset, int length) {
            interruption.check();
            byte[] bytes = made.apply(new String(characters, offset, length)).getBytes(StandardCharsets.UTF_8);
            out.write(bytes, 0, bytes.length);
        }

        @Override
        public void flush() {
            // The end of the command does.
        }

        @Override
        public void close() {
            // The terminal stays.
        }
    }

    /** Prints the one line that says what went wrong. */
    void error(String message) {
        out.flush();
        err.print(Main.NAME + ": " + Text.oneLine(message) + "\n");
    }

    /** Prints a line about something that does not keep the command from going on. */
    void warning(String message) {
        out.flush();
        err.print(Main.NAME + ": warning: " + Text.oneLine(message) + "\n");
    }

    /** Prints a line that helps, on standard error. */
    void hint(String text) {
        err.print(Text.visible(text) + "\n");
    }

    /** Writes over the present line of standard error, without going on to the next. */
    void status(String text) {
        err.print("\r" + text);
        err.flush();
    }

    void stackTrace(Throwable e) {
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace, true));
        err.print(trace);
    }

    /**
     * Asks a question; only a clear yes is one.
     *
     * @throws IOException when the answer cannot be read
     */
    boolean confirm(String question) throws IOException {
        out.flush();
        err.print(Text.visible(question) + " [y/N] ");
        err.flush();
        Runnable work = interruption.idle();
        String answer = new BufferedReader(new InputStreamReader(in, charset)).readLine();
        interruption.working(work);
        return answer != null && answer.strip().toLowerCase(Locale.ROOT).matches("y|yes");
    }

    /** Sends on what was printed; false when it could not be written. */
    boolean flush() {
        return !out.checkError();
    }

    PrintWriter outWriter() {
        return new PrintWriter(out, true, charset);
    }

    PrintWriter errWriter() {
        return new PrintWriter(err, true, charset);
    }
}
