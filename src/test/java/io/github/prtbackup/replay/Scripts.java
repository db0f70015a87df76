package io.github.prtbackup.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Makes scripts of statements: says in which form each is called, and where transactions begin and end. */
final class Scripts {
    private static final Pattern SEVERAL = Pattern.compile("(?s).*;\\s*\\S.*");

    private final Dice dice;
    private final List<Call> calls = new ArrayList<>();

    private Scripts(Dice dice) {
        this.dice = dice;
    }

    /** A script of random statements. */
    static List<Call> random(long seed) {
        Dice dice = new Dice(seed);
        List<String> statements = new ArrayList<>();
        RandomSql sql = new RandomSql(dice);
        for (int i = 10 + dice.upTo(25); i > 0; i--) {
            statements.add(sql.next());
        }
        Scripts scripts = new Scripts(dice);
        // What is made first is made plainly, and without statements that stay open.
        for (String statement : Model.create(dice)) {
            scripts.calls.add(new Call(dice.of("u", "u", "x"), statement));
        }
        return scripts.make(statements);
    }

    /** A script of these statements, in their order. */
    static List<Call> of(List<String> statements, long seed) {
        return new Scripts(new Dice(seed)).make(statements);
    }

    private List<Call> make(List<String> statements) {
        String only = dice.of("x", "u", "p", "pu", "b", "pq", "mixed", "mixed", "mixed", "mixed");
        String transactions = dice.of("none", "none", "none", "jdbc", "sql", "savepoint", "jdbc savepoint");
        int length = 1 + dice.upTo(6);
        boolean joins = dice.oneIn(3);
        boolean leaves = dice.oneIn(3);
        boolean reopens = dice.oneIn(5);
        begin(transactions);
        for (int i = 0; i < statements.size(); i++) {
            String statement = statements.get(i);
            if (statement.startsWith("!")) {
                calls.add(Call.of(statement.substring(1)));
                continue;
            }
            if (i > 0 && i % length == 0) {
                end(transactions);
                if (reopens && dice.oneIn(4)) {
                    calls.add(new Call("n", ""));
                }
                begin(transactions);
            }
            if (joins && i + 1 < statements.size() && !statements.get(i + 1).startsWith("!") && dice.oneIn(3)) {
                calls.add(joined(statement, statements.get(++i)));
            } else if (leaves && dice.oneIn(4)) {
                calls.add(new Call(dice.of("o", "o", "po", "h"), statement));
                if (dice.oneIn(2)) {
                    calls.add(new Call(dice.of("nx", "cl"), ""));
                }
            } else if (SEVERAL.matcher(statement).matches() && dice.oneIn(2)) {
                // The only call that runs them all.
                calls.add(new Call("u", statement));
            } else {
                calls.add(new Call(form(only, statement), statement));
            }
        }
        if (!dice.oneIn(4)) {
            end(transactions);
        }
        return List.copyOf(calls);
    }

    private Call joined(String one, String other) {
        if (dice.oneIn(3)) {
            return new Call("b", one + " ;; " + other + dice.maybe(" ;; INSERT INTO log VALUES('batch',1)"));
        }
        String between = dice.of(";", "; ", ";\n", " ;;; ", ";-- more\n", "; /* ; */ ", "\t;\n\n;");
        return new Call(
                dice.of("u", "u", "u", "x", "p", "q"),
                dice.maybe(" ", "\n;", "-- first\n") + one + between + other + dice.maybe(";", " ; \n", "; -- end"));
    }

    private String form(String only, String statement) {
        if (!only.equals("mixed")) {
            return only.equals("pq") && !Reads.isQuery(statement) && !dice.oneIn(5) ? "p" : only;
        }
        if (Reads.isQuery(statement)) {
            return dice.of("q", "q", "x", "p", "pq", "h");
        }
        return dice.of("x", "x", "u", "u", "p", "pu", "b", "pb", "q", "pq");
    }

    private void begin(String transactions) {
        switch (transactions) {
            case "jdbc", "jdbc savepoint" -> calls.add(new Call("ac", "false"));
            case "sql" -> calls.add(new Call("x", dice.of("BEGIN", "BEGIN IMMEDIATE", "begin exclusive", "BEGIN")));
            case "savepoint" -> calls.add(new Call("x", "SAVEPOINT outer_one"));
            default -> {}
        }
        if (transactions.equals("jdbc savepoint")) {
            calls.add(new Call("sp", ""));
        }
    }

    private void end(String transactions) {
        switch (transactions) {
            case "jdbc" -> calls.add(new Call(dice.of("commit", "commit", "commit", "rollback"), ""));
            case "jdbc savepoint" -> {
                calls.add(new Call(dice.of("rsp", "bsp"), ""));
                calls.add(dice.oneIn(3) ? new Call("ac", "true") : new Call(dice.of("commit", "rollback"), ""));
            }
            case "sql" -> calls.add(new Call(dice.of("x", "u", "p"), dice.of("COMMIT", "COMMIT", "END", "ROLLBACK")));
            case "savepoint" -> {
                if (dice.oneIn(3)) {
                    calls.add(new Call("x", "ROLLBACK TO outer_one"));
                }
                calls.add(new Call("x", "RELEASE outer_one"));
            }
            default -> {}
        }
    }
}
