package io.github.prtbackup.cli;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jline.keymap.BindingReader;
import org.jline.keymap.KeyMap;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal.SignalHandler;
import org.jline.terminal.impl.exec.ExecTerminalProvider;
import org.jline.terminal.spi.SystemStream;
import org.jline.utils.InfoCmp.Capability;

/** Lets somebody choose from a list with the arrow keys, or by number, and answer questions. Not thread-safe. */
final class Keyboard implements AutoCloseable {
    private static final int MOST_SHOWN = 15;
    private static final int NUMBERED = 9;

    private final org.jline.terminal.Terminal terminal;
    private final BindingReader keys;
    private final LineReader lines;

    /** What a key does in a list. */
    private enum Action {
        UP,
        DOWN,
        FIRST,
        LAST,
        TAKE,
        NUMBER,
        LEAVE,
        NOTHING
    }

    private Keyboard(org.jline.terminal.Terminal terminal) {
        this.terminal = terminal;
        this.keys = new BindingReader(terminal.reader());
        this.lines = LineReaderBuilder.builder()
                .terminal(terminal)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .build();
    }

    /**
     * Takes over the terminal of this process until it is closed.
     *
     * @throws IOException where there is no {@code stty}, as on Windows
     */
    static Keyboard open() throws IOException {
        String type = Objects.requireNonNullElse(System.getenv("TERM"), "ansi");
        Charset utf8 = StandardCharsets.UTF_8;
        // Not by JLine's builder: it finds its parts by files that name classes, and in the all-in-one jar these are
        // renamed.
        return new Keyboard(new ExecTerminalProvider()
                .sysTerminal(
                        Main.NAME,
                        type,
                        false,
                        utf8,
                        utf8,
                        utf8,
                        false,
                        SignalHandler.SIG_DFL,
                        false,
                        SystemStream.Output));
    }

    /**
     * Shows a list, and waits for one of its items.
     *
     * @return its index; -1 if none is wanted
     */
    int choose(String title, List<String> items) {
        KeyMap<Action> map = keyMap();
        Attributes before = terminal.enterRawMode();
        try {
            terminal.writer().println(visible(title));
            int chosen = 0;
            int shown = draw(items, chosen);
            while (true) {
                Action action = keys.readBinding(map);
                if (action == null || action == Action.LEAVE) {
                    return -1;
                }
                switch (action) {
                    case UP -> chosen = Math.max(0, chosen - 1);
                    case DOWN -> chosen = Math.min(items.size() - 1, chosen + 1);
                    case FIRST -> chosen = 0;
                    case LAST -> chosen = items.size() - 1;
                    case NUMBER -> {
                        int number = Integer.parseInt(keys.getLastBinding());
                        if (number <= items.size()) {
                            return number - 1;
                        }
                    }
                    case TAKE -> {
                        return chosen;
                    }
                    default -> {
                        // A key without a meaning.
                    }
                }
                for (int i = 0; i < shown; i++) {
                    terminal.puts(Capability.cursor_up);
                }
                shown = draw(items, chosen);
            }
        } finally {
            terminal.setAttributes(before);
            terminal.flush();
        }
    }

    private KeyMap<Action> keyMap() {
        KeyMap<Action> map = new KeyMap<>();
        map.setNomatch(Action.NOTHING);
        map.setUnicode(Action.NOTHING);
        map.bind(Action.UP, KeyMap.key(terminal, Capability.key_up), "\033[A", "\033OA", "k");
        map.bind(Action.DOWN, KeyMap.key(terminal, Capability.key_down), "\033[B", "\033OB", "j");
        map.bind(Action.FIRST, KeyMap.key(terminal, Capability.key_home), "\033[H", "g");
        map.bind(Action.LAST, KeyMap.key(terminal, Capability.key_end), "\033[F", "G");
        map.bind(Action.TAKE, "\r", "\n", " ");
        map.bind(Action.LEAVE, "q", KeyMap.ctrl('C'), KeyMap.ctrl('D'), KeyMap.esc());
        for (int number = 1; number <= NUMBERED; number++) {
            map.bind(Action.NUMBER, String.valueOf(number));
        }
        return map;
    }

    /** Draws the part of the list around an item, and returns how many lines it has. */
    private int draw(List<String> items, int chosen) {
        int shown = Math.min(items.size(), MOST_SHOWN);
        int first = Math.max(0, Math.min(chosen - shown / 2, items.size() - shown));
        int width = Math.max(10, terminal.getColumns() - 8);
        for (int i = first; i < first + shown; i++) {
            String number = i < NUMBERED ? String.valueOf(i + 1) : " ";
            terminal.puts(Capability.carriage_return);
            terminal.puts(Capability.clr_eol);
            terminal.writer()
                    .println((i == chosen ? "> " : "  ") + number + "  " + Text.cut(visible(items.get(i)), width));
        }
        terminal.flush();
        return shown;
    }

    /**
     * Asks for a line.
     *
     * @return empty if there is none, because somebody pressed Ctrl-C or Ctrl-D
     */
    Optional<String> ask(String question) {
        try {
            return Optional.of(lines.readLine(visible(question)));
        } catch (UserInterruptException | EndOfFileException e) {
            return Optional.empty();
        }
    }

    private static String visible(String text) {
        return Text.oneLine(text) + (text.endsWith(" ") ? " " : "");
    }

    /** Gives the terminal back. */
    @Override
    public void close() throws IOException {
        terminal.close();
    }
}
